"""`case.toml`: what a case is about, and under which mandate it may be swept. Errors name the key."""

import datetime as dt
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from toolkit.errors import UsageError, in_our_words, not_utf8

THRESHOLD_CEILING = 0.6
"""dlib's example threshold (dlib face_recognition_ex.cpp), measured on press photographs; never searched above."""


AGE_FLOOR_HOURS = 24
"""Footage is archived, never live: nothing captured less than a day before the run is looked at."""


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """`[case]`: title and period (EDTF); `as_at` is the day the answers speak as at (today where absent)."""

    title: str
    from_: str
    to: str
    as_at: str | None = None


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    `[index]`: how footage is looked at.

    `min_face_px` is the side of the detector's box in source pixels. 40 is the measured floor below which descriptors
    tell little: at dlib's threshold none of a person's own faces is lost from 40 px, 10 % at 30. With 80, dlib's window
    without upsampling, a busy street took 16 % less time and lost 1 of 20 passings that `face_recognition` finds.
    `exhaustive` looks at every frame whole; else `looks_per_s` at what moves.
    """

    min_face_px: int = 40
    looks_per_s: float = 2.0
    exhaustive: bool = False


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[mandate.probes]]`: an image that is not one of the case's disclosures, and why it may be searched."""

    image: str
    reason: str


class Mandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    `[mandate]`: who asked for a sweep, on what basis, and how far it may go.

    `age_floor_hours` may be raised, never lowered; `children` is the separate authority for images of persons recorded
    as under 18 at capture, in words. `face_budget` and `probe_budget` are the most faces that may be described and the
    most images that may be searched for; no budget where absent. `keep_descriptors_until` is a day: until it comes,
    descriptors stay after a sweep; without it, and from that day on, a run forgets them, but for those of candidates.
    """

    requested_by: str
    legal_basis: str
    necessity: str
    purpose: str
    cameras: list[str]
    window: str
    threshold: float
    expires: str
    reviewers: list[str]
    undated_footage: bool = False
    age_floor_hours: int = AGE_FLOOR_HOURS
    children: str | None = None
    face_budget: int | None = None
    probe_budget: int | None = None
    keep_descriptors_until: str | None = None
    probes: list[Probe] = []


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[rules]`: thresholds that the report leaves open; without them those rules cannot be determined."""

    R13_days: int | None = None
    R20_days: int | None = None


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[holds]]`: what must not be erased: an image reference, "bystanders" or "*"; without `until`: for good."""

    ref: str
    reason: str
    until: str | None = None


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[retention]]`: what may not be kept longer: an image reference, or "bystanders"; and what says so."""

    ref: str
    until: str
    basis: str


class OutsideSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[sources]]`: a file or folder outside the case, read only."""

    kind: str
    path: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"about": "case"}):
    """The whole of `case.toml`; `signers` and `witnesses` are public keys, as `toolkit key new` prints them."""

    about: About
    index: Index = Index()
    mandate: Mandate | None = None
    rules: Rules = Rules()
    sources: list[OutsideSource] = []
    holds: list[Hold] = []
    retention: list[Retention] = []
    signers: list[str] = []
    witnesses: list[str] = []


def read_settings(path: Path) -> Settings:
    """
    Read and check `case.toml`.

    Raises:
        UsageError: Naming the key, what was expected and what was found.
    """
    try:
        settings = msgspec.convert(_dates_as_text(tomllib.loads(path.read_text("utf-8"))), Settings)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {in_our_words(str(error))}") from None
    except ValueError as error:
        raise UsageError(f"{path}: not TOML: {error}") from None
    _check(path, settings)
    return settings


def _dates_as_text(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Take TOML's own dates where a date is written without quotes."""
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _check(path: Path, settings: Settings) -> None:
    """Check what types cannot: dates, ranges, kinds."""
    from toolkit.dates import interval  # noqa: PLC0415 - loads polars, which `toolkit --help` does not need
    from toolkit.registers import KINDS  # noqa: PLC0415

    def expect(key: str, expected: str, found: object, *, ok: bool) -> None:
        if not ok:
            raise UsageError(f"{path}: {key}: expected {expected}, found {found!r}")

    mandate, about, index = settings.mandate, settings.about, settings.index
    dates = {"case.from": about.from_, "case.to": about.to, "case.as_at": about.as_at}
    if mandate:
        dates |= {
            "mandate.window": mandate.window,
            "mandate.expires": mandate.expires,
        }
        limit = THRESHOLD_CEILING
        threshold = mandate.threshold
        expect("mandate.threshold", f"a distance above 0 and at most {limit}", threshold, ok=0 < threshold <= limit)
        expect("mandate.cameras", 'camera ids, or ["*"]', mandate.cameras, ok=bool(mandate.cameras))
        hours = mandate.age_floor_hours
        expect("mandate.age_floor_hours", f"{AGE_FLOOR_HOURS} or more", hours, ok=hours >= AGE_FLOOR_HOURS)
        until = mandate.keep_descriptors_until
        expect("mandate.keep_descriptors_until", "a day: 2026-12-31", until, ok=until is None or _is_day(until))
        if mandate.children is not None:
            expect("mandate.children", "some words", mandate.children, ok=bool(mandate.children.strip()))
        _check_mandate(mandate, expect)
        for key in ("requested_by", "legal_basis", "necessity", "purpose"):
            expect(f"mandate.{key}", "some words", getattr(mandate, key), ok=bool(getattr(mandate, key).strip()))
        for probe in mandate.probes:
            expect("mandate.probes.reason", "some words", probe.reason, ok=bool(probe.reason.strip()))
    dates |= {f"holds.until of {hold.ref}": hold.until for hold in settings.holds}
    dates |= {f"retention.until of {each.ref}": each.until for each in settings.retention}
    for key, text in dates.items():
        if text is not None:
            expect(
                key,
                "a date or interval (EDTF): 2016, 2016-05, 2016-05/2018-03",
                text,
                ok=interval(text).precision is not None,
            )
    expect("index.min_face_px", "20 or more", index.min_face_px, ok=index.min_face_px >= 20)  # noqa: PLR2004
    expect("index.looks_per_s", "more than 0", index.looks_per_s, ok=index.looks_per_s > 0)
    for outside in settings.sources:
        expect("sources.kind", f"one of {', '.join(KINDS)}", outside.kind, ok=outside.kind in KINDS)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_mandate(mandate: Mandate, expect: Callable[..., None]) -> None:
    """Check budgets and reviewers."""
    for key in ("face_budget", "probe_budget"):
        most = getattr(mandate, key)
        expect(f"mandate.{key}", "1 or more", most, ok=most is None or most > 0)
    twice = sorted({post for post in mandate.reviewers if mandate.reviewers.count(post) > 1})
    expect("mandate.reviewers", "each post once", twice, ok=not twice)


TEMPLATE = """\
# A case of `toolkit`. Dates are EDTF: 2016, 2016-05, 2016-05-03, 2016-05/2018-03, ../2018-03.

# Public keys, made by 'toolkit key new'. With signers, every step needs a key and the mandate a signature.
# signers = ["office+1a2b3c4d+..."]
# witnesses = ["oversight+5e6f7a8b+..."]

[case]
title = {title}
from = {from_}
to = {to}
# as_at = "2019-10-04"        # the day the answers speak as at; today where absent

[index]
min_face_px = 40              # smallest face looked for: side of the detector's box in source pixels; 80 is quicker
looks_per_s = 2               # frames looked at for each second in which something moves
exhaustive = false            # true: every frame, whole; many times slower

# Without a mandate no footage is decoded and no face is searched for.
# [mandate]
# requested_by = "POST-..."   # a post-holder, never a name
# legal_basis = "..."
# necessity = "..."
# purpose = "..."
# cameras = ["*"]             # camera ids of raw/footage/footage.csv
# window = "2016-05/2018-03"
# undated_footage = false
# age_floor_hours = 24        # may be raised, never lowered
# children = "..."            # separate authority for images of persons recorded as under 18 at capture
# face_budget = 5000          # most faces that may be described; no limit where absent
# probe_budget = 20           # most images that may be searched for; no limit where absent
# threshold = 0.5             # largest distance of a candidate; 0 is identical
# expires = "2026-12-31"
# reviewers = ["POST-...", "POST-..."]
# keep_descriptors_until = "2026-12-31"   # without it, descriptors are forgotten as soon as the sweep is done
#
# [[mandate.probes]]          # an image that is not one of the case's disclosures
# image = "images/probe.png"  # below raw/
# reason = "..."

[rules]
# R13_days = 2                # days within which a record counts as made "as soon as possible"
# R20_days = 30               # days after which a copy counts as held too long

# [[holds]]                   # what 'toolkit erase' must not touch
# ref = "IMG-1"               # an image reference, "bystanders", or "*"
# reason = "..."
# until = "2026-12-31"        # absent: as long as this stands here
#
# [[retention]]               # what 'toolkit erase --due' lists from the day after
# ref = "IMG-1"               # an image reference, or "bystanders"
# until = "2026-12-31"
# basis = "..."

# [[sources]]                 # what lies outside the case, read only
# kind = "footage"
# path = "/mnt/archive"
"""
