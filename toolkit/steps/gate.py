"""The mandate as a work list: what lies outside it is never decoded."""

from dataclasses import dataclass
from typing import Any

from toolkit.case import Case
from toolkit.dates import Interval, interval
from toolkit.errors import AuthorityError
from toolkit.settings import Mandate


@dataclass(frozen=True)
class Decision:
    """
    What the mandate says of one footage file.

    Args:
        footage: Row of `footage_files`.
        cause: None where it may be examined; else the cause that coverage states.
        why: The exact difference between the mandate and the file.
    """

    footage: dict[str, Any]
    cause: str | None
    why: str = ""


def standing_mandate(case: Case) -> Mandate:
    """
    Return the mandate, if it stands on the day the case speaks as at.

    Raises:
        AuthorityError: If there is none, or it has expired; says what to add to `case.toml`.
    """
    mandate = case.settings.mandate
    if mandate is None:
        raise AuthorityError(
            "case.toml states no [mandate]: no footage is decoded and no face is searched for without one"
        )
    ends, as_at = interval(mandate.expires), case.as_at
    if ends.latest and as_at.earliest and ends.latest <= as_at.earliest:
        raise AuthorityError(
            f"mandate.expires: {mandate.expires!r} is before {as_at.text!r}, the day the case speaks as at"
        )
    return mandate


def decide(footage: dict[str, Any], mandate: Mandate) -> Decision:
    """Return whether a footage file lies inside the mandate: its camera, and any part of its time that may."""
    camera = footage["camera_id"]
    if "*" not in mandate.cameras and camera not in mandate.cameras:
        return Decision(
            footage, "excluded_by_rule", f"camera {camera!r} is not among mandate.cameras {mandate.cameras}"
        )
    if footage["starts_earliest"] is None:
        if mandate.undated_footage:
            return Decision(footage, None)
        return Decision(footage, "excluded_by_rule", "undated, and mandate.undated_footage is false")
    window = interval(mandate.window)
    if _outside(footage, window):
        return Decision(
            footage, "out_of_period", f"starts {footage['starts_text']}, outside mandate.window {window.text}"
        )
    return Decision(footage, None)


def _outside(footage: dict[str, Any], window: Interval) -> bool:
    """Return whether no part of a file can lie in the window; its end is known only when it is opened."""
    after = window.latest is not None and footage["starts_earliest"] >= window.latest
    ends = footage.get("ends_latest")
    before = window.earliest is not None and ends is not None and ends <= window.earliest
    return after or before
