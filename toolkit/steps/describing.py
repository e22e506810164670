"""
Faces whose descriptors are forgotten, described again for a later probe: from their boxes, in the same looks.

Decoding and describing are paid again, finding is not. What comes out lies in `cache/describe/` until the sweep has
compared it, and is the same to the last bit as what was forgotten, where processor and libraries are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from toolkit.case import Case, Progress
from toolkit.custody import write
from toolkit.errors import UsageError
from toolkit.faces.engine import engine_named
from toolkit.faces.index import describe_again
from toolkit.footage.sampled import Sampling, looks_at
from toolkit.footage.segments import Segment, segments
from toolkit.settings import Mandate
from toolkit.steps import workers
from toolkit.steps.comparisons import Shard
from toolkit.steps.gate import Unit, work_list
from toolkit.steps.index import inputs_of, keys_of
from toolkit.steps.job import Job, key_of, shard_name, write_frame
from toolkit.steps.limits import SILENT_S, Limits, each_alive
from toolkit.steps.looking import flags_of, how_to_look
from toolkit.steps.pieces import CUT_BYTES_PER_S, FRAMES_PER_S, How, checked, most_frames
from toolkit.tables import table

FOLDER = "cache/describe"


@dataclass(frozen=True)
class Again:
    """A footage file, its shard of faces, and where their descriptors go for the time being."""

    unit: Unit
    shard: Shard
    place: Path


def described_again(
    work: Job, mandate: Mandate, shards: Sequence[Shard], on: tuple[int | None, str | None], progress: Progress | None
) -> Iterator[tuple[Shard, str | None]]:
    """
    Yield each shard with its descriptors, all but those forgotten as they are; or why describing failed twice.

    Args:
        work: The sweep at work.
        mandate: As `standing_mandate` returns it: what lies outside is not decoded now either.
        shards: What `comparisons.shards` returned.
        on: Workers and scheduler, see `workers.run`.
        progress: Told how many faces are described.

    Raises:
        IntegrityError: If a file is not what was sealed.
        UsageError: If the index is not of this footage, mandate and settings any more.
    """
    yield from ((shard, None) for shard in shards if not shard.to_describe)
    to_do = [shard for shard in shards if shard.to_describe]
    if not to_do:
        return
    how, tasks = _tasks(work, mandate, to_do, on[0])
    done, total = 0, sum(shard.n_faces for shard in to_do)
    same = True
    for task, sha256 in workers.run(tasks, partial(describe_shard, how), *on, limits=_limits, root=work.case.root):
        if isinstance(sha256, workers.Failed):
            yield task.shard, sha256.why
            continue
        same &= sha256 == task.shard.sha256
        done += task.shard.n_faces
        if progress:
            progress("describe again", done, total)
        yield replace(task.shard, descriptors=task.place), None
    work.notes.append(f"{done} faces of {len(to_do)} files described again: their descriptors were forgotten")
    if not same:
        work.notes.append("their descriptors are not those of then, bit for bit: another processor or library")


def describe_shard(how: How, task: Again) -> str:
    """
    Describe the faces of a file again, and return the digest of the shard: a pure function of file, faces and settings.

    Raises:
        IntegrityError: If the file is not what was sealed.
    """
    container = checked(task.unit)
    faces = pl.read_parquet(task.shard.faces)
    sampling, engine = Sampling(how.looks_per_s, how.min_face_px, how.exhaustive), engine_named(how.engine)
    parts = [table("descriptors").schema().to_frame()]
    for segment in segments(container):
        looks = each_alive(looks_at(container, segment, sampling, task.unit.between_s))
        parts.append(describe_again(looks, faces.filter(_in(segment)), engine))
    return write_frame(task.place, "descriptors", "index", pl.concat(parts))


def _in(segment: Segment) -> pl.Expr:
    if not segment.alone:
        return pl.lit(value=True)
    return pl.col("frame").is_between(segment.first_frame, segment.first_frame + segment.frames, closed="left")


def _limits(task: Again) -> Limits:
    """Return what a file may take: to be read, at 5 MB a second, and between two looks, what all its frames would."""
    size = task.unit.path.stat().st_size
    return Limits(SILENT_S + size / CUT_BYTES_PER_S + most_frames(task.unit) / FRAMES_PER_S)


def _tasks(work: Job, mandate: Mandate, shards: Sequence[Shard], n_workers: int | None) -> tuple[How, list[Again]]:
    """Return how to look, and the files to look at: long ones first."""
    case = work.case
    units, how = work_list(case, mandate, workers=n_workers), how_to_look(case, flags_of(case))
    last = work.log.last(event="outcome", step="index")
    if last is None or last["inputs"] != work.keyed(key_of(inputs_of(keys_of(units, how), mandate))):
        raise UsageError("the index is not of this footage, mandate and settings: run 'toolkit index CASE' first")
    by_name = {f"{shard_name(unit.clip.source)}.parquet": unit for unit in units}
    in_order = sorted(shards, key=lambda shard: (-(by_name[shard.name].frames or 0), shard.name))
    return how, [Again(by_name[shard.name], shard, case.root / FOLDER / shard.name) for shard in in_order]


def forget(case: Case) -> None:
    """Empty the cache: it holds descriptors."""
    for path in sorted((case.root / FOLDER).glob("*")):
        write.remove(path)
