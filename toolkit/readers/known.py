"""Which references on rows in quarantine the case knows: a cell that names nothing known may be any cell."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache

import polars as pl

from toolkit.columns import Column
from toolkit.readers.crosschecks import Frames
from toolkit.readers.layouts import source_columns
from toolkit.readers.legible import own_column, stands_for
from toolkit.registers import REGISTERS
from toolkit.tables import table as table_named

UNREAD_ROWS = table_named("unread_rows").schema()


def unread_rows(candidates: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """
    Return rows in quarantine with what is legible of them, now that every source is read.

    Args:
        candidates: The rows, with the references that may be unknown: schema `legible.CANDIDATES`.
        frames: Every input table.
    """
    rows = candidates.with_row_index("row")
    rows = rows.drop("legible").join(_legible(rows, _unknown(rows, frames)), on="row", maintain_order="left")
    parts = [UNREAD_ROWS.to_frame()]
    for (name,), some in rows.group_by(["table_name"], maintain_order=True):
        stands = stands_for(table_named(str(name), "ingest"))
        parts.append(some.select(_shown(column, stands) for column in UNREAD_ROWS))
    return pl.concat(parts)


def _unknown(rows: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Return row and column of each cell that names something that nobody knows."""
    cells = rows.select("row", "table_name", "is_cut", "doubtful", pl.col("legible").list.last().alias("last"))
    cells = cells.explode("doubtful").drop_nulls("doubtful").unnest("doubtful").explode("values")
    known: dict[tuple[str, ...], list[str]] = {}
    found = [pl.DataFrame(schema={"row": rows.schema["row"], "legible": pl.String})]
    for (table, column), some in cells.group_by(["table_name", "column"], maintain_order=True):
        places = _same_meaning(str(table), str(column))
        if places not in known:
            known[places] = sorted(_values(places, frames))
        at_end = some.filter("is_cut", pl.col("last") == column)["values"].unique()
        begins = [value for value in at_end if value is not None and _begins_another(value, known[places])]
        may_be_longer = pl.col("is_cut") & (pl.col("last") == column) & pl.col("values").is_in(begins)
        is_known = pl.col("values").is_in(pl.Series(known[places], dtype=pl.String).implode())
        lost = some.filter(may_be_longer | ~is_known.fill_null(value=False))
        found.append(lost.select("row", pl.col("column").alias("legible")).unique())
    return pl.concat(found)


def _legible(rows: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    """Return the legible columns of each row up to the first whose reference nobody knows, and those people read."""
    lists = {
        f"{name}.{column}" for name in REGISTERS for column, each in _columns(name).items() if each.holds == "refs"
    }
    of_table = pl.concat_str("table_name", "legible", separator=".")
    cells = rows.select("row", "table_name", "legible", "by_hand", "is_cut").explode("legible")
    cells = cells.with_columns(of_table.is_in(sorted(lists)).fill_null(value=False).alias("is_list"))
    cells = cells.join(unknown.with_columns(is_lost=True), on=["row", "legible"], how="left", maintain_order="left")
    is_lost = pl.col("is_lost").fill_null(value=False)
    # A list of a row with too many cells may go on in the cell behind it, where nobody knows what stands there.
    goes_on = ~pl.col("is_cut") & pl.col("is_list") & is_lost.shift(-1, fill_value=False).over("row")
    is_behind = (is_lost | goes_on).cum_max().over("row")
    kept = cells.filter(~is_behind | pl.col("by_hand").list.contains(pl.col("legible"))).drop_nulls("legible")
    names = kept.group_by("row", maintain_order=True).agg("legible")
    every = rows.select("row", "table_name", "is_whole").join(names, on="row", how="left", maintain_order="left")
    own = {name: [own_column(table_named(name, "ingest"))] for name in every["table_name"].unique()}
    # A row's own reference is new by its nature: alone, it may be any text.
    others = pl.col("legible").list.set_difference(pl.col("table_name").replace_strict(own, default=[]))
    is_told = pl.col("is_whole") | (others.list.len() > 0)
    none = pl.lit([], pl.List(pl.String))
    return every.select(
        "row", pl.when(is_told).then(pl.col("legible").fill_null(none)).otherwise(none).alias("legible")
    )


def _shown(name: str, stands: Mapping[str, str]) -> pl.Expr:
    """Return a column of `unread_rows`, null where the cell that it comes from is not legible."""
    ours = stands.get("occurred" if name.startswith("occurred_") else name)
    return pl.col(name) if ours is None else pl.when(pl.col("legible").list.contains(ours)).then(name).alias(name)


def _values(places: tuple[str, ...], frames: Frames) -> set[str]:
    """Return the references that accepted rows have in those columns ("table.column")."""
    values: set[str] = set()
    for name, column in (place.split(".") for place in places):
        if name in frames:
            found = frames[name].select(pl.col(column).alias("value"))
            found = found.explode("value") if isinstance(found.collect_schema()["value"], pl.List) else found
            values |= set(found.drop_nulls().unique().collect().to_series())
    return values


def _begins_another(value: str, known: list[str]) -> bool:
    """Return whether a reference at the end of a row that was cut short may be the begin of a longer one."""
    return any(each.startswith(value) for each in known[bisect_right(known, value) :][:1])


@cache
def _same_meaning(table: str, column: str) -> tuple[str, ...]:
    """Return "table.column" of those that name the same things: by their name, or by what defines them."""
    mine = _columns(table)[column]
    return tuple(
        sorted(
            f"{name}.{other.name}"
            for name in REGISTERS
            for other in _columns(name).values()
            if other.holds in {"ref", "refs"}
            and (
                other.name == column
                or set(other.known_by) & set(mine.known_by)
                or f"{name}.{other.name}" in mine.known_by
                or f"{table}.{column}" in other.known_by
            )
        )
    )


@cache
def _columns(name: str) -> dict[str, Column]:
    return {column.name: column for column in source_columns(table_named(name, "ingest"))}
