"""A case: a folder, its settings, and what a step leaves behind."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from toolkit.audit import views
from toolkit.custody import digest
from toolkit.dates import Interval, interval
from toolkit.errors import NoCase, UsageError
from toolkit.problems import Origin, Problem
from toolkit.settings import Settings, read_settings
from toolkit.tables import TABLES, table


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
            UsageError: If there is no such table, or its step has not run.
        """
        try:
            wanted = table(name, step)
        except KeyError:
            names = ", ".join(sorted({known.name for known in TABLES}))
            raise UsageError(f"no table {name!r}: the tables are {names}") from None
        path = self.folder(wanted.step) / (name if wanted.sharded else f"{name}.parquet")
        files = sorted(path.glob("*.parquet")) if wanted.sharded else [path]
        if not path.exists():
            raise UsageError(f"no table {name!r} yet: run 'toolkit {wanted.step} CASE' first")
        return pl.concat([wanted.schema().to_frame(), *map(pl.read_parquet, files)])

    def connect(self, shared: str = "sql", *, threads: int = 1, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
        """
        Return a read-only DuckDB connection with a view for each table (close it when done).

        Args:
            shared: "sql", for the views that questions and rules share, or "linking", for none of them.
            threads: Threads of DuckDB.
            spill: Folder for what does not fit into memory; None: nothing is written.
        """
        settings = self.settings
        about, mandate = settings.about, settings.mandate
        values: dict[str, object] = {
            "title": about.title,
            "from": interval(about.from_),
            "to": interval(about.to),
            "as_at": self.as_at,
            "min_face_px": settings.index.min_face_px,
            "looks_per_s": settings.index.looks_per_s,
            "r13_days": settings.rules.R13_days,
            "r20_days": settings.rules.R20_days,
        }
        if mandate:
            values |= {"window": interval(mandate.window), "threshold": mandate.threshold}
        return views.open_views(self.root, values, shared=shared, threads=threads, spill=spill)

    def problems(self, step: str | None = None) -> list[Problem]:
        """Return every problem on record, of one step or of all in the order of the straight way."""
        return [
            Problem(row["code"], Origin(row["source"], row["locator"]), row["message"], row["kept"])
            for step in ([step] if step else STEPS)
            if (path := self.folder(step) / "problems.parquet").exists()
            for row in pl.read_parquet(path).iter_rows(named=True)
        ]

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
    """

    step: str
    did_work: bool
    written: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    sources: tuple[dict[str, object], ...] = ()
    head: str = ""
    notes: tuple[str, ...] = field(default=())
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """3 where the step has problems on record, else 0: the code describes the case, not this run's work."""
        return 3 if self.problems else 0


def open_case(path: str | Path) -> Case:
    """
    Open a case.

    Raises:
        NoCase: If the folder holds no `case.toml`.
        UsageError: If `case.toml` cannot be understood; names the key.
    """
    root = Path(path).resolve()
    if not (root / "case.toml").is_file():
        raise NoCase(f"{path}: not a case: no case.toml; make one with 'toolkit new {path}'")
    return Case(root, read_settings(root / "case.toml"))
