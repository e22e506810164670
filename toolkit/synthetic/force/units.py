"""Units of the force in eight years: 32 boroughs that became 12 BCUs, and a recipient for each BCU."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

FIRST_DAY = dt.date(2012, 1, 1)
DAYS = (dt.date(2020, 1, 1) - FIRST_DAY).days
"""Days are counted from FIRST_DAY; eight years."""


def day(year: int, month: int, day_of_month: int) -> int:
    """
    Return a date as a number of days.

    >>> day(2012, 2, 1)
    31
    """
    return (dt.date(year, month, day_of_month) - FIRST_DAY).days


def date_text(number: int) -> str:
    """
    Return a day as YYYY-MM-DD.

    >>> date_text(31)
    '2012-02-01'
    """
    return (FIRST_DAY + dt.timedelta(days=int(number))).isoformat()


SYSTEM_FROM, SYSTEM_TO = day(2016, 5, 1), day(2018, 3, 31)
"""First and last day on which the recipients' recognition systems ran (paragraph 4 of the 2019 report)."""
GUIDANCE = day(2019, 9, 2)
"""Day of the guidance that forbids sharing (made up; paragraph 15 gives none)."""


@dataclass(frozen=True)
class Bcu:
    """A BCU: its reference, name, first day, and the boroughs it replaced."""

    ref: str
    name: str
    begins: int
    boroughs: tuple[str, ...]

    @property
    def keeps_agreements(self) -> bool:
        """Whether its boroughs' agreements ran on after it replaced them; else it signed its own."""
        return self.ref in {"BCU-CE", "BCU-CW", "BCU-NE", "BCU-SA"}

    @property
    def recipient(self) -> str:
        """The company to which it and its boroughs sent images."""
        return self.ref.replace("BCU", "EST")


BCUS = (
    Bcu("BCU-CE", "Central East BCU", day(2018, 10, 3), ("HACKNEY", "TOWER-HAMLETS")),
    Bcu("BCU-CN", "Central North BCU", day(2018, 12, 1), ("CAMDEN", "ISLINGTON")),
    Bcu("BCU-CS", "Central South BCU", day(2018, 11, 7), ("LAMBETH", "SOUTHWARK")),
    Bcu("BCU-CW", "Central West BCU", day(2019, 2, 20), ("HAMMERSMITH", "KENSINGTON", "WESTMINSTER")),
    Bcu("BCU-EA", "East Area BCU", day(2018, 6, 1), ("BARKING", "HAVERING", "REDBRIDGE")),
    Bcu("BCU-NA", "North Area BCU", day(2019, 1, 9), ("ENFIELD", "HARINGEY")),
    Bcu("BCU-NE", "North East BCU", day(2018, 9, 12), ("NEWHAM", "WALTHAM-FOREST")),
    Bcu("BCU-NW", "North West BCU", day(2018, 11, 21), ("BARNET", "BRENT", "HARROW")),
    Bcu("BCU-SA", "South Area BCU", day(2019, 2, 6), ("BROMLEY", "CROYDON", "SUTTON")),
    Bcu("BCU-SE", "South East BCU", day(2018, 10, 24), ("BEXLEY", "GREENWICH", "LEWISHAM")),
    Bcu("BCU-SW", "South West BCU", day(2018, 8, 1), ("KINGSTON", "MERTON", "RICHMOND", "WANDSWORTH")),
    Bcu("BCU-WA", "West Area BCU", day(2018, 7, 4), ("EALING", "HILLINGDON", "HOUNSLOW")),
)
"""The first days are made up, within 2018 and 2019."""

BOROUGHS = tuple(name for bcu in BCUS for name in bcu.boroughs)
BCU_OF = np.array([number for number, bcu in enumerate(BCUS) for _ in bcu.boroughs])
"""Number of the BCU that replaced each borough."""
BEGINS = np.array([bcu.begins for bcu in BCUS])
YOUNG = "OCU-IMAGING"
"""A unit that replaced none, and began when the systems had ceased: it cannot have shared an image before."""
UNITS = (*BOROUGHS, *(bcu.ref for bcu in BCUS), YOUNG)
"""A unit's number is its place here: boroughs first."""
RECIPIENTS = tuple(bcu.recipient for bcu in BCUS)
HOLDING = "CO-HOLDING"
"""The company that controls every recipient: what one may not receive, none of them may."""
OTHERS = ("CO-PRESS", "CO-LAB", "BTP")
"""Recipients of images for other uses."""
IS_FUZZY = np.arange(len(BOROUGHS)) % 4 == 1
"""Boroughs without a media register: only the recipient's own books, misspelt, show what they sent."""


def kin(number: int) -> list[int]:
    """
    Return the units whose agreements a unit may rely on: itself and its predecessors.

    >>> [UNITS[other] for other in kin(UNITS.index("BCU-CN"))]
    ['BCU-CN', 'CAMDEN', 'ISLINGTON']
    """
    bcu = number - len(BOROUGHS)
    return [number, *(np.flatnonzero(bcu == BCU_OF).tolist() if bcu >= 0 else [])]


def bcu_of_unit(number: int) -> int:
    """Return the number of the BCU that a unit is, or became part of."""
    return int(BCU_OF[number]) if number < len(BOROUGHS) else number - len(BOROUGHS)


def unit_rows() -> list[dict[str, str]]:
    """Return the rows of the table `units`."""
    rows = [
        _row(name, f"{name.title()} Borough", "borough", "2000-04-01", date_text(BEGINS[bcu] - 1))
        for name, bcu in zip(BOROUGHS, BCU_OF, strict=True)
    ]
    rows += [
        _row(bcu.ref, bcu.name, "bcu", date_text(bcu.begins), "..", predecessor_refs=";".join(bcu.boroughs))
        for bcu in BCUS
    ]
    rows += [_row(YOUNG, "a unit for images", "ocu", "2019-01-01", "..")]
    rows += [_row(ref, f"Estate {ref[-2:]}", "company", "2008-01-01", "..", parent_ref=HOLDING) for ref in RECIPIENTS]
    rows += [_row(HOLDING, "a company that controls the estates", "company", "2001-01-01", "..")]
    return rows + [_row(ref, "another body", "other", "2000-01-01", "..") for ref in OTHERS]


def _row(ref: str, name: str, kind: str, begins: str, ends: str, **more: str) -> dict[str, str]:
    return {
        "unit_ref": ref,
        "name": name,
        "unit_kind": kind,
        "exists_from": begins,
        "exists_to": ends,
        "predecessor_refs": "",
        "parent_ref": "",
        **more,
    }
