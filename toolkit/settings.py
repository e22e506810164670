"""`case.toml`: what a case is about, and under which mandate it may be swept. Errors name the key."""

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import msgspec

from toolkit.errors import UsageError, in_our_words, not_utf8

THRESHOLD_CEILING = 0.6
"""dlib's example threshold (dlib face_recognition_ex.cpp), measured on press photographs; never searched above."""


LONGEST = 30
"""Digits of a number that an error repeats."""

AGE_FLOOR_HOURS = 24
"""Footage is archived, never live: nothing captured less than a day before the run is looked at."""


@dataclass(frozen=True)
class Between:
    """The least and the most that a number of `case.toml` may be; every number of it has one."""

    least: float
    most: float


Days = Annotated[int, Between(0, 36_525)]
"""Up to a hundred years."""


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """`[case]`: title and period (EDTF); `as_at` is the day the answers speak as at (today where absent)."""

    title: str
    from_: str
    to: str
    as_at: str | None = None


class Ingest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[ingest]`: the most memory that reading one source may take; one that needs more is kept, and not searched."""

    memory_mib: Annotated[int, Between(512, 1_048_576)] = 2048


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    `[index]`: how footage is looked at.

    `min_face_px` is the side of the detector's box in source pixels. 40 is the measured floor below which descriptors
    tell little: at dlib's threshold none of a person's own faces is lost from 40 px, 10 % at 30. With 80, dlib's window
    without upsampling, a busy street took 16 % less time and lost 1 of 20 passings that `face_recognition` finds.
    `exhaustive` looks at every frame whole; else `looks_per_s` at what moves.
    """

    min_face_px: Annotated[int, Between(20, 1000)] = 40
    looks_per_s: Annotated[float, Between(0.001, 240)] = 2.0
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
    most images that may be searched for; no budget where absent. `expires` is the last day on which it may be used,
    whatever day the answers speak as at. `keep_descriptors_until` is a day: until it comes,
    descriptors stay after a sweep; without it, and from that day on, a run forgets them, but for those of candidates.
    """

    requested_by: str
    legal_basis: str
    necessity: str
    purpose: str
    cameras: list[str]
    window: str
    threshold: Annotated[float, Between(0.001, THRESHOLD_CEILING)]
    expires: str
    reviewers: list[str]
    undated_footage: bool = False
    age_floor_hours: Annotated[int, Between(AGE_FLOOR_HOURS, 876_600)] = AGE_FLOOR_HOURS
    children: str | None = None
    face_budget: Annotated[int, Between(1, 10**12)] | None = None
    probe_budget: Annotated[int, Between(1, 10**9)] | None = None
    keep_descriptors_until: str | None = None
    probes: list[Probe] = []


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[rules]`: thresholds that the report leaves open; without them those rules cannot be determined."""

    R13_days: Days | None = None
    R20_days: Days | None = None


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
    ingest: Ingest = Ingest()
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
        said = _dates_as_text(tomllib.loads(path.read_text("utf-8")))
        _check_numbers(path, said)
        settings = msgspec.convert(said, Settings)
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


def _check_numbers(path: Path, said: Any) -> None:  # noqa: ANN401 - whatever TOML holds
    """Refuse a number that is too small, too large, or none (nan); what is no number at all is left to msgspec."""
    for key, between, value in numbers(Settings, said):
        if isinstance(value, int | float) and not between.least <= value <= between.most:
            found = str(value) if len(str(value)) <= LONGEST else f"one of {len(str(value))} digits"
            raise UsageError(f"{path}: {key}: expected {between.least:g} to {between.most:g}, found {found}")


def numbers(hint: Any, said: Any, key: str = "") -> Iterator[tuple[str, Between, Any]]:  # noqa: ANN401
    """
    Yield the key, the range and the value of each number that is said.

    Args:
        hint: A type: a table's, a list's, a number's, or any of several.
        said: What TOML holds for it.
        key: Where it stands.
    """
    if between := getattr(hint, "__metadata__", None):
        yield key, between[0], said
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint, include_extras=True)
        for field in msgspec.structs.fields(hint):
            if isinstance(said, dict) and field.encode_name in said:
                place = f"{key}.{field.encode_name}".lstrip(".")
                yield from numbers(hints[field.name], said[field.encode_name], place)
    else:
        for part in get_args(hint):
            for each in said if isinstance(said, list) else [said]:
                yield from numbers(part, each, key)


def _dates_as_text(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Take TOML's own dates where a date is written without quotes."""
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _check(path: Path, settings: Settings) -> None:
    """Check what types cannot: dates, kinds, words."""
    from toolkit.registers import KINDS  # noqa: PLC0415 - `toolkit --help` does not need them

    def expect(key: str, expected: str, found: object, *, ok: bool) -> None:
        if not ok:
            raise UsageError(f"{path}: {key}: expected {expected}, found {found!r}")

    if settings.mandate:
        _check_mandate(settings.mandate, expect)
    _check_dates(settings, expect)
    for outside in settings.sources:
        expect("sources.kind", f"one of {', '.join(KINDS)}", outside.kind, ok=outside.kind in KINDS)


def _check_mandate(mandate: Mandate, expect: Callable[..., None]) -> None:
    """Check that it says who, why and where."""
    expect("mandate.cameras", 'camera ids, or ["*"]', mandate.cameras, ok=bool(mandate.cameras))
    twice = sorted({post for post in mandate.reviewers if mandate.reviewers.count(post) > 1})
    expect("mandate.reviewers", "each post once", twice, ok=not twice)
    words = {key: getattr(mandate, key) for key in ("requested_by", "legal_basis", "necessity", "purpose")}
    words |= {"children": mandate.children} if mandate.children is not None else {}
    for key, said in words.items():
        expect(f"mandate.{key}", "some words", said, ok=bool(said.strip()))
    for probe in mandate.probes:
        expect("mandate.probes.reason", "some words", probe.reason, ok=bool(probe.reason.strip()))


def _check_dates(settings: Settings, expect: Callable[..., None]) -> None:
    """Check dates and intervals; what authority or a day of answers hangs on is one day of the calendar."""
    from toolkit.dates import EARLIEST_YEAR, LATEST_YEAR, interval  # noqa: PLC0415 - loads polars

    about, mandate = settings.about, settings.mandate
    days = {"case.as_at": about.as_at}
    dates: dict[str, str | None] = {"case.from": about.from_, "case.to": about.to}
    ends = {f"retention.until of {each.ref}": each.until for each in settings.retention}
    dates |= {f"holds.until of {hold.ref}": hold.until for hold in settings.holds}
    if mandate:
        days |= {"mandate.expires": mandate.expires, "mandate.keep_descriptors_until": mandate.keep_descriptors_until}
        dates["mandate.window"] = mandate.window
    years = f"in {EARLIEST_YEAR} to {LATEST_YEAR}"
    for key, text in days.items():
        expect(
            key,
            f"a day, {years}: 2026-12-31",
            text,
            ok=text is None or (interval(text).precision == "day" and _is_day(text)),
        )
    for key, text in (dates | ends).items():
        found = interval(text or "")
        read = text is None or found.precision is not None
        expect(key, f"a date or interval (EDTF), {years}: 2016, 2016-05, 2016-05/2018-03", text, ok=read)
        expect(key, "a date that comes: 2026-12-31", text, ok=key not in ends or found.latest is not None)


def _is_day(text: str) -> bool:
    """
    Return whether a text is one day and nothing else, as ISO 8601 writes it.

    >>> [_is_day(text) for text in ("2026-12-31", "2026-12-31/..", "2026-12", "2026-12-31?", "20261231")]
    [True, False, False, False, False]
    """
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


TEMPLATE = """\
# A case of `toolkit`. Dates are EDTF: 2016, 2016-05, 2016-05-03, 2016-05/2018-03, ../2018-03.

# Public keys, made by 'toolkit key new'. With signers, every step needs a key and the mandate a signature.
# signers = ["office+1a2b3c4d+..."]
# witnesses = ["oversight+5e6f7a8b+..."]

[case]
title = {title}
from = {from_}
to = {to}
# as_at = "2019-10-04"        # the day the answers speak as at, and nothing else; today where absent

[ingest]
memory_mib = 2048             # most memory that reading one source may take (512 to 1048576)

[index]
min_face_px = 40              # smallest face looked for: side of the detector's box in source pixels; 80 is quicker
                              # (20 to 1000)
looks_per_s = 2               # frames looked at for each second in which something moves (0.001 to 240)
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
# age_floor_hours = 24        # may be raised (to 876600, a hundred years), never lowered
# children = "..."            # separate authority for images of persons recorded as under 18 at capture
# face_budget = 5000          # most faces that may be described; no limit where absent
# probe_budget = 20           # most images that may be searched for; no limit where absent
# threshold = 0.5             # largest distance of a candidate; 0 is identical
# expires = "2026-12-31"      # its last day: by the clock, or by the log where that is later
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
