"""What only shows when all sources are read: references that nothing knows, contradictions. Nothing is changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from toolkit.columns import Column, Table
from toolkit.readers.faults import PROBLEMS, shown
from toolkit.readers.layouts import source_columns
from toolkit.registers import REGISTERS
from toolkit.tables import table as table_named

Frames = Mapping[str, pl.LazyFrame]
"""The typed table of each name; an absent one has no row."""

LARGEST_NAMED = 3
"""Unknown references that one problem names; it counts the others."""

_LINE = pl.col("locator").str.extract("([0-9]+)$").cast(pl.Int64).alias("line")


@dataclass(frozen=True)
class Changes:
    """
    What is not as it was when the rows were last checked.

    Args:
        tables: Names of the tables of which a source was added, changed or taken away.
        rows: The rows of those that were added or changed, by table.
    """

    tables: Collection[str]
    rows: Frames


def crosscheck(frames: Frames, changes: Changes | None = None) -> pl.DataFrame:
    """
    Return the problems between rows: T215 (unknown references) and C302 (one reference, two contents).

    Args:
        frames: Every input table.
        changes: Only the problems that can have come since; None: all of them.
    """
    found = [PROBLEMS.to_frame()]
    known: dict[tuple[str, ...], pl.Series] = {}
    for name, frame in sorted(frames.items()):
        for column in source_columns(table_named(name, "ingest")):
            definers = column.known_by
            anew = changes is None or _are_changed(definers, changes.tables)
            rows = frame if anew or changes is None else changes.rows.get(name)
            if not definers or rows is None:
                continue
            if definers not in known:
                known[definers] = _values(definers, frames)
            if not known[definers].is_empty():
                found.append(_unknown(column, rows, definers, known[definers]))
        if REGISTERS[name].identity and (changes is None or name in changes.tables):
            found.append(_two_contents(name, frame))
    return pl.concat(found)


def lasting(problems: pl.DataFrame, changed: Collection[str], unchanged: Mapping[str, str]) -> pl.DataFrame:
    """
    Return the problems of an earlier `crosscheck` that hold still.

    Args:
        problems: Problems of that time, of any code.
        changed: Names of the tables of which a source was added, changed or taken away.
        unchanged: Every source that is as it was -> the table it feeds.
    """
    kept = []
    for row in problems.filter(pl.col("code").is_in(["T215", "C302"])).iter_rows(named=True):
        name = unchanged.get(row["source"])
        if name is None:
            continue
        if row["code"] == "C302":
            kept.append(name not in changed and row)
            continue
        named = row["message"].split(": ", 1)[0]
        column = next(column for column in source_columns(table_named(name, "ingest")) if column.name == named)
        kept.append(not _are_changed(column.known_by, changed) and row)
    return pl.DataFrame([row for row in kept if row], schema=PROBLEMS, orient="row")


def _are_changed(definers: tuple[str, ...], changed: Collection[str]) -> bool:
    return any(definer.split(".")[0] in changed for definer in definers)


def wrong_order(name: str, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the problems of rows of a table that say that something ended before it began (C301)."""
    found = []
    for first, second in REGISTERS[name].sequences if name in REGISTERS else ():
        wrong = frame.filter(pl.col(f"{second}_latest") <= pl.col(f"{first}_earliest"))
        if wrong.is_empty():
            continue
        texts = wrong.select(f"{first}_text", f"{second}_text").iter_rows()
        messages = [f"{second} {shown(late)} lies before {first} {shown(early)}" for early, late in texts]
        found.append(_problems("C301", wrong, messages, "both dates kept"))
    return found


def _unknown(column: Column, frame: pl.LazyFrame, definers: tuple[str, ...], known: pl.Series) -> pl.DataFrame:
    """Return a problem for each source that names something in a column that none of its definers knows."""
    rows = frame.select("source", "locator", pl.col(column.name).alias("value"))
    rows = rows.explode("value") if column.holds == "refs" else rows
    is_lost = (
        pl.col("value").is_not_null()
        & ~pl.col("value").is_in(known.implode())
        & ~pl.col("value").is_in(list(column.words))
    )
    lost = rows.filter(is_lost).with_columns(_LINE).collect()
    # First rows first: they are what a person looks up.
    each = lost.sort("source", "line", "value").group_by("source", "value", maintain_order=True)
    lost = each.agg(pl.first("locator"), pl.len().alias("rows"))
    lost = lost.group_by("source", maintain_order=True).agg("value", "locator", "rows")
    where = " or ".join(dict.fromkeys(definer.split(".")[0] for definer in definers))
    messages = [
        f"{column.name}: {_named(values, places, rows, where)}"
        for values, places, rows in lost.select("value", "locator", "rows").iter_rows()
    ]
    return _problems("T215", lost.with_columns(pl.col("locator").list.first()), messages, "kept as they are written")


def _named(values: list[str], places: list[str], rows: list[int], where: str) -> str:
    """Return which references of a source are not where they should be."""
    if len(values) == 1:
        more = f" ({rows[0]} rows, the first here)" if rows[0] > 1 else ""
        return f"{shown(values[0])} is not in {where}{more}"
    named = [f"{shown(value)} ({place})" for value, place in zip(values, places, strict=True)][:LARGEST_NAMED]
    rest = f" and {len(values) - LARGEST_NAMED} more" if len(values) > LARGEST_NAMED else ""
    return f"{len(values)} references are not in {where}: {', '.join(named)}{rest}"


def _values(definers: tuple[str, ...], frames: Frames) -> pl.Series:
    """Return what those columns ("table.column") know."""
    values = [pl.Series("known", [], pl.String)]
    for table, column in (definer.split(".") for definer in definers):
        if table in frames:
            values.append(frames[table].select(pl.col(column).alias("known")).unique().collect().to_series())
    return pl.concat(values).drop_nulls().unique()


def _two_contents(name: str, frame: pl.LazyFrame) -> pl.DataFrame:
    """Return a problem for each row that differs from the first row of its identity; rows by source and line."""
    identity = [_verbatim(table_named(name, "ingest"), column) for column in REGISTERS[name].identity]
    key = pl.struct(identity).hash().alias("key")
    keys = frame.select(key).collect().to_series()
    twice = keys.filter(keys.is_duplicated()).unique()
    if twice.is_empty():
        return PROBLEMS.to_frame()
    content = pl.struct(_verbatim_columns(table_named(name, "ingest"))).hash().alias("content")
    # Hashes of 64 bits stand for what they are made of: two that only happen to be equal are not to be expected.
    rows = frame.with_columns(key).filter(pl.col("key").is_in(twice.implode()))
    several = rows.select("source", "locator", *identity, "key", content, _LINE).collect().sort("source", "line")
    place = pl.concat_str("source", "locator", separator=" ").first().over("key").alias("place")
    other = several.filter(pl.col("content") != pl.col("content").first().over("key"))
    other = other.join(several.select("source", "locator", place), on=["source", "locator"], maintain_order="left")
    what = [
        ", ".join(f"{key.removesuffix('_text')} {shown(value)}" for key, value in row.items() if value is not None)
        for row in other.select(identity).iter_rows(named=True)
    ]
    messages = [f"{which} has other content in {place}" for which, place in zip(what, other["place"], strict=True)]
    return _problems("C302", other, messages, "both kept")


@cache
def _verbatim_columns(table: Table) -> list[str]:
    return [_verbatim(table, column.name) for column in source_columns(table)]


def _verbatim(table: Table, name: str) -> str:
    """Return the stored column that holds a column's cells as they are written."""
    return f"{name}_text" if f"{name}_text" in table.schema() else name


def _problems(code: str, rows: pl.DataFrame, messages: list[str], kept: str) -> pl.DataFrame:
    frame = rows.select("source", "locator").with_columns(
        pl.lit(code).alias("code"), pl.Series("message", messages, pl.String), pl.lit(kept).alias("kept")
    )
    return frame.select(*PROBLEMS)
