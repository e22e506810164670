"""The unit of work of `ingest`: a sealed file, read and written as shards; kept until it or its reader changes."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

import toolkit
from toolkit.case import Case
from toolkit.custody import write
from toolkit.custody.digest import digest_of, file_digest, holding
from toolkit.errors import IntegrityError
from toolkit.readers.crosschecks import wrong_order
from toolkit.readers.declarations import SOURCES_FILE, Declaration, read_declarations
from toolkit.readers.entries import Entry, Part, Reader, ReadSource
from toolkit.readers.faults import PROBLEMS
from toolkit.readers.indexes import INDEXES, is_index, with_digests
from toolkit.readers.legible import CANDIDATES
from toolkit.readers.profiles import Profile
from toolkit.readers.undecided import APPLIED_IN, BLANK
from toolkit.registers import KINDS
from toolkit.steps.job import Job, shard_name
from toolkit.steps.limits import Limits, alive
from toolkit.tables import table

SILENT_S = 60.0
"""Longest time without progress that reading a source may take."""

MOST_WAITING = 2
"""Blocks of rows that are read and not written yet."""

KEPT = {
    "problems": PROBLEMS,
    "coverage": table("coverage", "ingest").schema(),
    "sources": table("sources").schema(),
    "unread_rows": CANDIDATES,
    "blank_columns": BLANK,
    "readings": APPLIED_IN,
}
"""What a unit gives to tables that it cannot write alone; kept in `cache/ingest/` between runs."""
_ALWAYS = ("problems", "coverage", "sources")


@dataclass(frozen=True)
class Sealed:
    """
    A file of the manifest.

    Args:
        entry: What it is.
        path: Where it lies.
        declared: What `raw/sources.csv` says of its parts.
        media: Of an index of pictures or footage: path in the case -> digest, of the files beside it.
        readings: What people read in cells of it, and of its parts, by source.
    """

    entry: Entry
    path: Path
    declared: dict[str, Declaration] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    readings: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def is_register(self) -> bool:
        """Whether it is to be read; else it is a picture, footage, or of no kind."""
        kind, source = self.entry.kind, self.entry.source
        return kind in KINDS and (kind not in INDEXES or is_index(kind, source))

    def depends_on(self, profiles: list[Profile]) -> str:
        """Return the digest of all that reading it depends on."""
        of_kind = [repr(profile) for profile in profiles if profile.feeds.kind == self.entry.kind]
        said = [repr(self.entry), *(repr(each) for each in sorted(self.declared.items())), *sorted(of_kind)]
        read = {source: frame.rows() for source, frame in self.readings.items()}
        return digest_of({"said": said, "media": self.media, "read": read, "tool": toolkit.__version__})


@dataclass(frozen=True)
class Kept:
    """
    What a unit gave: its shards are written.

    Args:
        outputs: Path in the case -> digest, of its shards.
        kept: The same of what it keeps in the cache.
        sources: Paths of the source and its parts, and the table that each feeds.
    """

    outputs: dict[str, str]
    kept: dict[str, str]
    sources: list[tuple[str, str | None]]

    def facts(self) -> dict[str, Any]:
        """Return what the log says of it beside its outputs."""
        return {"kept": self.kept, "sources": [list(source) for source in self.sources]}


def earlier(work: Job, file: Sealed, inputs: str) -> Kept | None:
    """Return what the unit gave in an earlier run, if nothing has changed since."""
    done = work.done(file.entry.source, inputs)
    if done is None or not all(is_intact(work.case, *each) for each in done["found"]["kept"].items()):
        return None
    return Kept(done["outputs"], done["found"]["kept"], [tuple(each) for each in done["found"]["sources"]])


def is_intact(case: Case, name: str, sha256: str | None) -> bool:
    """Return whether a file of the case is there and has that digest."""
    return (path := case.root / name).is_file() and file_digest(path) == sha256


def read_file(case: Case, profiles: list[Profile], file: Sealed) -> Kept:
    """
    Read one source and write its shards: a pure function of the file, its declaration and the profiles.

    Raises:
        IntegrityError: If the file is not what was sealed.
    """
    from toolkit.readers.source import read_source  # noqa: PLC0415 - its libraries are for workers: half a second

    with ExitStack() as stack:
        opened = stack.enter_context(sealed(file.path, file.entry.source, file.entry.sha256))
        shards = _Shards(case, file, stack)
        try:
            reader = Reader(shards.add, profiles, file.declared, file.readings, alive=alive)
            read = read_source(opened, file.entry, reader)
        finally:
            shards.end()  # before the files are closed
    outputs = {case.relative(path): stream.sha256 for path, stream in shards.open.items()}
    return Kept(outputs, _keep(case, file, read, shards.problems), [(found.source, found.table) for found in read])


def declared_in(asked: tuple[Path, str]) -> tuple[dict[str, Declaration], pl.DataFrame]:
    """
    Return what `raw/sources.csv` declares: path and sealed digest. It was handed over like the rest.

    Raises:
        IntegrityError: If it is not what was sealed.
    """
    path, sha256 = asked
    with sealed(path, SOURCES_FILE, sha256) as file:
        return read_declarations(file.read())


class _Shards:
    """The open shards of a unit, one for each source in it and table; written while the next rows are read."""

    def __init__(self, case: Case, file: Sealed, stack: ExitStack) -> None:
        self.open: dict[Path, write.TableStream] = {}
        self.problems: list[pl.DataFrame] = []
        self._case, self._file, self._stack = case, file, stack
        self._writer = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def add(self, part: Part) -> None:
        """Write some rows of a source, behind those that wait; only few may wait, so that memory is bounded."""
        alive()
        self._waiting.append(self._writer.submit(self._add, part))
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft().result()

    def end(self) -> None:
        """Wait until all is written, or, after a failure, until nothing more will be."""
        self._writer.shutdown(wait=True)
        while self._waiting:
            self._waiting.popleft().result()

    def _add(self, part: Part) -> None:
        if part.table != "passages":
            self._write("records", part.source, part.records)
        if part.table is None or part.frame is None:
            return
        frame, kind = part.frame, self._file.entry.kind
        if kind in INDEXES and INDEXES[kind][0] == part.table:
            frame = with_digests(kind, frame, self._file.media)
        self.problems += wrong_order(part.table, frame)
        self._write(part.table, part.source, frame)
        if part.unread is not None and part.unread.height:
            self._write("unread_cells", part.source, part.unread)

    def _write(self, name: str, source: str, frame: pl.DataFrame) -> None:
        path = self._case.folder("ingest") / name / f"{shard_name(source)}.parquet"
        rows = frame.to_arrow()
        if path not in self.open:
            schema = table(name, "ingest").schema()
            if frame.schema != schema:
                raise ValueError(f"table {name!r} does not have the columns that toolkit.tables states")
            self.open[path] = self._stack.enter_context(write.writing_table(path, rows.schema))
        for batch in rows.to_batches():
            self.open[path].add(batch)


def _keep(case: Case, file: Sealed, read: list[ReadSource], problems: list[pl.DataFrame]) -> dict[str, str]:
    """Write what goes to the tables that are not sharded to the cache."""
    parts = {
        "problems": [*(found.problems for found in read), *problems],
        "coverage": [found.coverage for found in read],
        "sources": [found.row for found in read],
    }
    for name in KEPT.keys() - set(_ALWAYS):
        parts[name] = [found.undecided[name] for found in read if name in found.undecided]
    kept = {}
    for name, frames in sorted(parts.items()):
        if not frames and name not in _ALWAYS:
            continue
        path = case.root / "cache" / "ingest" / f"{shard_name(file.entry.source)}.{name}.parquet"
        kept[case.relative(path)] = write.write_table(path, pl.concat([KEPT[name].to_frame(), *frames]).to_arrow())
    return kept


def limits(case: Case) -> Limits:
    """Return what reading one source may take: what parses is other people's code on other people's bytes."""
    return Limits(SILENT_S, case.settings.ingest.memory_mib << 20)


@contextmanager
def sealed(path: Path, source: str, sha256: str, then: str = "run 'toolkit seal CASE' first") -> Iterator[BinaryIO]:
    """
    Open a file that is what was sealed; it is read from where it was hashed, wherever its path leads meanwhile.

    Raises:
        IntegrityError: If it is not the same, or changes while it is open.
    """
    with holding(path, alive) as (file, now):
        if now != sha256:
            raise IntegrityError(f"{source}: expected the sealed digest {sha256}, found {now}; {then}")
        yield file
