"""A block of a register as rows of its table, and what is legible of those that stay in quarantine."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from toolkit.readers.apart import Apart, in_pieces, whole
from toolkit.readers.faults import quarantined
from toolkit.readers.feeds import Feed
from toolkit.readers.legible import CANDIDATES, Legible, legible
from toolkit.readers.pieces import Block
from toolkit.readers.typed import UNREAD, Typed, typed
from toolkit.readers.values import Manner

Split = Callable[[str], list[str | None]]
"""Takes a row apart, as far as it goes."""


def no_cells(verbatim: str) -> list[str | None]:
    """Return no cell: of a row that nothing tells how to take apart."""
    del verbatim
    return []


@dataclass(frozen=True)
class Reading:
    """
    How the rows of a source are read.

    Args:
        feed: What they feed.
        names: The header.
        source: Path of the source in the case.
        manner: How the cells are read.
        place: What the rows are numbered by.
        split: Takes a row in quarantine apart.
    """

    feed: Feed
    names: list[str]
    source: str
    manner: Manner
    place: str
    split: Split


@dataclass(frozen=True)
class Rows:
    """
    A block as rows of a table.

    Args:
        records: Its rows verbatim, with their status; schema `pieces.RECORDS`.
        frame: The accepted ones, as the table's stored columns.
        problems: What is wrong.
        unread: Cells of accepted rows that could not be read: schema `typed.UNREAD`.
        apart: Rows in quarantine: schema `legible.CANDIDATES`.
        filled: Names of the columns of which a cell is not blank.
        oddities: What is said once of a source.
        applied: What became of the readings of these rows.
    """

    records: pl.DataFrame
    frame: pl.DataFrame
    problems: pl.DataFrame
    unread: pl.DataFrame
    apart: pl.DataFrame
    filled: frozenset[str]
    oddities: list[pl.DataFrame]
    applied: pl.DataFrame


def read_rows(reading: Reading, block: Block) -> Rows:
    """Return a block as rows of the table; a row in quarantine that people read far enough is one of them."""
    cells = reading.feed.cells(block.cells)
    rows = typed(reading.feed.table, cells, block.lines, reading.source, reading.manner, reading.place)
    faults = quarantined(block.faults, reading.source, reading.place)
    found = Rows(
        block.records,
        rows.frame,
        pl.concat([faults, rows.problems]),
        rows.unread,
        CANDIDATES.to_frame(),
        rows.filled,
        rows.oddities,
        rows.applied,
    )
    if rows.rejected.any():
        lines = block.lines.filter(rows.rejected)
        status = pl.when(pl.col("line").is_in(lines.implode())).then(pl.lit("quarantined")).otherwise("status")
        found = replace(found, records=block.records.with_columns(status.alias("status")))
        found = _with(found, _legible(reading, whole(reading.feed, reading.names, cells.filter(rows.rejected), lines)))
    spoiled = block.records.filter(status="quarantined")
    if spoiled.is_empty():
        return found
    split = ((line, reading.split(verbatim)) for line, verbatim in spoiled.select("line", "verbatim").iter_rows())
    pieces = in_pieces(reading.feed, reading.names, split)
    seen = _legible(reading, pieces)
    return _read_by_hand(reading, found, pieces, seen)


def _legible(reading: Reading, rows: Apart) -> Legible:
    return legible(reading.feed.table, rows, reading.source, reading.manner, reading.place)


def _with(found: Rows, seen: Legible) -> Rows:
    """Return the rows with some more in quarantine."""
    return replace(found, apart=pl.concat([found.apart, seen.rows]), applied=pl.concat([found.applied, seen.applied]))


def _read_by_hand(reading: Reading, found: Rows, pieces: Apart, seen: Legible) -> Rows:
    """Return the rows with those in quarantine; those that people read until nothing required lacks are accepted."""
    locators = seen.rows["locator"]
    by_hand = locators.is_in(seen.applied.filter(state="in_force")["locator"].implode())
    if not by_hand.any():
        return _with(found, seen)
    lines = pieces.lines.filter(by_hand)
    made = _made(reading, seen, by_hand, lines)
    whole = pl.Series("line", lines.filter(~made.rejected))
    is_made = pieces.lines.is_in(whole.implode())
    names = locators.filter(is_made).implode()
    left = replace(seen, rows=seen.rows.filter(~is_made), applied=seen.applied.filter(~pl.col("locator").is_in(names)))
    status = pl.when(pl.col("line").is_in(whole.implode())).then(pl.lit("accepted")).otherwise("status").alias("status")
    kept = pl.when(pl.col("locator").is_in(names), pl.col("kept") == "row kept in quarantine")
    rows = _with(found, left)
    return replace(
        rows,
        records=rows.records.with_columns(status),
        frame=_in_order(rows.frame, made.frame),
        problems=rows.problems.with_columns(kept.then(pl.lit(_READ)).otherwise("kept").alias("kept")),
        unread=pl.concat([rows.unread, made.unread, _not_read(seen, made, is_made)]),
        filled=rows.filled | made.filled,
        applied=pl.concat([rows.applied, made.applied]),
    )


def _made(reading: Reading, seen: Legible, by_hand: pl.Series, lines: pl.Series) -> Typed:
    """Return rows in pieces of what stands surely in its column and what people read; texts are those of the file."""
    read = seen.applied.filter(state="in_force")
    locators = seen.rows["locator"].filter(by_hand)
    sure = seen.cells.filter(by_hand)
    open_ = {
        name: locators.is_in(read.filter(column_name=name)["locator"].implode())
        for name in read["column_name"].unique(maintain_order=True)
    }
    cells = sure.with_columns(pl.when(~which).then(name).alias(name) for name, which in open_.items())
    made = typed(reading.feed.table, cells, lines, reading.source, reading.manner, reading.place)
    whole = sure.filter(~made.rejected)
    texts = [whole[name].alias(f"{name}_text") for name in open_ if f"{name}_text" in made.frame.columns]
    return replace(made, frame=made.frame.with_columns(texts))


_READ = "row accepted as far as it is legible and people read it (hand/readings.csv)"


def _in_order(frame: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Return rows of one source in the order of their places."""
    line = pl.col("locator").str.extract("([0-9]+)$").cast(pl.Int64)
    return pl.concat([frame, more]).sort(line, maintain_order=True)


def _not_read(seen: Legible, made: Typed, is_made: pl.Series) -> pl.DataFrame:
    """Return the cells of rows that were read by hand in which nobody knows what stands."""
    locators = seen.rows["locator"].filter(is_made)
    read = set(made.applied.select("locator", "column_name").iter_rows())
    cells = [
        (locator, name, None)
        for name, which in seen.sure.items()
        for locator, is_sure in zip(locators, which.filter(is_made), strict=True)
        if not is_sure and (locator, name) not in read
    ]
    return pl.DataFrame(cells, schema=UNREAD, orient="row")
