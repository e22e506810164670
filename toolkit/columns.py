"""What a table is made of: columns, what they hold, and how that is stored."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa

DType: TypeAlias = pl.DataType | type[pl.DataType]
UTC = pl.Datetime("us", "UTC")
SPAN: dict[str, DType] = {
    "text": pl.String,
    "earliest": UTC,
    "latest": UTC,
    "precision": pl.String,
    "zone_basis": pl.String,
    "basis": pl.String,
    "alternatives": pl.List(pl.String),
}
"""A time with its bounds: half-open, null where unbounded (or not readable: `text` not null, `precision` null)."""


@dataclass(frozen=True)
class Column:
    """
    One column.

    Args:
        name: As in the source's header and in the table.
        holds: text; ref (a reference, compared as it stands); refs (references separated by ';'); when (a date in the
            EDTF subset); word (one of `words`); words (several, separated by ';'); yes_no; count (whole number); or
            the Polars type of a column that the tool computes.
        doc: What it means.
        required: A blank puts the row in quarantine.
        words: The vocabulary of a word column; of a ref, what stands there for no reference.
        also_called: How other systems name it.
        known_by: "table.column" of those that define a reference; empty: nothing does.
        blank: What a blank cell says: "unknown" (nothing), or "none" (that there is none).
    """

    name: str
    holds: str | DType
    doc: str
    required: bool = False
    words: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    blank: str = "unknown"

    def stored(self) -> dict[str, DType]:
        """Return the stored columns and their types."""
        if not isinstance(self.holds, str):
            return {self.name: self.holds}
        if self.holds == "when":
            return {f"{self.name}_{part}": dtype for part, dtype in SPAN.items()}
        parsed: dict[str, DType] = {
            "refs": pl.List(pl.String),
            "word": pl.String,
            "words": pl.List(pl.String),
            "yes_no": pl.Boolean,
            "count": pl.Int64,
        }
        if self.holds in parsed:
            return {f"{self.name}_text": pl.String, self.name: parsed[self.holds]}
        return {self.name: pl.String}


@dataclass(frozen=True)
class Table:
    """
    One table.

    Args:
        name: Plural noun.
        step: The only step that writes it, to `tables/<step>/<name>.parquet`, or to a folder `<name>/` of shards.
        doc: One row is ...
        columns: In order. An input table also has `source` and `locator`, first.
        kind: The kind of source that feeds it; None for a table the tool computes.
        sharded: Whether it is a folder of Parquet files.
    """

    name: str
    step: str
    doc: str
    columns: tuple[Column, ...]
    kind: str | None = None
    sharded: bool = False

    def schema(self) -> pl.Schema:
        """Return the stored columns with their types, in order."""
        stored: dict[str, DType] = {}
        if self.kind:
            stored |= {"source": pl.String, "locator": pl.String}
        for column in self.columns:
            stored |= column.stored()
        return pl.Schema(stored)

    def arrow_schema(self) -> "pa.Schema":
        """Return the same for a file that is written some rows at a time."""
        return self.schema().to_frame().to_arrow().schema


ORIGIN = (
    Column("source", pl.String, "path of the source in the case"),
    Column("locator", pl.String, "place in it"),
)
