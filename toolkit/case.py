"""A case: a folder, its settings, and what a step leaves behind."""

import datetime as dt
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from toolkit.columns import Table
from toolkit.custody import digest, recorded
from toolkit.dates import Interval, interval
from toolkit.errors import NoCase, UsageError
from toolkit.problems import Origin, Problem
from toolkit.settings import Settings, read_settings
from toolkit.tables import TABLES, table

if TYPE_CHECKING:
    import duckdb  # a third of a second, which a worker that reads registers need not wait


class Progress(Protocol):
    """Told how far the work is."""

    def __call__(self, what: str, done: float, total: float, pace: str = "", /) -> None:
        """Show what is being done, how much is done and how much there is, and how fast it goes, in words."""


STEPS = ("seal", "ingest", "index", "sweep", "link", "reconstruct", "report")
"""The straight way, in order."""


@dataclass(frozen=True)
class Case:
    """
    An open case. Paths only: nothing is held open, so a case can be handed to a worker.

    Args:
        root: Its folder, absolute.
        settings: `case.toml`, checked.
    """

    root: Path
    settings: Settings

    @cached_property
    def today(self) -> dt.date:
        """The day on which the case is worked on (UTC)."""
        return dt.datetime.now(dt.UTC).date()

    @property
    def as_at(self) -> Interval:
        """The day the answers speak as at: `case.as_at`, or today."""
        return interval(self.settings.about.as_at or self.today.isoformat())

    def folder(self, step: str) -> Path:
        """Return the folder of a step's tables."""
        return self.root / "tables" / step

    def relative(self, path: Path) -> str:
        """Return a path as it is written in tables: relative to the case, or absolute where it lies outside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def table(self, name: str, step: str | None = None) -> pl.DataFrame:
        """
        Return a table of the case.

        Raises:
            IntegrityError: If a file of it is not what the log has of it; none is opened then.
            UsageError: If there is no such table, or its step has not run, or not to its end.
        """
        try:
            wanted = table(name, step)
        except KeyError:
            names = ", ".join(sorted({known.name for known in TABLES}))
            raise UsageError(f"no table {name!r}: the tables are {names}") from None
        path = self.folder(wanted.step) / (name if wanted.sharded else f"{name}.parquet")
        files = sorted(path.glob("*.parquet")) if wanted.sharded else [path]
        recorded.check(self.root, files if path.exists() else [], [path])
        if not path.exists():
            raise UsageError(f"no table {name!r} yet: run 'toolkit {wanted.step} CASE' first")
        return pl.concat([wanted.schema().to_frame(), *map(pl.read_parquet, files)])

    def connect(
        self,
        shared: str = "sql",
        *,
        wanted: Collection[str] | None = None,
        before: str | None = None,
        as_at: Interval | None = None,
        threads: int = 1,
        spill: Path | None = None,
    ) -> "duckdb.DuckDBPyConnection":
        """
        Return a read-only DuckDB connection with a view for each table (close it when done).

        Args:
            shared: "sql", for the views that questions and rules share, or "linking", for none of them.
            wanted: Of these views, those that are read; None: all. At 10^6 disclosures making all takes 20 s.
            before: A step: its tables, and those of the steps after it, are empty, as if it had not run.
            as_at: A day: the tables as they stood at its end, see `toolkit.audit.as_at`; None: as they are.
            threads: Threads of DuckDB.
            spill: Folder for what does not fit into memory; None: nothing is written.

        Raises:
            IntegrityError: If a file of a table is not what the log has of it; none is opened then.
        """
        from toolkit.audit import as_at as narrowing  # noqa: PLC0415 - loads DuckDB
        from toolkit.audit import views  # noqa: PLC0415

        settings = self.settings
        about, mandate = settings.about, settings.mandate
        values: dict[str, object] = {
            "title": about.title,
            "from": interval(about.from_),
            "to": interval(about.to),
            "as_at": as_at or self.as_at,
            "min_face_px": settings.index.min_face_px,
            "looks_per_s": settings.index.looks_per_s,
            "r13_days": settings.rules.R13_days,
            "r20_days": settings.rules.R20_days,
        }
        if mandate:
            values |= {"window": interval(mandate.window), "threshold": mandate.threshold}
        narrow = partial(narrowing.narrow, day=as_at) if as_at else None
        admit = partial(self._admit, before)
        return views.open_views(
            self.root, values, shared=shared, wanted=wanted, threads=threads, spill=spill, narrow=narrow, admit=admit
        )

    def _admit(self, before: str | None, of: Table, files: Sequence[Path]) -> bool:
        """Check the files of a table before they are opened; False where its step is not before that one."""
        if before and of.step in STEPS[STEPS.index(before) :]:
            return False
        recorded.check(self.root, files, [self.folder(of.step) / (of.name if of.sharded else f"{of.name}.parquet")])
        return True

    def problems(self, step: str | None = None) -> list[Problem]:
        """
        Return every problem on record, of one step or of all in the order of the straight way.

        Raises:
            IntegrityError: If a table of them is not what the log has of it.
        """
        return [
            Problem(row["code"], Origin(row["source"], row["locator"]), row["message"], row["kept"])
            for step in ([step] if step else STEPS)
            if (path := self.folder(step) / "problems.parquet").exists()
            for row in pl.read_parquet(self.checked(path)).iter_rows(named=True)
        ]

    def checked(self, path: Path) -> Path:
        """Return the path of an output that is what the log has of it; raises as `recorded.check` does."""
        recorded.check(self.root, [path])
        return path

    def settings_digest(self) -> str:
        """Return the digest of `case.toml`."""
        return digest.file_digest(self.root / "case.toml")


@dataclass(frozen=True)
class Run:
    """
    What a step did.

    Args:
        step: Its name.
        did_work: False where everything was up to date.
        written: Paths of what was written, relative to the case.
        problems: Every problem this step has on record for the case (not only from this run).
        sources: For ingest, the balance of each source.
        head: Digest of the last line of the log.
        notes: Sentences a person should read.
        seconds: How long it took.
        all_refused: For ingest, whether there are sources, and none of them could be read.
    """

    step: str
    did_work: bool
    written: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    sources: tuple[dict[str, object], ...] = ()
    head: str = ""
    notes: tuple[str, ...] = field(default=())
    seconds: float = 0.0
    all_refused: bool = False

    @property
    def exit_code(self) -> int:
        """3 where the step has problems on record, 8 where they are all there is, else 0: it describes the case."""
        if self.all_refused:
            return 8
        return 3 if self.problems else 0


def open_case(path: str | Path) -> Case:
    """
    Open a case.

    Raises:
        NoCase: If the folder holds no `case.toml`.
        UsageError: If `case.toml` cannot be understood; names the key.
    """
    root = Path(os.path.realpath(path))  # Path.resolve raises where links lead in a circle
    if not (root / "case.toml").is_file():
        raise NoCase(f"{path}: not a case: no case.toml; make one with 'toolkit new {path}'")
    return Case(root, read_settings(root / "case.toml"))
