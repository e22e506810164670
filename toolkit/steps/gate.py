"""The mandate as a work list: what lies outside it is never decoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import polars as pl

from toolkit.case import Case
from toolkit.custody import mandate as signatures
from toolkit.custody.manifest import StatCache, digest_now
from toolkit.dates import interval
from toolkit.errors import AuthorityError, IntegrityError
from toolkit.faces.index import Clip
from toolkit.footage.container import Container, probe
from toolkit.problems import Origin, Problem
from toolkit.settings import Mandate
from toolkit.steps import workers as lanes
from toolkit.steps.clock import day_of_work
from toolkit.steps.job import signers_of
from toolkit.steps.limits import Limits
from toolkit.steps.refusal import logged
from toolkit.steps.seal import read_cache

LONGEST_S = 366 * 24 * 3600.0
"""A year: whatever length a header declares, no file of footage is longer, and no calendar ends before it does."""

Seconds = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Unit:
    """
    One footage file, and what the mandate says of it.

    Args:
        clip: Its path in the case, digest, camera, start.
        path: Where it is read from.
        covers: Its time as the sources state it; empty where undated.
        frames: Frames its header declares, as far as it does.
        length_s: Seconds its header declares.
        between_s: Elapsed times that surely lie in the mandate's window; None is open.
        cause: None where it may be examined; else the cause that coverage states.
        why: The exact difference between the mandate and the file.
        problems: Faults found on the way.
        header: What its header declared when it was listed.
    """

    clip: Clip
    path: Path
    covers: str
    frames: int | None = None
    length_s: Fraction | None = None
    between_s: Seconds = (None, None)
    cause: str | None = None
    why: str = ""
    problems: tuple[Problem, ...] = ()
    header: Container | None = None


@logged
def standing_mandate(case: Case) -> Mandate:
    """
    Return the mandate, if it stands on the day of the work, whatever day the answers speak as at.

    Raises:
        AuthorityError: If there is none, it has expired, or the case lists signers and none of them signed it as it is.
    """
    mandate = case.settings.mandate
    if mandate is None:
        raise AuthorityError(
            "case.toml states no [mandate]: without one no footage is decoded and no face searched for"
        )
    now, ends = day_of_work(case), interval(mandate.expires).latest
    if ends is None or ends <= now.at:
        raise AuthorityError(f"mandate.expires: {mandate.expires} is over on {now.at:%Y-%m-%d}, by {now.by}")
    signatures.check(case.root, signers_of(case))
    return mandate


def keeps_descriptors(mandate: Mandate, today: date) -> bool:
    """Tell whether the mandate keeps the descriptors on a day: before `keep_descriptors_until`, where it states one."""
    until = mandate.keep_descriptors_until
    return until is not None and today < date.fromisoformat(until)


@logged
def work_list(case: Case, mandate: Mandate, now: datetime | None = None, *, workers: int | None = 1) -> list[Unit]:
    """
    Return every footage file of the case with what the mandate says of it. Headers are read, nothing is decoded.

    Args:
        case: The case; ingested.
        mandate: As `standing_mandate` returns it.
        now: The time that the age of footage is counted from; the clock's where None.
        workers: 0: headers are read in this process, without the protection of another.

    Raises:
        AuthorityError: If nothing lies inside the mandate; names each file and the difference.
        IntegrityError: If a file that may be looked at is not what was sealed: not a header of it is read.
    """
    now, known = now or datetime.now(UTC), read_cache(case)
    units = [_on_a_camera(unit, mandate, known) for unit in _footage(case)]
    opened = probed([(unit.path, unit.clip.source) for unit in units if unit.cause is None], workers)
    units = [_decided(unit, opened[unit.clip.source], mandate) if unit.cause is None else unit for unit in units]
    units = [_old_enough(unit, mandate, now) for unit in units]
    if not any(unit.cause is None for unit in units):
        listed = "".join(f"\n  {unit.clip.source}: {unit.why or unit.cause}" for unit in units)
        raise AuthorityError(
            f"nothing lies inside the mandate; nothing decoded{listed or ': the case holds no footage'}"
        )
    return units


def _footage(case: Case) -> list[Unit]:
    """Return the sealed footage files with what `footage.csv` says of each, by path."""
    sealed = case.table("sources").filter(pl.col("kind") == "footage", pl.col("table").is_null())
    listed = case.table("footage_files").unique("file", keep="first", maintain_order=True)
    told = {f"raw/footage/{row['file']}": row for row in listed.iter_rows(named=True)}
    units = []
    for source, sha256 in sealed.select("source", "sha256").sort("source").iter_rows():
        row = told.get(source, {})
        clip = Clip(source, sha256, row.get("camera_id"), row.get("starts_earliest"), row.get("starts_latest"))
        units.append(Unit(clip, case.root / source, row.get("starts_text") or ""))
    return units


def probed(files: Sequence[tuple[Path, str]], workers: int | None = 1) -> dict[str, Container | Problem]:
    """
    Return what `probe` says of footage files, by source; headers are read in another process, which may die of them.

    Args:
        files: Path and source of each.
        workers: 0: this process all the same.
    """
    found: dict[str, Container | Problem] = {}
    for (_, source), result in lanes.run(files, _probe, 0 if workers == 0 else 1, limits=lambda _: Limits()):
        if isinstance(result, lanes.Failed):
            result = Problem("W501", Origin(source), f"tried twice: {result.why}", "kept and sealed; not searchable")  # noqa: PLW2901
        found[source] = result
    return found


def _probe(file: tuple[Path, str]) -> Container | Problem:
    return probe(*file)


def _on_a_camera(unit: Unit, mandate: Mandate, known: StatCache) -> Unit:
    """Return the unit, refused by its camera or still what was sealed; it is not opened."""
    clip = unit.clip
    if "*" not in mandate.cameras and clip.camera_id not in mandate.cameras:
        why = f"camera {clip.camera_id or 'unknown'} is not among mandate.cameras: {', '.join(mandate.cameras)}"
        return replace(unit, cause="excluded_by_rule", why=why)
    if (now := digest_now(unit.path, known.get(clip.source))) != clip.sha256:
        raise IntegrityError(f"{clip.source}: expected the sealed digest {clip.sha256}, found {now}; not opened")
    return unit


def _decided(unit: Unit, found: Container | Problem, mandate: Mandate) -> Unit:
    """Return the unit with the mandate's decision on what its header declares."""
    if isinstance(found, Problem):
        cause = "unsupported_type" if found.code in ("M103", "M107", "M111") else "cannot_read"
        return replace(unit, cause=cause, why=found.message, problems=(found,))
    unit = _dated(replace(unit, frames=_frames(found), length_s=_length_s(found), header=found), found)
    if unit.clip.starts_earliest is None:
        if mandate.undated_footage:
            return unit
        return replace(unit, cause="excluded_by_rule", why="undated, and mandate.undated_footage is false")
    return _in_window(unit, found, mandate)


def _old_enough(unit: Unit, mandate: Mandate, now: datetime) -> Unit:
    """Refuse what was captured less than the age floor ago, or may have been; the file's own time is never asked."""
    latest = unit.clip.starts_latest
    if unit.cause is not None or latest is None:
        return unit
    length = timedelta(seconds=min(float(unit.length_s or 0), LONGEST_S))
    floor = timedelta(hours=mandate.age_floor_hours)
    if latest + length <= now - floor:
        return unit
    why = (
        f"captured until {latest + length:%Y-%m-%d %H:%M} UTC, less than mandate.age_floor_hours "
        f"({mandate.age_floor_hours}) before {now:%Y-%m-%d %H:%M} UTC"
    )
    return replace(unit, cause="excluded_by_rule", why=why, between_s=(None, None))


@logged
def children(case: Case, mandate: Mandate, wanted: Mapping[str, str]) -> frozenset[str]:
    """
    Return which probes show somebody recorded as under 18 at capture; none where the mandate covers them.

    It is the content that counts: a copy of a child's image under another name is one too; an image on which records
    disagree counts as a child's. Nothing is ever guessed from a picture.

    Args:
        case: The case; ingested.
        mandate: As `standing_mandate` returns it.
        wanted: Probe -> SHA-256 of its file.

    Raises:
        AuthorityError: If every probe is such an image.
    """
    if mandate.children is not None or not wanted:
        return frozenset()
    under_18 = case.table("custody_records").filter(pl.col("age_status") == "under_18")
    images = case.table("images").join(under_18, on="image_ref", how="semi")
    theirs = set(images["sha256"].drop_nulls().to_list())
    found = frozenset(probe for probe, sha256 in wanted.items() if sha256 in theirs)
    if len(found) == len(wanted):
        listed = ", ".join(sorted(found))
        raise AuthorityError(f"every image to search for is of a person under 18, and no mandate.children: {listed}")
    return found


@logged
def within_budget(case: Case, mandate: Mandate, *, faces: int = 0, probes: Sequence[str] = ()) -> None:
    """
    Refuse more faces or images than the mandate allows; a search without end is none that anybody authorised.

    Args:
        case: The case.
        mandate: As `standing_mandate` returns it.
        faces: How many faces were described.
        probes: The images to search for.

    Raises:
        AuthorityError: If there are more; names the budget and what was found.
    """
    del case  # `logged` wants it
    if mandate.face_budget is not None and faces > mandate.face_budget:
        raise AuthorityError(f"mandate.face_budget: at most {mandate.face_budget} faces, found {faces}; stopped")
    if mandate.probe_budget is not None and len(probes) > mandate.probe_budget:
        listed = ", ".join(sorted(probes))
        raise AuthorityError(
            f"mandate.probe_budget: at most {mandate.probe_budget} images, found {len(probes)} to search for: {listed}"
        )


def _dated(unit: Unit, found: Container) -> Unit:
    """Take the start from the container where no source states one, and say what is not known."""
    clip, missing = unit.clip, []
    if clip.starts_earliest is None and found.created:
        clip = replace(clip, starts_earliest=found.created, starts_latest=found.created + timedelta(seconds=1))
        unit = replace(unit, covers=found.created.isoformat())
    if clip.starts_earliest is None:
        missing.append("start")
    if clip.camera_id is None:
        missing.append("camera")
    if not missing:
        return replace(unit, clip=clip)
    message = f"expected a camera and a start in raw/footage/footage.csv, found no {' and no '.join(missing)}"
    problem = Problem("M115", Origin(clip.source), message, "kept; what is seen in it has no known place or time")
    return replace(unit, clip=clip, problems=(problem,))


def _frames(found: Container) -> int | None:
    if found.frames is not None or not found.duration_s or not found.rate:
        return found.frames
    return round(found.duration_s * found.rate)


def _length_s(found: Container) -> Fraction | None:
    if found.duration_s is None and found.frames and found.rate:
        return found.frames / found.rate
    return found.duration_s


def _in_window(unit: Unit, found: Container, mandate: Mandate) -> Unit:
    """Return the unit with the part of it that surely lies in the window; a frame that may lie outside is outside."""
    window, clip = interval(mandate.window), unit.clip
    after = _elapsed(window.earliest, clip.starts_earliest)
    before = _elapsed(window.latest, clip.starts_latest)
    length = found.duration_s
    if (before is not None and before <= 0) or (after is not None and length is not None and after >= length):
        why = f"starts {unit.covers}, outside mandate.window {mandate.window}"
        return replace(unit, cause="out_of_period", why=why)
    return replace(unit, between_s=(after if after and after > 0 else None, before))


def _elapsed(bound: object, start: object) -> Fraction | None:
    if bound is None or start is None:
        return None
    return Fraction((bound - start) // timedelta(microseconds=1), 1_000_000)  # type: ignore[operator]
