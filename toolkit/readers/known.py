"""Which references on rows in quarantine the case knows: a cell that names nothing known may be any cell."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl

from toolkit.columns import Column
from toolkit.readers.crosschecks import Frames
from toolkit.readers.layouts import source_columns
from toolkit.readers.legible import own_columns, stands_for
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
    known: dict[tuple[str, ...], frozenset[str]] = {}
    left = [_legible(row, _Known(frames, known)) for row in candidates.iter_rows(named=True)]
    rows = candidates.with_columns(pl.Series("legible", left, pl.List(pl.String)))
    parts = [UNREAD_ROWS.to_frame()]
    for (name,), some in rows.group_by(["table_name"], maintain_order=True):
        stands = stands_for(table_named(str(name), "ingest"))
        parts.append(some.select(_shown(column, stands) for column in UNREAD_ROWS))
    return pl.concat(parts)


def _shown(name: str, stands: Mapping[str, str]) -> pl.Expr:
    """Return a column of `unread_rows`, null where the cell that it comes from is not legible."""
    ours = stands.get("occurred" if name.startswith("occurred_") else name)
    return pl.col(name) if ours is None else pl.when(pl.col("legible").list.contains(ours)).then(name).alias(name)


class _Known:
    """The references that accepted rows have in columns of one meaning, looked up once."""

    def __init__(self, frames: Frames, found: dict[tuple[str, ...], frozenset[str]]) -> None:
        self._frames, self._found = frames, found

    def of(self, table: str, column: str) -> frozenset[str]:
        places = _same_meaning(table, column)
        if places not in self._found:
            values: set[str] = set()
            for name, each in (place.split(".") for place in places):
                if name in self._frames:
                    found = self._frames[name].select(pl.col(each).alias("value"))
                    lists = isinstance(found.collect_schema()["value"], pl.List)
                    found = found.explode("value") if lists else found
                    values |= set(found.drop_nulls().unique().collect().to_series())
            self._found[places] = frozenset(values)
        return self._found[places]


def _legible(row: Mapping[str, Any], known: _Known) -> list[str]:
    """Return the legible columns up to the first whose reference nobody knows, and those that people read."""
    table, names = row["table_name"], row["legible"]
    for each in row["doubtful"]:
        all_known = known.of(table, each["column"])
        is_last = row["is_cut"] and each["column"] == names[-1]
        if not all(
            value in all_known and not (is_last and _begins_another(value, all_known)) for value in each["values"]
        ):
            at = names.index(each["column"])
            names = [*names[:at], *(name for name in names[at:] if name in row["by_hand"])]
            break
    # A row's own reference is new by its nature: alone, it may be any text.
    return names if row["is_whole"] or set(names) - set(own_columns(table_named(table, "ingest"))) else []


def _begins_another(value: str, known: frozenset[str]) -> bool:
    """Return whether a reference at the end of a row that was cut short may be the begin of a longer one."""
    return any(other != value and other.startswith(value) for other in known)


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
