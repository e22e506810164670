"""`toolkit index`: the faces in the footage that the mandate covers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import joblib
import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.custody.digest import digest_of, file_digest
from toolkit.dates import intervals
from toolkit.errors import IntegrityError
from toolkit.faces.engine import engine_named
from toolkit.faces.index import Indexed, index_looks
from toolkit.footage.container import Container, probe
from toolkit.footage.sampled import Sampling, looks_at
from toolkit.footage.segments import Segment, segments
from toolkit.footage.tally import Examined
from toolkit.problems import Origin, Problem
from toolkit.steps.gate import Unit, standing_mandate, work_list
from toolkit.steps.job import Job, job, shard_name, write_frame
from toolkit.tables import table

ENGINE = "onnx"


@dataclass(frozen=True)
class How:
    """How footage is looked at."""

    looks_per_s: float
    min_face_px: int
    engine: str
    exhaustive: bool = False


def index(case: Case, *, workers: int | None = None, progress: Progress | None = None) -> Run:
    """
    Find and describe the faces in the footage that the mandate covers.

    What lies outside the mandate's cameras or window is not decoded and becomes a coverage row. One footage file is
    one unit of work: a worker writes its shards, and an interrupted run goes on after the last finished file.

    Args:
        case: The case; ingested.
        workers: Processes; all cores where None.
        progress: Told how many files are done.

    Raises:
        AuthorityError: If there is no mandate, it has expired, or nothing lies inside it.
        IntegrityError: If a footage file is not what was sealed.
    """
    units = work_list(case, standing_mandate(case))
    how = How(case.settings.index.looks_per_s, case.settings.index.min_face_px, ENGINE, case.settings.index.exhaustive)
    keys = {unit.clip.source: digest_of(_depends_on(unit, how)) for unit in units}
    with job(case, "index", keys) as work:
        if not work.up_to_date:
            found = _indexed(work, units, keys, how, workers, progress)
            work.write("coverage", _coverage(units, found))
            recorded = (Problem(*code_etc) for entry in found.values() for code_etc in _problems(entry))
            work.write_problems([*recorded, *(problem for unit in units for problem in unit.problems)])
    return work.result()


def _depends_on(unit: Unit, how: How) -> list[str]:
    clip = unit.clip
    window = [str(seconds) for seconds in unit.between_s]
    starts = [str(clip.starts_earliest), str(clip.starts_latest)]
    settings = [str(how.looks_per_s), str(how.min_face_px), str(how.exhaustive), engine_named(how.engine).name]
    return [
        clip.source,
        clip.sha256,
        str(clip.camera_id),
        *starts,
        *window,
        str(unit.cause),
        str(unit.frames),
        *settings,
    ]


def _indexed(
    work: Job, units: list[Unit], keys: dict[str, str], how: How, workers: int | None, progress: Progress | None
) -> dict[str, dict[str, Any]]:
    """Return what was found in each unit inside the mandate, from an earlier run or by doing it now."""
    found: dict[str, dict[str, Any]] = {}
    to_do = []
    for unit in (unit for unit in units if unit.cause is None):
        source = unit.clip.source
        if done := work.done(source, keys[source]):
            work.outputs |= done["outputs"]
            found[source] = done["found"]
        else:
            to_do.append(unit)
    # Long files first, so that no worker is left with a long one at the end.
    to_do.sort(key=lambda unit: (-(unit.frames or 0), unit.clip.source))
    for source, outputs, facts in _in_parallel(work.case, to_do, how, workers):
        work.unit(source, keys[source], outputs, facts)
        work.outputs |= outputs
        found[source] = facts
        if progress:
            progress("index", len(found), len(found) + len(to_do))
    return found


def _in_parallel(
    case: Case, units: list[Unit], how: How, workers: int | None
) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """Yield each unit's result as it comes; one decoder, one detector, one thread a worker."""
    if workers == 1 or len(units) <= 1:
        yield from (index_file(case, unit, how) for unit in units)
        return
    parallel = joblib.Parallel(n_jobs=workers or -1, return_as="generator_unordered", max_nbytes=None)
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        yield from parallel(joblib.delayed(index_file)(case, unit, how) for unit in units)


def index_file(case: Case, unit: Unit, how: How) -> tuple[str, dict[str, str], dict[str, Any]]:
    """
    Index one file and write its two shards: the unit of work, a pure function of the file and the settings.

    Returns:
        The file's path in the case, the shards and their digests, and counts and problems as JSON without floats.

    Raises:
        IntegrityError: If the file is not what was sealed.
    """
    source = unit.clip.source
    now = file_digest(unit.path)
    if now != unit.clip.sha256:
        raise IntegrityError(f"{source}: expected the sealed digest {unit.clip.sha256}, found {now}; not decoded")
    container = probe(unit.path, source)
    if isinstance(container, Problem):
        raise IntegrityError(f"{source}: opened when it was listed and does not now: {container.message}")
    parts = [index_segment(unit, container, segment, how) for segment in segments(container)]
    outputs = {}
    for name in ("faces", "descriptors"):
        path = case.folder("index") / name / f"{shard_name(source)}.parquet"
        outputs[case.relative(path)] = write_frame(
            path, name, "index", pl.concat([getattr(indexed, name) for indexed, _ in parts])
        )
    return source, outputs, _facts(parts)


def index_segment(unit: Unit, container: Container, segment: Segment, how: How) -> tuple[Indexed, Examined]:
    """
    Index one piece of a file: a pure function of the file and the settings.

    Args:
        unit: The file.
        container: What `probe` returned of it.
        segment: The piece.
        how: How to look.
    """
    looks = looks_at(container, segment, Sampling(how.looks_per_s, how.min_face_px, how.exhaustive), unit.between_s)
    indexed = index_looks(
        looks, unit.clip, how.min_face_px, engine_named(how.engine), every_view=how.exhaustive, piece=segment.number
    )
    return indexed, looks.examined()


def _facts(parts: list[tuple[Indexed, Examined]]) -> dict[str, Any]:
    """Add up what was found in the pieces of a file. A frame is examined if all that moved in it was searched whole."""
    partly = sum(indexed.partly for indexed, _ in parts)
    frames_not = Counter({"frame_not_sampled": partly})
    for _, examined in parts:
        frames_not.update(examined.not_examined)
    return {
        "frames": sum(examined.looked_at for _, examined in parts) - partly,
        "frames_not": dict(sorted((+frames_not).items())),
        "faces": sum(indexed.faces.height for indexed, _ in parts),
        "too_small": sum(indexed.too_small for indexed, _ in parts),
        "problems": [
            [p.code, p.origin.source, p.origin.locator, p.message, p.kept]
            for _, examined in parts
            for p in examined.problems
        ],
    }


def _problems(found: dict[str, Any]) -> list[tuple[str, Origin, str, str]]:
    return [
        (code, Origin(source, locator), message, kept) for code, source, locator, message, kept in found["problems"]
    ]


def _coverage(units: list[Unit], found: dict[str, dict[str, Any]]) -> pl.DataFrame:
    """Return how many files, frames and faces were examined, and how many were not, by cause."""
    rows: list[tuple[Unit, str, str | None, int]] = []
    for unit in units:
        rows.append((unit, "files", unit.cause, 1))
        facts = found.get(unit.clip.source)
        if facts is None:
            rows += [(unit, "frames", unit.cause, unit.frames)] if unit.frames else []
            continue
        rows.append((unit, "frames", None, facts["frames"]))
        rows += [(unit, "frames", cause, n) for cause, n in sorted(facts["frames_not"].items()) if n]
        rows.append((unit, "faces", None, facts["faces"]))
        rows += [(unit, "faces", "too_small_face", facts["too_small"])] if facts["too_small"] else []
    frame = pl.DataFrame(
        {
            "method": ["sweep" for _ in rows],
            "system": [unit.clip.camera_id for unit, *_ in rows],
            "unit_ref": [None for _ in rows],
            "source": [unit.clip.source for unit, *_ in rows],
            "complete": ["unknown" for _ in rows],
            "measure": [measure for _, measure, _, _ in rows],
            "cause": [cause for _, _, cause, _ in rows],
            "n": [n for *_, n in rows],
        },
        schema_overrides={"system": pl.String, "unit_ref": pl.String, "cause": pl.String},
    )
    covers = intervals(pl.Series([unit.covers or None for unit, *_ in rows], dtype=pl.String)).drop("problem")
    schema = table("coverage", "index").schema()
    return frame.hstack(covers.rename(lambda part: f"covers_{part}")).select(schema.names()).cast(schema)
