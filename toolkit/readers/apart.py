"""Rows in quarantine taken apart: their cells under our names, as far as they go."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from toolkit.columns import Table
from toolkit.readers.feeds import Feed
from toolkit.readers.layouts import source_columns
from toolkit.readers.pieces import told_apart

_ILLEGIBLE = "\0"
"""Stands for a cell that is no text: nothing that any column holds is written so."""
_NO_TEXT = re.compile(r"\0|\\x[0-9a-f]{2}")


@dataclass(frozen=True)
class Apart:
    """
    Rows in quarantine.

    Args:
        cells: Their cells under our names, from the first on as far as they go.
        lines: The line of each.
        widths: How many cells each has.
        width: How many the header has.
        places: Our column -> the places of its cells in the row, first and last, where the file has such a column.
    """

    cells: pl.DataFrame
    lines: pl.Series
    widths: pl.Series
    width: int
    places: dict[str, tuple[int, int]]


def in_pieces(feed: Feed, names: list[str], rows: Iterable[tuple[int, list[str | None]]]) -> Apart:
    """Return rows in quarantine under our names, of their lines and cells."""
    width, lines, widths, padded = len(names), [], [], []
    for line, cells in rows:
        lines.append(line)
        widths.append(len(cells))
        there = [_ILLEGIBLE if cell and _NO_TEXT.search(cell) else cell for cell in cells[:width]]
        padded.append([*there, *[None] * (width - len(there))])
    theirs = pl.DataFrame(padded, schema=dict.fromkeys(told_apart(names), pl.String), orient="row")
    return Apart(
        _ours(feed.table, feed.cells(theirs)),
        pl.Series("line", lines, pl.Int64),
        pl.Series("width", widths, pl.Int64),
        width,
        feed.places(names),
    )


def whole(feed: Feed, names: list[str], cells: pl.DataFrame, lines: pl.Series) -> Apart:
    """Return rows in quarantine that have as many cells as the header, under our names already."""
    width = len(names)
    widths = pl.repeat(width, len(lines), dtype=pl.Int64, eager=True)
    return Apart(_ours(feed.table, cells), lines, widths, width, feed.places(names))


def _ours(table: Table, cells: pl.DataFrame) -> pl.DataFrame:
    """Return all columns of a table; a blank cell is null."""
    columns = (column.name for column in source_columns(table))
    every = cells.select(
        (pl.col(name) if name in cells.columns else pl.lit(None, pl.String)).alias(name) for name in columns
    )
    return every.select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
