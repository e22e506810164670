"""What people read in cells that the tool could not read, put beside the verbatim text, never over it."""

from dataclasses import dataclass, replace

import polars as pl

from toolkit.columns import Column
from toolkit.readers.values import Manner, values_of

READ = pl.Schema({"locator": pl.String, "column_name": pl.String, "reads_as": pl.String})
"""Readings in force of one source."""
APPLIED = pl.Schema({"locator": pl.String, "column_name": pl.String, "state": pl.String})
"""What became of them: in_force, or readable (the cell says it itself, and a reading changes nothing)."""


@dataclass(frozen=True)
class Overlay:
    """
    Rows with what people read in them.

    Args:
        frame: The rows, as a table's stored columns.
        unread: Of each column, whether its cells are still unread.
        applied: Schema `APPLIED`.
    """

    frame: pl.DataFrame
    unread: dict[str, pl.Series]
    applied: pl.DataFrame


def here(readings: pl.DataFrame, columns: list[Column], locator: pl.Series) -> pl.DataFrame:
    """Return the readings of these rows and columns that can be read as what their columns hold."""
    names = [column.name for column in columns]
    mine = readings.filter(pl.col("locator").is_in(locator.implode()), pl.col("column_name").is_in(names))
    if mine.is_empty():
        return mine
    parts = [READ.to_frame()]
    for column in columns:
        rows = mine.filter(column_name=column.name)
        if rows.height:
            found = values_of(column, rows["reads_as"].alias(column.name), rows["locator"], None, Manner())
            parts.append(rows.filter(~found.unread))
    return pl.concat(parts)


def filled(cells: pl.DataFrame, locator: pl.Series, readings: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with readings in the place of what is blank or cannot be read: to see whether a row is whole."""
    rows = cells.with_columns(locator)
    for name in readings["column_name"].unique():
        said = readings.filter(column_name=name).select("locator", pl.col("reads_as").alias(name))
        rows = rows.update(said, on="locator", how="left")
    return rows.drop("locator")


def overlaid(
    columns: list[Column],
    cells: pl.DataFrame,
    frame: pl.DataFrame,
    unread: dict[str, pl.Series],
    readings: pl.DataFrame,
    manner: Manner,
) -> Overlay:
    """
    Put readings into the parsed columns of rows.

    Args:
        columns: The columns that sources bring.
        cells: The rows' cells, null where blank.
        frame: The rows as stored columns, with `locator`.
        unread: Of each column, whether its cells are not blank and could not be read.
        readings: From `here`.
        manner: How the source's cells are read; a reading is written as our own columns are.
    """
    ours = replace(manner, order=None, list_separator=";", midnight_is_a_day=False, words={})
    applied = [APPLIED.to_frame()]
    unread = dict(unread)
    for column in columns:
        said = readings.filter(column_name=column.name)
        at = pl.Series("at", range(frame.height)).filter(frame["locator"].is_in(said["locator"].implode()))
        if at.is_empty():
            continue
        open_ = (cells[column.name].is_null() | unread[column.name]).gather(at)
        places = frame["locator"].gather(at)
        states = pl.DataFrame([places, open_.alias("open")]).select(
            "locator",
            pl.lit(column.name).alias("column_name"),
            pl.when("open").then(pl.lit("in_force")).otherwise(pl.lit("readable")).alias("state"),
        )
        applied.append(states)
        at = at.filter(open_)
        if at.is_empty():
            continue
        texts = frame["locator"].gather(at).to_frame().join(said, on="locator", how="left", maintain_order="left")
        zones = cells["zone"].gather(at) if "zone" in cells.columns and column.holds == "when" else None
        found = values_of(column, texts["reads_as"].alias(column.name), texts["locator"], zones, ours)
        parsed = [series for series in found.stored if not series.name.endswith("_text")]
        some = pl.DataFrame([texts["locator"], *parsed])
        frame = frame.update(some, on="locator", how="left", include_nulls=True)
        unread[column.name] = unread[column.name].scatter(at, values=False)
    return Overlay(frame, unread, pl.concat(applied))
