"""
Footage in pieces: the units of work of the index.

A file is checked and cut into segments; each segment is indexed alone, a pure function of the file and the settings,
whose result lies in `cache/index/` until the last one of the file is there. So one long file keeps every worker busy,
and an interrupted run, or a dead worker, costs the segments that were being worked on.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from toolkit.case import Case
from toolkit.custody import write
from toolkit.custody.digest import file_digest
from toolkit.errors import IntegrityError
from toolkit.faces.engine import engine_named
from toolkit.faces.index import Indexed, index_looks
from toolkit.footage.container import Container, probe
from toolkit.footage.sampled import Sampling, looks_at
from toolkit.footage.sealed import blocks_of
from toolkit.footage.segments import Segment, segments
from toolkit.footage.tally import Examined
from toolkit.problems import Problem
from toolkit.steps import workers
from toolkit.steps.gate import Unit
from toolkit.steps.job import shard_name, write_frame
from toolkit.steps.limits import SILENT_S, Limits, each_alive
from toolkit.tables import table

TABLES = ("faces", "descriptors")

CUT_BYTES_PER_S, FRAMES_PER_S, FRAME_BYTES, LEAST_FRAME_BYTES = 5_000_000, 10, 1_000, 20
"""
How fast footage is read and decoded at the very least: a slow share, a slow core; the size of a frame where nobody
says how many there are, and the least that one can have, whatever a header says.
"""

Facts = dict[str, Any]
"""Counts and problems of a piece or a file, as JSON without floats."""


@dataclass(frozen=True)
class How:
    """How footage is looked at."""

    looks_per_s: float
    min_face_px: int
    engine: str
    exhaustive: bool = False


@dataclass(frozen=True)
class Piece:
    """
    One unit of work: a file that is to be cut, or a segment of it.

    Args:
        unit: The file.
        key: Digest of all that its outcome depends on.
        container: What `probe` returned; None before the file is cut.
        segment: The segment; None before the file is cut.
    """

    unit: Unit
    key: str
    container: Container | None = None
    segment: Segment | None = None


@dataclass
class File:
    """
    A file of which every piece is done, or failed twice.

    Args:
        unit: The file.
        facts: Counts and problems, of all pieces.
        refused: Whether it could not even be cut.
        whole: Whether no piece failed.
        pieces: How many there are; None before it is cut.
        done: Numbers of those that are indexed.
    """

    unit: Unit
    facts: Facts = field(default_factory=lambda: added_up([]))
    refused: bool = False
    whole: bool = True
    pieces: int | None = None
    done: list[int] = field(default_factory=list)
    failed: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing of it is still to come."""
        return self.refused or self.pieces == len(self.done) + self.failed


def indexed(
    case: Case, units: Sequence[Unit], keys: dict[str, str], how: How, on: tuple[int | None, str | None]
) -> Iterator[tuple[File, Segment | None]]:
    """
    Yield each file after each of its segments, with that segment; see `File.complete`.

    Args:
        case: The case.
        units: The files.
        keys: Digest of all that the outcome of a file depends on, by its path.
        how: How to look.
        on: Workers and scheduler, see `workers.run`.

    Raises:
        IntegrityError: If a file is not what was sealed.
    """
    files = {unit.clip.source: File(unit) for unit in units}
    # Long files first, so that no worker is left with a long one at the end.
    in_order = sorted(units, key=lambda unit: (-(unit.frames or 0), unit.clip.source))
    to_cut = [Piece(unit, keys[unit.clip.source]) for unit in in_order]
    for piece, result in workers.run(
        to_cut, partial(work_on, case, how), *on, follow=_cut, limits=limits, root=case.root
    ):
        file = files[piece.unit.clip.source]
        if isinstance(result, workers.Failed):
            _fail(file, piece, result.why)
        elif piece.segment is None:
            file.pieces = len(result)
            continue
        else:
            file.done.append(piece.segment.number)
            file.facts = added_up([file.facts, result])
        yield file, piece.segment


def limits(piece: Piece) -> Limits:
    """Return what a piece may take: between two looks, or to be cut, what it would if all were very slow."""
    segment = piece.segment
    if segment is None:
        return Limits(SILENT_S + piece.unit.path.stat().st_size / CUT_BYTES_PER_S)
    return Limits(SILENT_S + (segment.frames if segment.alone else most_frames(piece.unit)) / FRAMES_PER_S)


def most_frames(unit: Unit) -> float:
    """Return how many frames a file has at the most: as declared, but no more than its bytes can hold."""
    size = unit.path.stat().st_size
    return min(unit.frames, size / LEAST_FRAME_BYTES) if unit.frames else size / FRAME_BYTES


def work_on(case: Case, how: How, piece: Piece) -> Any:  # noqa: ANN401 - pieces, or facts
    """Cut a file into its pieces, or index one of them."""
    if piece.segment is None:
        container = checked(piece.unit)
        return [Piece(piece.unit, piece.key, container, segment) for segment in segments(container)]
    return index_piece(case, how, piece)


def _cut(piece: Piece, result: Any) -> Sequence[Piece]:  # noqa: ANN401
    """Return what is to be done next."""
    pieces: Sequence[Piece] = result if piece.segment is None else ()
    return pieces


def checked(unit: Unit) -> Container:
    """
    Return the container of a file that is what was sealed; through it, nothing else can be decoded.

    Raises:
        IntegrityError: If it is not, or if its header is not the one that the mandate was held against.
    """
    source = unit.clip.source
    try:
        blocks = blocks_of(unit.path)
    except OSError as error:
        raise IntegrityError(f"{source}: sealed, and cannot be read now: {error.strerror}; not decoded") from error
    if blocks.sha256 != unit.clip.sha256:
        found = blocks.sha256
        raise IntegrityError(f"{source}: expected the sealed digest {unit.clip.sha256}, found {found}; not decoded")
    container = probe(unit.path, source, blocks)
    if isinstance(container, Problem):
        raise IntegrityError(f"{source}: opened when it was listed and does not now: {container.message}")
    if unit.header is not None and unit.header != replace(container, blocks=None):
        raise IntegrityError(f"{source}: its header is not what it was when it was listed; not decoded")
    return container


def index_piece(case: Case, how: How, piece: Piece) -> Facts:
    """Index a segment and leave its faces and facts in the cache; take them from there if an earlier run did."""
    assert piece.container is not None  # noqa: S101 - mypy
    assert piece.segment is not None  # noqa: S101
    number = piece.segment.number
    note = _cached(case, piece.key) / f"{number:06d}.json"
    paths = {name: note.with_name(f"{number:06d}.{name}.parquet") for name in TABLES}
    if note.exists():
        earlier = json.loads(note.read_text("utf-8"))
        if all(path.exists() and file_digest(path) == earlier["digests"][name] for name, path in paths.items()):
            return dict(earlier["facts"])
    part, examined = index_segment(piece.unit, piece.container, piece.segment, how)
    digests = {name: write_frame(path, name, "index", getattr(part, name)) for name, path in paths.items()}
    found = facts(part, examined)
    write.write_text(note, json.dumps({"digests": digests, "facts": found}))
    return found


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
    part = index_looks(
        each_alive(looks),
        unit.clip,
        how.min_face_px,
        engine_named(how.engine),
        every_view=how.exhaustive,
        piece=segment.number,
    )
    return part, looks.examined()


def join(case: Case, file: File, key: str) -> dict[str, str]:
    """Write the shards of a file from those of its pieces, and return their digests, by path."""
    outputs = {}
    for name in TABLES:
        parts = [_cached(case, key) / f"{number:06d}.{name}.parquet" for number in sorted(file.done)]
        frame = pl.concat([table(name, "index").schema().to_frame(), *map(pl.read_parquet, parts)])
        path = case.folder("index") / name / f"{shard_name(file.unit.clip.source)}.parquet"
        outputs[case.relative(path)] = write_frame(path, name, "index", frame)
    return outputs


def forget_pieces(case: Case, key: str) -> None:
    """Remove the pieces of a file that is joined: there are a thousand an hour, and bystanders' descriptors in them."""
    write.empty(_cached(case, key))


def forget(case: Case) -> None:
    """Empty the cache: it holds descriptors."""
    write.empty(case.root / "cache" / "index")


def facts(part: Indexed, examined: Examined) -> Facts:
    """Return what was found in a piece. A frame is examined if all that moved in it was searched whole."""
    frames_not = Counter({"frame_not_sampled": part.partly})
    frames_not.update(examined.not_examined)
    return {
        "frames": examined.looked_at - part.partly,
        "frames_not": dict(sorted((+frames_not).items())),
        "faces": part.faces.height,
        "too_small": part.too_small,
        "problems": [[p.code, p.origin.source, p.origin.locator, p.message, p.kept] for p in examined.problems],
    }


def added_up(parts: Sequence[Facts]) -> Facts:
    """
    Return the facts of several pieces as one, in whatever order they came.

    >>> one = {"frames": 3, "frames_not": {"truncated": 1}, "faces": 2, "too_small": 0, "problems": []}
    >>> added_up([one, one])["frames_not"]
    {'truncated': 2}
    """
    frames_not: Counter[str] = Counter()
    for part in parts:
        frames_not.update(part["frames_not"])
    counts = {name: sum(part[name] for part in parts) for name in ("frames", "faces", "too_small")}
    problems = sorted(problem for part in parts for problem in part["problems"])
    return {**counts, "frames_not": dict(sorted((+frames_not).items())), "problems": problems}


def _fail(file: File, piece: Piece, why: str) -> None:
    """Quarantine a piece: what it holds was not examined."""
    segment, source = piece.segment, piece.unit.clip.source
    file.whole = False
    n, place = piece.unit.frames or 0, ""
    if segment is None:
        file.refused = True
    else:
        file.failed += 1
        if segment.alone:
            n, place = segment.frames, f"frames {segment.first_frame} to {segment.first_frame + segment.frames - 1}"
    problem = ["W501", source, place, f"tried twice: {why}", "file kept; these frames were not examined"]
    lost = {"frames": 0, "frames_not": {"cannot_read": n}, "faces": 0, "too_small": 0, "problems": [problem]}
    file.facts = added_up([file.facts, lost])


def _cached(case: Case, key: str) -> Path:
    return case.root / "cache" / "index" / key[:32]
