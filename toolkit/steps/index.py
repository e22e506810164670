"""`toolkit index`: the faces in the footage that the mandate covers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.custody.chain import LOG, load
from toolkit.custody.digest import digest_of
from toolkit.dates import intervals
from toolkit.faces.engine import check_device, engine_named
from toolkit.problems import Origin, Problem
from toolkit.steps.gate import Unit, standing_mandate, work_list
from toolkit.steps.job import Job, job
from toolkit.steps.pace import Pace
from toolkit.steps.pieces import Facts, How, forget, indexed, join
from toolkit.tables import table

ENGINE = "onnx"
ENGINES = {"cpu": ENGINE, "cuda": "onnx_cuda"}
"""Engine of each device."""


def index(  # noqa: PLR0913 - by name only
    case: Case,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    exhaustive: bool | None = None,
    device: str | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> Run:
    """
    Find and describe the faces in the footage that the mandate covers.

    What lies outside the mandate's cameras or window is not decoded and becomes a coverage row. A segment of a file,
    about a minute, is one unit of work: an interrupted run goes on after the last finished segment. One that fails
    twice, or ends its worker twice, is quarantined (W501), and its frames are not examined.

    Args:
        case: The case; ingested.
        workers: Processes; all cores where None.
        scheduler: Address of a Dask scheduler, see `steps.workers`; its workers see the case under the same path.
        exhaustive: Look at every frame whole, whatever `case.toml` says, in this run and those after it, so that no
            index is half of each kind; False: as `case.toml` says again; None: as before.
        device: "cuda": describe faces on an NVIDIA GPU, in this run and those after it; "cpu": not; None: as before.
        again: Try again what is in quarantine: when what made it fail is mended, though no input has changed.
        progress: Told how many seconds of footage are done.

    Raises:
        AuthorityError: If there is no mandate, it has expired, or nothing lies inside it.
        IntegrityError: If a footage file is not what was sealed.
        UsageError: If the device is not there.
    """
    units = work_list(case, standing_mandate(case))
    flags = flags_of(case, {"exhaustive": exhaustive, "device": device})
    check_device(str(flags.get("device", "cpu")))
    how = how_to_look(case, flags)
    keys = keys_of(units, how)
    with job(case, "index", keys, again=again, flags=flags) as work:
        work.notes += _said(flags)
        if not work.up_to_date:
            found, refused = _indexed(work, units, keys, how, (workers, scheduler), progress)
            units = [replace(unit, cause="cannot_read") if unit.clip.source in refused else unit for unit in units]
            work.write("coverage", _coverage(units, found))
            recorded = (Problem(*code_etc) for entry in found.values() for code_etc in _problems(entry))
            work.write_problems([*recorded, *(problem for unit in units for problem in unit.problems)])
    return work.result()


def flags_of(case: Case, given: Mapping[str, object] | None = None) -> dict[str, object]:
    """
    Return what was asked of the index beside `case.toml`: now, or in the run before as far as nothing is asked now.

    Args:
        case: The case.
        given: By name: `exhaustive` True or False, `device`; None: as before.
    """
    last = next((entry for entry in reversed(load(case.root / LOG).entries) if _begins_index(entry)), None)
    before: dict[str, object] = dict(last.get("flags", {})) if last else {}
    asked = before | {name: value for name, value in (given or {}).items() if value is not None}
    return {name: value for name, value in sorted(asked.items()) if value not in (False, "cpu")}


def _begins_index(entry: Mapping[str, object]) -> bool:
    return (entry["event"], entry.get("step")) == ("intent", "index")


def how_to_look(case: Case, flags: Mapping[str, object]) -> How:
    """Return how the case's footage is looked at."""
    settings, engine = case.settings.index, ENGINES[str(flags.get("device", "cpu"))]
    exhaustive = settings.exhaustive or bool(flags.get("exhaustive"))
    return How(settings.looks_per_s, settings.min_face_px, engine, exhaustive)


def _said(flags: Mapping[str, object]) -> list[str]:
    """Say how footage is looked at where case.toml does not say it."""
    said = ["every frame is looked at (--exhaustive)"] if "exhaustive" in flags else []
    return said + ([f"faces are described on {flags['device']} (--device)"] if "device" in flags else [])


def keys_of(units: list[Unit], how: How) -> dict[str, str]:
    """Return the digest of all that the index of each file depends on, by its path."""
    return {unit.clip.source: digest_of(_depends_on(unit, how)) for unit in units}


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
    work: Job,
    units: list[Unit],
    keys: dict[str, str],
    how: How,
    on: tuple[int | None, str | None],
    progress: Progress | None,
) -> tuple[dict[str, Facts], set[str]]:
    """
    Return what was found in each unit inside the mandate, from an earlier run or by doing it now.

    Returns:
        Facts by file, and the files of which nothing could be done.
    """
    found: dict[str, Facts] = {}
    to_do = []
    for unit in (unit for unit in units if unit.cause is None):
        source = unit.clip.source
        if done := work.done(source, keys[source]):
            work.outputs |= done["outputs"]
            found[source] = done["found"]
        else:
            to_do.append(unit)
    pace = Pace(to_do, progress)
    refused = set()
    for file, segment in indexed(work.case, to_do, keys, how, on):
        pace.note(file, segment)
        if not file.complete:
            continue
        source = file.unit.clip.source
        found[source] = file.facts
        if file.refused:
            refused.add(source)
            continue
        outputs = join(work.case, file, keys[source])
        work.outputs |= outputs
        if file.whole:  # else the next run that has anything to do tries its failed pieces again
            work.unit(source, keys[source], outputs, file.facts)
    work.notes += pace.sentences()
    forget(work.case)
    return found, refused


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
        if facts is None or unit.cause is not None:
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
