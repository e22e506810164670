"""Post-holders of the force and its recipients, and who held which post on each day."""

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.synthetic.force.agreements import versions
from toolkit.synthetic.force.units import (
    BCU_OF,
    BCUS,
    BOROUGHS,
    DAYS,
    FIRST_DAY,
    RECIPIENTS,
    bcu_of_unit,
    date_text,
)

_BEFORE = -200
"""A day before the first: who was there from the beginning."""
_VETTED = "NPPV2"
_LAPSED_ON = (2014 - FIRST_DAY.year) * 365
"""Last day of the vetting that nobody renewed."""


@dataclass
class Roster:
    """
    The table `posts`, and its rows' numbers by day.

    Args:
        refs: Reference of each post-holder.
        rows: Rows of the table.
        spoc: The SPOC of each borough, or of the BCU that replaced it, shape (boroughs, DAYS).
        former: The SPOC before, else the officer, same shape.
        officer: A police officer of each borough who never was SPOC, shape (boroughs,).
        operator: The recipients' authorised operator, shape (recipients, DAYS).
        lapsed: A signatory of each recipient whose vetting lapsed, shape (recipients,).
        guard: One of its staff who signed nothing, shape (recipients,).
    """

    refs: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    spoc: NDArray[np.int32] = field(default_factory=lambda: np.zeros((len(BOROUGHS), DAYS), np.int32))
    former: NDArray[np.int32] = field(default_factory=lambda: np.zeros((len(BOROUGHS), DAYS), np.int32))
    officer: NDArray[np.int32] = field(default_factory=lambda: np.zeros(len(BOROUGHS), np.int32))
    operator: NDArray[np.int32] = field(default_factory=lambda: np.zeros((len(RECIPIENTS), DAYS), np.int32))
    lapsed: NDArray[np.int32] = field(default_factory=lambda: np.zeros(len(RECIPIENTS), np.int32))
    guard: NDArray[np.int32] = field(default_factory=lambda: np.zeros(len(RECIPIENTS), np.int32))

    def add(self, post: str, unit: str, begins: int, ends: int | None, **more: str) -> int:
        """Add a post-holder with one tenure; return the number. *ends*: last day, None: still there."""
        number = len(self.refs)
        self.refs.append(f"POST-{1000 + number * 7 % 8999}")
        blank = dict.fromkeys(("signatory_of", "vetting_level", "vetted_from", "vetted_to"), "")
        self.rows.append(
            {
                "post_ref": self.refs[number],
                "post": post,
                "unit_ref": unit,
                "tenure_from": date_text(begins),
                "tenure_to": ".." if ends is None else date_text(ends),
                **blank,
                **more,
            }
        )
        return number


@cache
def roster() -> Roster:
    """Return everybody."""
    made = Roster()
    for number in range(len(BOROUGHS)):
        _staff_borough(made, number)
    for number in range(len(BCUS)):
        _staff_bcu(made, number)
        _staff_recipient(made, number)
    return made


def _staff_borough(made: Roster, number: int) -> None:
    """Give a borough an officer and three SPOCs, one after the other until the BCU begins."""
    bcu, name = BCUS[BCU_OF[number]], BOROUGHS[number]
    officer = made.officer[number] = made.add("other", name, _BEFORE, None)
    starts = [_BEFORE, 900 + 11 * number, 1700 + 9 * number, bcu.begins]
    before = officer
    for begins, following in pairwise(starts):
        spoc = made.add("spoc", name, begins, following - 1, signatory_of=f"AG-{name}")
        made.spoc[number, max(begins, 0) : following] = spoc
        made.former[number, max(begins, 0) : following] = before
        before = spoc
    made.former[number, bcu.begins :] = before


def _staff_bcu(made: Roster, number: int) -> None:
    """Give a BCU one SPOC."""
    bcu = BCUS[number]
    spoc = made.add("spoc", bcu.ref, bcu.begins, None, signatory_of=_signed(number))
    made.spoc[np.flatnonzero(number == BCU_OF), bcu.begins :] = spoc


def _staff_recipient(made: Roster, number: int) -> None:
    """Give a recipient three operators one after the other, three managers, of whom one is not vetted, and a guard."""
    company, signed = RECIPIENTS[number], _signed(number)
    starts = [_BEFORE, 1000 + 13 * number, 2000 + 17 * number, DAYS]
    for begins, following in pairwise(starts):
        ends = None if following == DAYS else following - 1
        operator = made.add(
            "authorised_operator", company, begins, ends, **_vetting(signed, begins - 30, following + 60)
        )
        made.operator[number, max(begins, 0) : following] = operator
    for _ in range(2):
        made.add("senior_manager", company, _BEFORE, None, **_vetting(signed, _BEFORE, DAYS + 300))
    made.lapsed[number] = made.add("senior_manager", company, _BEFORE, None, **_vetting(signed, _BEFORE, _LAPSED_ON))
    made.guard[number] = made.add("other", company, _BEFORE, None)


def _vetting(signed: str, begins: int, ends: int) -> dict[str, str]:
    return {
        "signatory_of": signed,
        "vetting_level": _VETTED,
        "vetted_from": date_text(begins),
        "vetted_to": date_text(ends),
    }


def _signed(bcu: int) -> str:
    """Return the agreements of a BCU and its boroughs."""
    return ";".join(sorted({one.ref for one in versions() if bcu_of_unit(one.unit) == bcu}))
