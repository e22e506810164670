"""`toolkit index`: the faces in the footage that the mandate covers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.custody.digest import digest_of
from toolkit.dates import intervals
from toolkit.faces.engine import check_device, engine_named
from toolkit.problems import Origin, Problem
from toolkit.settings import Mandate
from toolkit.steps.gate import Unit, standing_mandate, within_budget, work_list
from toolkit.steps.job import Job, job
from toolkit.steps.looking import flags_of, how_to_look, in_words
from toolkit.steps.pace import Pace
from toolkit.steps.pieces import Facts, How, forget, forget_pieces, indexed, join
from toolkit.tables import table


@dataclass(frozen=True)
class Done:
    """A footage file: its path, what was found in it, and whether nothing could be done of it."""

    source: str
    facts: Facts
    refused: bool = False


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
        workers: Processes; all cores where None; 0: this one, where a decoder that hangs or dies ends all.
        scheduler: Address of a Dask scheduler, see `steps.workers`; its workers see the case under the same path.
        exhaustive: Look at every frame whole, whatever `case.toml` says, in this run and those after it, so that no
            index is half of each kind; False: as `case.toml` says again; None: as before.
        device: "cuda": describe faces on an NVIDIA GPU, in this run and those after it; "cpu": not; None: as before.
        again: Try again what is in quarantine: when what made it fail is mended, though no input has changed.
        progress: Told how many seconds of footage are done.

    Raises:
        AuthorityError: If there is no mandate, it has expired, nothing lies inside it, or its budget of faces is spent:
            the rest is not decoded then.
        IntegrityError: If a footage file is not what was sealed.
        UsageError: If the device is not there.
    """
    mandate = standing_mandate(case)
    units = work_list(case, mandate, workers=workers)
    flags = flags_of(case, {"exhaustive": exhaustive, "device": device})
    check_device(str(flags.get("device", "cpu")))
    how = how_to_look(case, flags)
    keys = keys_of(units, how)
    try:
        with job(case, "index", inputs_of(keys, mandate), again=again, flags=flags) as work:
            work.notes += in_words(flags)
            if not work.up_to_date:
                done = _indexed(work, units, keys, how, (workers, scheduler), progress)
                _write(work, units, list(_affordable(mandate.face_budget, done)))
    except _Spent as spent:
        within_budget(case, mandate, faces=spent.faces)
    return work.result()


class _Spent(Exception):  # noqa: N818 - reads as what it says
    """More faces were described than the mandate allows."""

    def __init__(self, faces: int) -> None:
        super().__init__(f"{faces} faces")
        self.faces = faces


def _affordable(most_faces: int | None, done: Iterable[Done]) -> Iterator[Done]:
    """Yield the same, or raise _Spent when more faces were described than that."""
    described = 0
    for each in done:
        described += each.facts["faces"]
        if most_faces is not None and described > most_faces:
            raise _Spent(described)
        yield each


def _write(work: Job, units: list[Unit], done: list[Done]) -> None:
    """Write coverage and problems."""
    found, refused = {each.source: each.facts for each in done}, {each.source for each in done if each.refused}
    units = [replace(unit, cause="cannot_read") if unit.clip.source in refused else unit for unit in units]
    work.write("coverage", _coverage(units, found))
    recorded = (Problem(*code_etc) for entry in found.values() for code_etc in _problems(entry))
    work.write_problems([*recorded, *(problem for unit in units for problem in unit.problems)])


def keys_of(units: list[Unit], how: How) -> dict[str, str]:
    """Return the digest of all that the index of each file depends on, by its path."""
    return {unit.clip.source: digest_of(_depends_on(unit, how)) for unit in units}


def inputs_of(keys: dict[str, str], mandate: Mandate) -> dict[str, object]:
    """Return what the outcome of the index depends on."""
    return {"units": keys, "face_budget": mandate.face_budget}


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
) -> Iterator[Done]:
    """Index each unit inside the mandate, or take what an earlier run found."""
    to_do = []
    for unit in (unit for unit in units if unit.cause is None):
        source = unit.clip.source
        if done := work.done(source, keys[source]):
            work.outputs |= done["outputs"]
            yield Done(source, done["found"])
        else:
            to_do.append(unit)
    pace = Pace(to_do, progress)
    for file, segment in indexed(work.case, to_do, keys, how, on):
        pace.note(file, segment)
        if not file.complete:
            continue
        source = file.unit.clip.source
        if not file.refused:
            outputs = join(work.case, file, keys[source])
            work.outputs |= outputs
            if file.whole:  # else the next run that has anything to do tries its failed pieces again
                work.unit(source, keys[source], outputs, file.facts)
                forget_pieces(work.case, keys[source])
        yield Done(source, file.facts, file.refused)
    work.notes += pace.sentences()
    forget(work.case)


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
