"""
What is legible of a row in quarantine, so that it is not taken for any row at all.

Of a row with as many cells as the header, each cell that can be read. Of a row with more or fewer, the leading cells as
long as each is a word, a date or a reference of its column, and none after the first that is not: behind it, nobody
knows which column a cell belongs to. A list directly before it is not legible where there are too many cells: it may go
on behind a comma that nobody quoted. Whether a reference is one that the case knows, `known.py` says when every source
is read. Free text stops no row, and is no evidence.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toolkit.columns import Column, DType, Table
from toolkit.readers.apart import Apart
from toolkit.readers.layouts import source_columns
from toolkit.readers.overlay import APPLIED, here, overlaid
from toolkit.readers.rows import Positions
from toolkit.readers.values import Manner, values_of
from toolkit.registers import REGISTERS
from toolkit.tables import table as table_named

_BEHIND = 1 << 30
"""A place behind every cell."""
_EVERYWHERE = (-1, -1)
"""The place of what the file has no column for."""
_FIRM = {"when", "word", "words", "yes_no", "count"}
"""What says by itself that it stands in its column; a reference could be any."""
_ONE_NAME = r"^\s*\S*[0-9]\S*\s*$"
"""A text of one word with a digit: it may be a reference."""
EVENT_TIMES = ("occurred", "enrolled", "dated", "issued")
DOUBTFUL = pl.List(pl.Struct({"column": pl.String, "values": pl.List(pl.String)}))
"""References in the order of their cells, of which the case may know nothing."""
SAID: dict[str, DType] = {
    "legible": pl.List(pl.String),
    "by_hand": pl.List(pl.String),
    "doubtful": DOUBTFUL,
    "is_whole": pl.Boolean,
    "is_cut": pl.Boolean,
}
"""What is legible: columns, those that people read, references that the case may not know; whether the row has as many
cells as the header, or fewer."""
_CANDIDATES: dict[str, DType] = {**table_named("unread_rows").schema(), **SAID}
CANDIDATES = pl.Schema(_CANDIDATES)
"""Rows of `unread_rows` before their references are compared."""


@dataclass(frozen=True)
class Legible:
    """
    What can be read of rows in quarantine.

    Args:
        rows: Schema `CANDIDATES`.
        cells: Their cells under our names, only those that stand surely in their column.
        sure: Of each column, in which rows they do, blank ones too.
        applied: The readings that were put in.
    """

    rows: pl.DataFrame
    cells: pl.DataFrame
    sure: dict[str, pl.Series]
    applied: pl.DataFrame


def legible(table: Table, rows: Apart, source: str, manner: Manner, place: str) -> Legible:
    """
    Return what can be read of rows in quarantine.

    Args:
        table: The table they would feed.
        rows: The rows.
        source: Path of the source in the case.
        manner: How its cells are read, and what people read in them.
        place: What its rows are numbered by.
    """
    columns = source_columns(table)
    locator = (f"{place} " + rows.lines.cast(pl.String)).alias("locator")
    seen = _seen(columns, rows, locator, manner)
    cells, sure = (_only(rows.cells, which) for which in (seen.good, seen.sure))
    frame = pl.DataFrame(
        [locator, *(series for column in columns for series in _stored(column, cells, locator, manner))]
    )
    applied = APPLIED.to_frame()
    if manner.readings is not None and (read := here(manner.readings, columns, locator)).height:
        nothing = {name: pl.repeat(value=False, n=len(locator), eager=True) for name in cells.columns}
        is_whole = rows.widths == rows.width
        # Of a row in pieces, what a person reads goes before what the tool can tell.
        stated = sure.select(pl.when(is_whole).then(pl.all()))
        done = overlaid(columns, stated, frame, nothing, read, manner)
        frame, applied = done.frame, done.applied
    said = _said(table, columns, rows, seen, frame, applied.filter(state="in_force"))
    return Legible(_candidates(table, frame, said, source), sure, seen.sure, applied)


@dataclass(frozen=True)
class _Seen:
    """Of each column, in which rows its cell can be read, and in which it stands surely in its column."""

    good: dict[str, pl.Series]
    sure: dict[str, pl.Series]


def _seen(columns: list[Column], rows: Apart, locator: pl.Series, manner: Manner) -> _Seen:
    """Return how far the cells of each row can be read."""
    blank = {column.name: rows.cells[column.name].is_null().to_numpy() for column in columns}
    unread = {
        column.name: values_of(column, rows.cells[column.name], locator, None, manner).unread.to_numpy()
        for column in columns
    }
    is_whole = (rows.widths == rows.width).to_numpy()
    fail, anchor = np.full(len(is_whole), _BEHIND), np.full(len(is_whole), -1)
    for column in columns:
        first, _ = rows.places.get(column.name, _EVERYWHERE)
        bad = unread[column.name] | (blank[column.name] & column.required)
        fail = np.where(bad & ~is_whole, np.minimum(fail, first), fail)
    good, sure = {}, {}
    for column in columns:
        _, last = rows.places.get(column.name, _EVERYWHERE)
        good[column.name] = ~blank[column.name] & ~unread[column.name] & (last < fail)
        if column.holds in _FIRM:
            anchor = np.where(good[column.name], np.maximum(anchor, last), anchor)
    is_wide = (rows.widths > rows.width).to_numpy()
    for column in columns:
        if column.holds == "refs" and column.name in rows.places:
            good[column.name] &= ~(is_wide & _goes_on(column, columns, rows, fail))
    for column in columns:
        _, last = rows.places.get(column.name, _EVERYWHERE)
        sure[column.name] = np.where(is_whole, ~unread[column.name], last <= anchor)
    series = ({name: pl.Series(name, which) for name, which in each.items()} for each in (good, sure))
    return _Seen(*series)


def _goes_on(column: Column, columns: list[Column], rows: Apart, fail: Positions) -> NDArray[np.bool_]:
    """Return in which rows a list may go on behind a comma that nobody quoted: in the cell behind it, or at the end."""
    behind = rows.places[column.name][1] + 1
    if behind == rows.width:
        return np.full(len(fail), fill_value=True)
    texts = [each.name for each in columns if each.holds == "text" and rows.places.get(each.name) == (behind, behind)]
    one_name = rows.cells[texts[0]].str.contains(_ONE_NAME).fill_null(value=False).to_numpy() if texts else False
    return np.asarray((fail == behind) | one_name)


def _only(cells: pl.DataFrame, which: dict[str, pl.Series]) -> pl.DataFrame:
    """Return the cells of those rows; null for the others."""
    return cells.select(pl.when(mask).then(name).alias(name) for name, mask in which.items())


def _stored(column: Column, cells: pl.DataFrame, locator: pl.Series, manner: Manner) -> list[pl.Series]:
    return values_of(column, cells[column.name], locator, None, manner).stored


def _said(
    table: Table, columns: list[Column], rows: Apart, seen: _Seen, frame: pl.DataFrame, read: pl.DataFrame
) -> pl.DataFrame:
    """Return what is legible of each row: the columns of `SAID`, in the order of their cells."""
    is_whole = rows.widths == rows.width
    names: list[pl.Expr] = []
    by_hand: list[pl.Expr] = []
    doubtful: list[pl.Expr] = []
    for column in sorted(columns, key=lambda column: rows.places.get(column.name, _EVERYWHERE)[1]):
        is_read = frame["locator"].is_in(read.filter(column_name=column.name)["locator"].implode())
        can_be_read = seen.good[column.name] & (column.holds != "text")
        names.append(pl.when(can_be_read | is_read).then(pl.lit(column.name)))
        by_hand.append(pl.when(is_read).then(pl.lit(column.name)))
        if _is_compared(table, column, rows):
            value = pl.col(column.name) if column.holds == "refs" else pl.concat_list(column.name)
            cell = pl.struct(pl.lit(column.name).alias("column"), value.alias("values"))
            doubtful.append(pl.when(can_be_read & ~is_read & ~is_whole).then(cell))
    none = pl.lit(None, DOUBTFUL.inner)  # a list needs an item, where no column is compared
    return frame.select(
        pl.concat_list(names).list.drop_nulls().alias("legible"),
        pl.concat_list(by_hand).list.drop_nulls().alias("by_hand"),
        pl.concat_list(*doubtful, none).list.drop_nulls().alias("doubtful"),
        is_whole.alias("is_whole"),
        (rows.widths < rows.width).alias("is_cut"),
    )


def _candidates(table: Table, frame: pl.DataFrame, said: pl.DataFrame, source: str) -> pl.DataFrame:
    """Return the rows as `unread_rows` has them."""
    said_of = stands_for(table)
    columns: dict[str, pl.Expr] = {"source": pl.lit(source), "locator": pl.col("locator")}
    columns |= {"table_name": pl.lit(table.name)}
    for name in CANDIDATES:
        ours = said_of.get(name.split("_")[0] if name.startswith("occurred_") else name)
        if ours is None:
            continue
        if name.startswith("occurred_"):
            columns[name] = pl.col(f"{ours}_{name.removeprefix('occurred_')}")
        else:
            one = name == "image_refs" and frame.schema[ours] == pl.String
            columns[name] = pl.concat_list(ours) if one else pl.col(ours)
    every = {name: columns.get(name, pl.lit(None)) for name in CANDIDATES if name not in said.columns}
    rows = frame.select(expr.cast(CANDIDATES[name]).alias(name) for name, expr in every.items())
    if said_of.get("image_refs") == "image_ref":
        rows = rows.with_columns(pl.when(pl.col("image_refs").list.first().is_not_null()).then("image_refs"))
    return rows.hstack(said).select(*CANDIDATES)


@cache
def stands_for(table: Table) -> dict[str, str]:
    """
    Return the columns of `unread_rows` -> those of a register that they come from.

    >>> stands_for(table_named("enrolments"))["occurred"]
    'enrolled'
    """
    columns = {column.name: column for column in source_columns(table)}
    same = ("direction", "use", "unit_ref", "from_ref", "recipient_ref", "match_ref")
    found = {name: name for name in same if name in columns}
    found |= {"ref": own_column(table)}
    if images := [name for name in ("image_refs", "image_ref") if name in columns]:
        found["image_refs"] = images[0]
    register = REGISTERS[table.name]
    of_facts = [cell.time for cell in register.facts.values() if cell.time]
    if times := [name for name in (*EVENT_TIMES, *of_facts, *register.written) if name in columns]:
        found["occurred"] = times[0]
    return found


def own_column(table: Table) -> str:
    """Return the column by which a register names its own rows."""
    return [*REGISTERS[table.name].identity, source_columns(table)[0].name][0]


def _is_compared(table: Table, column: Column, rows: Apart) -> bool:
    """Return whether a reference must be one that the case knows; the row's own is new by its nature."""
    is_own = column.name == own_column(table) and not column.known_by
    return column.holds in {"ref", "refs"} and not is_own and column.name in rows.places
