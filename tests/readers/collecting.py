"""What tests of the readers share: a sink that keeps what it is handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from toolkit.readers.declarations import NOTHING_DECLARED, Declaration
from toolkit.readers.entries import Entry, Part, Reader
from toolkit.readers.profiles import Profile
from toolkit.readers.source import read_source
from toolkit.tables import table


@dataclass(frozen=True)
class Collected:
    """What a source gave, with its rows: `frame` is None where it feeds no table."""

    source: str
    table: str | None
    problems: pl.DataFrame
    row: pl.DataFrame
    coverage: pl.DataFrame
    undecided: Mapping[str, pl.DataFrame]
    records: pl.DataFrame
    frame: pl.DataFrame | None
    unread: pl.DataFrame

    @property
    def said(self) -> list[str]:
        """The problems' codes and messages."""
        return [f"{code} {message}" for code, message in self.problems.select("code", "message").rows()]


def read_bytes(
    folder: Path,
    content: bytes,
    source: str,
    profiles: tuple[Profile, ...] = (),
    declaration: Declaration = NOTHING_DECLARED,
    readings: Mapping[str, pl.DataFrame] | None = None,
    **declared: Declaration,
) -> list[Collected]:
    """Return what a file of this content gives, and its parts."""
    path = folder / "file"
    path.write_bytes(content)
    parts: list[Part] = []
    entry = Entry(source, source.split("/")[1], "0" * 64, declaration)
    found = read_source(path, entry, Reader(parts.append, profiles, declared, readings or {}))
    return [Collected(**vars(one), **rows(one.source, one.table, parts)) for one in found]


def rows(source: str, name: str | None, parts: list[Part]) -> dict[str, pl.DataFrame | None]:
    """Return the records of a source, and its rows of a table."""
    mine = [part for part in parts if part.source == source]
    frames = [part.frame for part in mine if part.frame is not None]
    records = pl.concat([table("records").schema().to_frame(), *(part.records for part in mine)])
    wanted = table(name, "ingest").schema().to_frame() if name else None
    unread = [table("unread_cells").schema().to_frame(), *(part.unread for part in mine if part.unread is not None)]
    frame = None if wanted is None else pl.concat([wanted, *frames])
    return {"records": records, "frame": frame, "unread": pl.concat(unread)}
