"""From cells of text to a table's stored columns. What cannot be read stays as text, with a coded problem."""

from dataclasses import dataclass, field

import polars as pl

from toolkit.columns import Column, Table
from toolkit.readers.faults import PROBLEMS
from toolkit.readers.layouts import source_columns
from toolkit.readers.overlay import APPLIED, filled, here, overlaid
from toolkit.readers.references import cleaned, no_references
from toolkit.readers.values import Manner, odd, values_of

UNREAD = pl.Schema({"locator": pl.String, "column_name": pl.String, "text": pl.String})
"""Cells that are not blank and could not be read."""


@dataclass(frozen=True)
class Typed:
    """
    Rows of a table.

    Args:
        frame: Those that have all that is required; the table's stored columns.
        problems: The `problems` of the step `ingest`.
        rejected: Whether each given row lacks something required.
        unread: Their cells that are not blank and could not be read: schema `UNREAD`.
        filled: Names of the columns of which a cell is not blank.
        oddities: What is said once of a source: schema `ODDITIES`.
        applied: What became of the readings of these rows.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame
    rejected: pl.Series
    unread: pl.DataFrame = field(default_factory=UNREAD.to_frame)
    filled: frozenset[str] = frozenset()
    oddities: list[pl.DataFrame] = field(default_factory=list)
    applied: pl.DataFrame = field(default_factory=APPLIED.to_frame)


def typed(
    table: Table, cells: pl.DataFrame, lines: pl.Series, source: str, manner: Manner, place: str = "line"
) -> Typed:
    """
    Return the stored columns of these rows.

    Args:
        table: The table they feed.
        cells: Their cells, String; a column of the table that is not among them is null throughout.
        lines: The line of each, from 1.
        source: Path of the source in the case.
        manner: How its cells are read.
        place: What its rows are numbered by: line, row, item.
    """
    columns = source_columns(table)
    cells = cells.select(
        (pl.col(column.name) if column.name in cells.columns else pl.lit(None, pl.String)).alias(column.name)
        for column in columns
    ).select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
    locator = (f"{place} " + lines.cast(pl.String)).alias("locator")
    read = None if manner.readings is None else here(manner.readings, columns, locator)
    rejected, found, oddities = _rejected(columns, cells, locator, read)
    cells, locator = cells.filter(~rejected), locator.filter(~rejected)
    stored = [locator]
    unread: dict[str, pl.Series] = {}
    zones = cells["zone"] if "zone" in cells.columns else None
    for column in columns:
        values = values_of(column, cells[column.name], locator, zones, manner)
        stored += values.stored
        found += values.faults
        oddities += values.oddities
        unread[column.name] = values.unread
    frame, applied = pl.DataFrame(stored), APPLIED.to_frame()
    if read is not None and read.height:
        done = overlaid(columns, cells, frame, unread, read, manner)
        frame, unread, applied = done.frame, done.unread, done.applied
    frame = frame.with_columns(pl.lit(source).alias("source"))
    computed = {name: dtype for name, dtype in table.schema().items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in computed.items())
    problems = pl.concat([PROBLEMS.to_frame().drop("source"), *found]).with_columns(pl.lit(source).alias("source"))
    return Typed(
        frame.select(*table.schema()),
        problems.select(*PROBLEMS),
        rejected,
        _unread(cells, locator, unread),
        frozenset(name for name in cells.columns if cells[name].null_count() < cells.height),
        oddities,
        applied,
    )


def _unread(cells: pl.DataFrame, locator: pl.Series, unread: dict[str, pl.Series]) -> pl.DataFrame:
    """Return the cells that are unread, by row and column."""
    parts = [
        pl.DataFrame([locator.filter(which), cells[name].filter(which).alias("text")]).select(
            "locator", pl.lit(name).alias("column_name"), "text"
        )
        for name, which in unread.items()
        if which.any()
    ]
    return pl.concat([UNREAD.to_frame(), *parts])


_Rejected = tuple[pl.Series, list[pl.DataFrame], list[pl.DataFrame]]


def _rejected(columns: list[Column], cells: pl.DataFrame, locator: pl.Series, read: pl.DataFrame | None) -> _Rejected:
    """Return which rows lack something required, a problem for each (T212), and what stands there for a reference."""
    required = {column.name: column for column in columns if column.required}
    given = cells.select(*required)
    oddities: list[pl.DataFrame] = []
    for name, column in required.items():
        if column.holds == "ref":
            bare, _ = cleaned(given[name])
            bad = bare.is_in(list(no_references(bare, column.words))).fill_null(value=False)
            given = given.with_columns(bare.set(bad, None))
            oddities += odd("T221", bare, locator, bad, by_value=True)
    if read is not None and read.height:
        given = filled(given, locator, read.filter(pl.col("column_name").is_in(list(required))))
    lacking = given.select(pl.all().is_null())
    rejected = lacking.select(pl.any_horizontal(pl.all())).to_series().alias("rejected")
    if not rejected.any():
        return rejected, [], []
    blank = lacking.filter(rejected).rows(named=True)
    written = cells.filter(rejected).select(*required).rows(named=True)
    messages = [
        f"required and blank: {', '.join(name for name, lacks in row.items() if lacks and texts[name] is None)}"
        if any(lacks and texts[name] is None for name, lacks in row.items())
        else f"required and no reference: {', '.join(name for name, lacks in row.items() if lacks)}"
        for row, texts in zip(blank, written, strict=True)
    ]
    found = pl.DataFrame([locator.filter(rejected), pl.Series("message", messages, pl.String)])
    found = found.select(pl.lit("T212").alias("code"), "locator", "message")
    return rejected, [found.with_columns(pl.lit("row kept in quarantine").alias("kept"))], oddities
