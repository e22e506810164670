"""
Evidence as rows: topic (question or rule), subject, source, locator.

While questions are answered a record is a whole number, so that lists of evidence are lists of numbers: the number of
its place (a source, and the text of a locator before the number at its end), times 2^NUMBER_BITS, plus the locator's
number and 1; 0 where it ends with none. `macros.sql` makes these keys, by a type of DuckDB's that knows each place by
its number; they are in the order of source, text and number, and none is ever written.

The rows are written as texts, so that nothing has to be resolved by those who read them. Written by themselves, 10.7
million rows take 3.8 s of CPU, lists of keys 3.3 s, and rows of two whole numbers 2.0 s. All answers of 2 * 10^5
disclosures (18 million rows) take 39 to 42 s of CPU, and took 39 to 40 s with keys.
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from toolkit.problems import Origin
from toolkit.tables import RECORDS, TABLES

NUMBER_BITS = 34
"""Bits of a locator's number, which has at most ten digits, and 1."""
AT_END = "(0|[1-9][0-9]{0,9})$"
"""The number at the end of a locator, as `macros.sql` has it."""
ROWS = 1_000_000
"""Rows of evidence that are made at a time: one answer may rest on as many records as there are."""
NAMED = 1_000
"""Records that a row of `answers` or `verdicts` names; a count of a whole force rests on 10^6, which nobody reads."""
_BLANK = np.iinfo(np.int64).max
_SWAPS = 2
"""Rounds in which neighbours change places: enough for four keys in any order."""


def number_places(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Number every place that the tables name, in order; the SQL that cites another one fails, and names it.

    A table names the places of its locators, each source as a whole, and its frames.

    Args:
        connection: Has the tables and the macros of `macros.sql`.
    """
    connection.execute("create table numbered_places (source varchar, before varchar)")
    known = {table.name: table.schema() for table in TABLES if table.step not in ("reconstruct", "report")}
    parts = [part for name, schema in known.items() for part in _named_by(name, schema)]
    connection.execute(f"""
        insert into numbered_places
        select '', ''
        union
        select source, before from ({" union ".join(parts)}) where source is not null
    """)
    connection.execute("""
        create type numbered_place as enum (
            select place_text(source, before) from numbered_places order by source, before
        )
    """)


def _named_by(name: str, schema: pl.Schema) -> Iterator[str]:
    """Yield the places that a table names, as SQL; rows of `records` that were accepted stand in their registers."""
    rows = f'"{name}"' + (" where status = 'quarantined'" if name == "records" else "")
    if "source" in schema:
        texts = ["''", *(["'frame '"] if "frame" in schema else [])]
        yield f"select distinct source, unnest([{', '.join(texts)}]) as before from {rows}"
    if "locator" in schema:
        yield f"select distinct source, before_number(coalesce(locator, '')) as before from {rows}"
    for other in ("probe_source", "certificate"):
        if other in schema:
            yield f"select distinct \"{other}\" as source, '' as before from {rows}"


def places(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return each place, in the order of its number: source, and the text before the number."""
    found = connection.sql("""
        select source, before
        from numbered_places
        order by enum_code(cast(place_text(source, before) as numbered_place))
    """)
    return pl.DataFrame(found.to_arrow_table())


def records(keys: npt.NDArray[np.int64], known: pl.DataFrame) -> pl.DataFrame:
    """Return source and locator of each key; *known*: see `places`."""
    place, number = pl.Series(keys >> NUMBER_BITS), pl.Series((keys & ((1 << NUMBER_BITS) - 1)) - 1)
    texts = number.cast(pl.String).set(number < 0, "")
    return pl.DataFrame(
        {"source": known["source"].gather(place), "locator": known["before"].gather(place) + texts},
        schema={"source": pl.String, "locator": pl.String},
    )


def rows_of(topic: str, said: pl.DataFrame, known: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """
    Yield rows of the table `answer_evidence`, some at a time.

    Args:
        topic: Question or rule.
        said: subject; evidence: keys, each once and in order.
        known: See `places`.
    """
    keys, rows = _flat(said["evidence"])
    for start in range(0, len(keys), ROWS):
        some = slice(start, start + ROWS)
        found = records(keys[some], known)
        of = said["subject"].gather(rows[some])
        yield found.select(pl.lit(topic).alias("topic"), of.alias("subject"), "source", "locator")


def with_records(known: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose column `evidence` has records (source, locator) in place of keys; *known*: see `places`."""
    keys, rows = _flat(frame["evidence"])
    found = records(keys, known).with_columns(pl.Series("row", rows, pl.UInt32))
    return with_evidence(frame.drop("evidence"), found).select(frame.columns)


def with_evidence(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """
    Return a frame with a column `evidence`: the records that each of its rows names.

    Args:
        frame: Answers or verdicts.
        rows: row (of the frame, from 0), source, locator; those of a row in order.
    """
    record = pl.struct("source", "locator").alias("evidence")
    lists = named(rows).group_by("row").agg(record)
    empty = pl.lit([], dtype=RECORDS)
    joined = frame.with_row_index("row").join(lists, on="row", how="left", maintain_order="left").drop("row")
    return joined.with_columns(pl.coalesce("evidence", empty).alias("evidence"))


def named(rows: pl.DataFrame, most: int | None = None) -> pl.DataFrame:
    """
    Return the records that are named: of a row that has too many the first of each place, then the second, and so on.

    Args:
        rows: See `with_evidence`.
        most: How many; None: `NAMED`.
    """
    limit = NAMED if most is None else most
    numbered = rows.with_row_index("at")
    long = numbered.filter(pl.len().over("row") > limit)
    if long.is_empty():
        return rows
    place = (pl.col("row"), pl.col("source"), pl.col("locator").str.replace(AT_END, ""))
    ranked = long.with_columns(pl.int_range(pl.len()).over(place).alias("nth")).sort("nth", "at")
    first = ranked.group_by("row").head(limit).select(numbered.columns)
    others = numbered.join(long.select("at"), on="at", how="anti")
    return pl.concat([others, first]).sort("at").select(rows.columns)


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
    offsets = pa.array(np.concatenate([[0], np.cumsum(np.bincount(rows[is_kept], minlength=len(lengths)))]))
    return frame.with_columns(pl.Series("evidence", pa.LargeListArray.from_arrays(offsets, keys[is_kept])))


def _flat(evidence: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return the keys of all rows, one after the other, and the row of each."""
    lengths = evidence.list.len().fill_null(0).to_numpy()
    keys = evidence.explode(empty_as_null=False, keep_nulls=False).to_numpy()
    return keys, np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)


def as_origins(rows: list[dict[str, str]]) -> tuple[Origin, ...]:
    """Return records as Python sees them."""
    return tuple(sorted(Origin(**row) for row in rows))
