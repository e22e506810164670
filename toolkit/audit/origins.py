"""
Evidence as keys: one whole number for each record, so that lists of evidence are lists of numbers.

A locator is a place and a number in it: "line 3". Each (source, place) that the tables name has a code, in order; a
key is the code times 2^38, plus 16 times the number brought to ten digits, plus how many digits it has, so that keys
are in the order of (source, locator) as texts. A locator without a number at its end is a place, and its number is
blank: 0. `macros.sql` makes keys.
"""

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from toolkit.problems import Origin
from toolkit.tables import TABLES

SHIFT, DIGITS, LENGTHS = 38, 10, 16
_TENS = [10**power for power in range(DIGITS + 1)]
_BLANK = np.iinfo(np.int64).max
_SWAPS = 2
"""Rounds in which neighbours change places: enough for four keys in any order."""
NAMED = 1_000
"""Records that a row of `answers` or `verdicts` names; a count of a whole force rests on 10^6, which nobody reads."""


def number_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the type `origin_place`: every place that the tables name, source and place with a tab between, in order."""
    names = [table.name for table in TABLES if table.kind and table.name != "passages"]
    apart = "select source, locator from records where status = 'quarantined'"
    rows = " union all ".join([apart, *(f"select source, locator from {name}" for name in names)])
    known = (*names, "records", "coverage", "sources", "candidates")
    whole = " union ".join(f"select distinct source from {name}" for name in known)
    connection.execute(f"""
        create type origin_place as enum (
            select place from (
                select '' as place
                union
                select source || chr(9) || unnest(['', 'line ']) from ({whole}) where source is not null
                union
                select probe_source || chr(9) from probes where probe_source is not null
                union
                select source || chr(9) || 'frame ' from candidates where source is not null
                union
                select "certificate" || chr(9) from tombstones
                union
                select source || chr(9) || regexp_replace(coalesce(locator, ''), '[1-9][0-9]{{0,9}}$', '')
                from ({rows})
                where source is not null and not regexp_full_match(coalesce(locator, ''), 'line [1-9][0-9]{{0,9}}')
            )
            order by place
        )
    """)


def places(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the code of each place, its source, and its locator without the number."""
    known: list[str] = connection.execute("select enum_range(null::origin_place)").fetchall()[0][0]
    parts = pl.Series("place", known).str.split_exact("\t", 1).struct.rename_fields(["source", "place"])
    return parts.to_frame().unnest("place").with_row_index("code").cast({"code": pl.Int64})


def numbers(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the code of the place, the number there, and how many digits it has (0: none), of each key."""
    low = keys & ((1 << SHIFT) - 1)
    digits = low % LENGTHS
    return keys >> SHIFT, low // LENGTHS // np.array(_TENS[::-1], np.int64)[digits], digits


def records(keys: npt.NDArray[np.int64], known: pl.DataFrame) -> pl.DataFrame:
    """Return source and locator of each key; *known*: see `places`."""
    code, number, digits = numbers(keys)
    number_text = pl.when(pl.col("digits") > 0).then(pl.col("number").cast(pl.String)).otherwise(pl.lit(""))
    found = pl.DataFrame({"code": code, "number": number, "digits": digits})
    return found.join(known, on="code", how="left", maintain_order="left").select(
        "source", (pl.col("place") + number_text).alias("locator")
    )


def each_once(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Return a frame whose column `evidence` has each key of a row once, in order.

    Lists of a row's evidence are short, and mostly in order: neighbours change places until they are. Rows that are
    still not in order then are sorted.
    """
    evidence = frame["evidence"].cast(pl.List(pl.Int64))
    lengths = evidence.list.len().fill_null(0).to_numpy()
    flat = evidence.explode(empty_as_null=False, keep_nulls=False)
    keys = flat.fill_null(_BLANK).to_numpy()
    is_first = np.zeros(len(keys), bool)
    is_first[(np.cumsum(lengths) - lengths)[lengths > 0]] = True
    is_same_row = ~is_first[1:]
    if not evidence.null_count() and not flat.null_count() and not (is_same_row & (keys[1:] <= keys[:-1])).any():
        return frame
    keys, rows = keys.copy(), np.repeat(np.arange(len(lengths)), lengths)
    for first in [0, 1] * _SWAPS:
        at = 2 * np.flatnonzero((is_same_row & (keys[1:] < keys[:-1]))[first::2]) + first
        keys[at], keys[at + 1] = keys[at + 1], keys[at]
    is_unsorted = np.zeros(len(lengths), bool)
    is_unsorted[rows[1:][is_same_row & (keys[1:] < keys[:-1])]] = True
    at = np.flatnonzero(is_unsorted[rows])
    keys[at] = keys[at][np.lexsort((keys[at], rows[at]))]
    is_kept = keys != _BLANK
    is_kept[1:] &= ~is_same_row | (keys[1:] != keys[:-1])
    return frame.with_columns(_lists(keys[is_kept], np.bincount(rows[is_kept], minlength=len(lengths))))


def named(frame: pl.DataFrame, most: int = NAMED) -> pl.DataFrame:
    """
    Return a frame whose column `evidence` has no more keys in a row than are named: of each place the first ones.

    Args:
        frame: Each key of a row stands once, in order.
        most: See `NAMED`.
    """
    keys, offsets = _flat(frame["evidence"])
    lengths = np.diff(offsets)
    long = np.flatnonzero(lengths > most)
    if not len(long):
        return frame
    is_named = np.ones(len(keys), bool)
    for row in long:
        of_row = slice(offsets[row], offsets[row + 1])
        is_named[of_row] = _are_first(keys[of_row], most)
    lengths[long] = most
    return frame.with_columns(_lists(keys[is_named], lengths))


def _are_first(keys: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.bool_]:
    """Return which of some keys, in order, come first: the first of each place, then the second, and so on."""
    _, begins, of_place = np.unique(keys >> SHIFT, return_index=True, return_inverse=True)
    nth = np.arange(len(keys)) - begins[of_place]
    found = np.zeros(len(keys), bool)
    found[np.argsort(nth, kind="stable")[:most]] = True
    return found


def _flat(evidence: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the keys of all rows, one after the other, and where each row begins, and the last ends."""
    keys = evidence.explode(empty_as_null=False, keep_nulls=False).to_numpy()
    return keys, np.concatenate([[0], np.cumsum(evidence.list.len().fill_null(0).to_numpy().astype(np.int64))])


def _lists(values: "npt.NDArray[np.int64] | pa.Array", lengths: npt.NDArray[np.int64]) -> pl.Series:
    """Return the column `evidence` of rows with so many keys, or records, each."""
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]))
    return pl.Series("evidence", pa.LargeListArray.from_arrays(offsets, values))


def with_records(known: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose column `evidence` has records (source, locator) in place of keys; *known*: see `places`."""
    keys, offsets = _flat(frame["evidence"])
    rows = records(keys, known).to_struct("evidence").to_arrow()
    return frame.with_columns(_lists(rows, np.diff(offsets)))


def as_origins(rows: list[dict[str, str]]) -> tuple[Origin, ...]:
    """Return records as Python sees them."""
    return tuple(sorted(Origin(**row) for row in rows))
