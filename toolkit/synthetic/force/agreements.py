"""Agreements of the force, and what each unit may do on each day under them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from toolkit.synthetic.force.units import (
    BCU_OF,
    BCUS,
    BOROUGHS,
    DAYS,
    RECIPIENTS,
    UNITS,
    bcu_of_unit,
    date_text,
    day,
    kin,
)

PERMITTED, EXPIRED, FORBIDDEN, OPEN, BORDER = range(5)
"""What a day is: a version permits sharing; no version holds; none that holds permits it; nobody can say; or it lies so
near to such a day that a clock could move it there."""

_GAP = 20
"""Days between two versions: fewer than R20_days, so that what was shared in them is not held too long as well."""
_MARGIN = 2
ALL_ENDED = day(2019, 6, 30)
"""On no later day does any agreement hold."""


@dataclass(frozen=True)
class Version:
    """A version of a unit's agreement: first and last day, and what its clause says: yes, no, (in) error, open."""

    unit: int
    version: int
    begins: int
    ends: int
    clause: str = "yes"
    held: bool = True

    @property
    def ref(self) -> str:
        """Reference of the agreement."""
        return f"AG-{UNITS[self.unit]}"


@cache
def versions() -> tuple[Version, ...]:
    """Return every version, by unit and day."""
    return (
        *(version for number in range(len(BOROUGHS)) for version in _of_borough(number)),
        *(version for number in range(len(BCUS)) for version in _of_bcu(number)),
    )


def _of_borough(number: int) -> list[Version]:
    """Return a borough's four versions; the third says nothing of facial recognition. Boroughs renew days apart."""
    bcu = BCUS[BCU_OF[number]]
    second, third = day(2015, 1, 21) + number, day(2016, 11, 30) + number
    fourth = third + 61
    last = ALL_ENDED if bcu.keeps_agreements else bcu.begins - 1
    return [
        Version(number, 1, 0, second - _GAP - 1, held=number != 0),
        Version(number, 2, second, third - _GAP - 1),
        Version(number, 3, third, fourth - 1, "no"),
        Version(number, 4, fourth, last),
    ]


def _of_bcu(number: int) -> list[Version]:
    """Return a BCU's two versions; the second repeats the clause in error, and only some say when that was amended."""
    if BCUS[number].keeps_agreements:
        return []
    unit, begins = len(BOROUGHS) + number, BCUS[number].begins + _GAP + 1
    second = begins + 60
    return [
        Version(unit, 1, begins, second - 1),
        Version(unit, 2, second, ALL_ENDED, "error" if number % 2 else "open"),
    ]


@cache
def _covering() -> tuple[tuple[Version, ...], ...]:
    return tuple(tuple(one for one in versions() if one.unit in kin(number)) for number in range(len(UNITS)))


@cache
def day_classes() -> NDArray[np.uint8]:
    """Return what each day is for each unit named in an entry, shape (units, DAYS)."""
    classes = np.full((len(UNITS), DAYS), EXPIRED, np.uint8)
    for number, relied_on in enumerate(_covering()):
        covers = {clause: np.zeros(DAYS, bool) for clause in ("yes", "no", "error", "open", "unread")}
        for one in relied_on:
            covers[one.clause if one.held else "unread"][one.begins : one.ends + 1] = True
        row = classes[number]
        row[covers["no"] | covers["error"]] = FORBIDDEN
        row[covers["open"] | covers["unread"]] = OPEN
        row[covers["yes"]] = PERMITTED
        near = np.zeros(DAYS, bool)
        for shift in range(1, _MARGIN + 1):
            near[shift:] |= row[shift:] != row[:-shift]
            near[:-shift] |= row[:-shift] != row[shift:]
        row[near & (row != PERMITTED)] = BORDER
    return classes


@cache
def held_until() -> NDArray[np.int32]:
    """
    Return the last day on which an image may be held that was shared on each day, shape (units, DAYS).

    That is the end of the version that covers the day and ends first; five days where none does.
    """
    limits = np.tile(np.arange(DAYS, dtype=np.int32) + 5, (len(UNITS), 1))
    for number, relied_on in enumerate(_covering()):
        ends = np.full(DAYS, np.iinfo(np.int32).max, np.int32)
        for one in relied_on:
            ends[one.begins : one.ends + 1] = np.minimum(ends[one.begins : one.ends + 1], one.ends)
        limits[number] = np.where(ends < np.iinfo(np.int32).max, ends, limits[number])
    return limits


def version_rows() -> list[dict[str, str]]:
    """Return the rows of the table `agreement_versions`."""
    return [
        {
            "agreement_ref": one.ref,
            "version": str(one.version),
            "unit_ref": UNITS[one.unit],
            "recipient_ref": RECIPIENTS[bcu_of_unit(one.unit)],
            "signed": date_text(one.begins),
            "begins": date_text(one.begins),
            "ends": date_text(one.ends),
            "amended": "2019-09-20" if one.clause == "error" else "",
            "status": "in_error" if one.clause in ("error", "open") else "lapsed",
            "registered": date_text(one.begins + 3),
            "text_held": "yes" if one.held else "no",
        }
        for one in versions()
    ]


def clause_rows() -> list[dict[str, str]]:
    """Return the rows of the table `clauses`; of a version whose text is not held there is none."""
    rows = []
    for one in versions():
        if not one.held:
            continue
        system = f"SYS-{RECIPIENTS[bcu_of_unit(one.unit)]}"
        purpose = {"use": "facial_recognition", "permits": "yes", "system_ref": system}
        if one.clause == "no":
            purpose = {"use": "investigation", "permits": "yes"}
        elif one.clause in ("error", "open"):
            purpose |= {"in_error": "yes", "amended": "2019-09-20" if one.clause == "error" else ""}
        rows += [
            _clause(one, "1.1", "purpose", "What images may be used for.", **purpose),
            _clause(one, "4.1", "reporting", "Each disclosure is recorded.", must_record="disclosures"),
            _clause(one, "4.2", "channel", "By encrypted USB, hard drive or a secure e-mail system."),
            _clause(one, "5.1", "retention", "Each disposal is recorded.", must_record="disposals"),
        ]
    return rows


def _clause(one: Version, clause: str, topic: str, text: str, **more: str) -> dict[str, str]:
    blank = dict.fromkeys(("use", "permits", "system_ref", "in_error", "must_record", "amended"), "")
    place = {"agreement_ref": one.ref, "version": str(one.version), "clause": clause, "topic": topic}
    return {**place, **blank, **more, "text": text}


AUTHORITIES = [
    {
        "authority_ref": "AUTH-CL",
        "citation": "Common law power to prevent and detect crime",
        "authority_kind": "common_law",
        "in_force": "../2019",
        "cited_by": "",
    },
]
