"""
What is said of very many subjects: counted in `answers` and `verdicts`, and kept one by one beside them.

A question or a rule about at most `LISTED` subjects has a row for each. Of one about more, answers that are alike but
for subject, evidence and, where there are many of them, value are one row, which says how many they are; so are
verdicts, but a breach always has a row of its own. Every subject, with its own value and the keys of its records, is a
row of `answers_each` or `verdicts_each`: nothing is dropped.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

LISTED = 10_000
"""Subjects of a question or rule up to which each has its own row."""
VALUES = 100
"""Different values up to which the subjects of each are counted apart."""
_JOINED = "\x1f"

Sink = Callable[[str, pl.DataFrame], None]
"""Takes the name of a question or rule, and rows of single subjects."""


@dataclass
class Said:
    """What is said of the subjects of one question or rule: how many of each outcome, which records, which breaches."""

    counts: list[pl.DataFrame] = field(default_factory=list)
    keys: list[pl.Series] = field(default_factory=list)
    kept: list[pl.DataFrame] = field(default_factory=list)
    subjects: list[pl.Series] = field(default_factory=list)
    last: str | None = None


@dataclass
class Counter:
    """
    Counts what has too many subjects to be listed.

    Args:
        sink: Takes the rows of single subjects, some at a time, in order.
        listed: See `LISTED`.
        whole: Questions whose values are all kept for the questions about answers, however many they are.
    """

    sink: Sink
    listed: int = LISTED
    whole: Collection[str] = ()
    given: dict[str, pl.DataFrame] = field(default_factory=dict)
    cited: dict[str, pl.Series] = field(default_factory=dict)

    def read(self, name: str, batches: Iterable[pa.RecordBatch]) -> pl.DataFrame:
        """
        Return what a file gave: all of it, or, where it is about too many subjects, counted.

        Raises:
            ValueError: If a subject stands twice.
        """
        held: list[pa.RecordBatch] = []
        coming = iter(batches)
        for batch in coming:
            held.append(batch)
            if sum(each.num_rows for each in held) > self.listed:
                return self._count(name, _frames(held, coming))
        return pl.DataFrame(pa.Table.from_batches(held, getattr(batches, "schema", None)))

    def _count(self, name: str, frames: Iterator[pl.DataFrame]) -> pl.DataFrame:
        said, empty = Said(), pl.DataFrame()
        for frame in frames:
            empty = frame.clear()
            _note(said, frame)
            self.sink(name, frame)
        _check_subjects(name, said)
        return self._answers(name, said, empty) if "state" in empty.columns else self._verdicts(name, said, empty)

    def _answers(self, name: str, said: Said, empty: pl.DataFrame) -> pl.DataFrame:
        """Return one row for each kind of answer, and keep what the questions about answers need."""
        counts = pl.concat(said.counts).group_by("state", "unit", "coverage", "caveats", "value").agg(pl.col("n").sum())
        self.cited[name] = pl.concat(said.keys).unique()
        values = counts["value"].n_unique()
        given = counts.group_by("state", "value", "unit").agg(pl.col("n").sum().cast(pl.Int64).alias("subjects"))
        if values > VALUES:
            counts = counts.group_by("state", "unit", "coverage", "caveats").agg(
                pl.col("n").sum(), pl.col("value").n_unique().alias("values"), pl.col("value").min()
            )
            if name not in self.whole:
                given = counts.select("state", pl.lit("null").alias("value"), "unit", pl.col("n").alias("subjects"))
        self.given[name] = given.select(
            pl.lit(None, dtype=pl.String).alias("subject"),
            "state",
            pl.col("value").fill_null("null"),
            "unit",
            "subjects",
        )
        found = counts.sort("n", "state", "unit", "caveats", "value", descending=[True, *[False] * 4], nulls_last=True)
        several = (pl.col("values") if "values" in found.columns else pl.lit(1)) > 1
        said_so = pl.format("with {} values; each subject has its own in answers_each", pl.col("values"))
        caveats = pl.col("caveats").str.split(_JOINED)
        caveats = pl.when(pl.col("caveats") == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(caveats)
        if "values" in found.columns:
            caveats = pl.when(several).then(pl.concat_list(caveats, said_so)).otherwise(caveats)
        return _as_found(
            found.with_columns(
                pl.when(several).then(None).otherwise(pl.col("value")).alias("value"), caveats.alias("caveats")
            ),
            empty,
        )

    def _verdicts(self, name: str, said: Said, empty: pl.DataFrame) -> pl.DataFrame:
        """Return each breach, and one row for each other kind of verdict."""
        counts = pl.concat(said.counts).group_by("verdict", "reasons", "flags").agg(pl.col("n").sum())
        others = counts.filter(pl.col("verdict") != "breach").sort(
            "n", "verdict", "reasons", "flags", descending=[True, False, False, False]
        )
        parts = [
            pl.when(pl.col(each) == "")
            .then(pl.lit([], dtype=pl.List(pl.String)))
            .otherwise(pl.col(each).str.split(_JOINED))
            .alias(each)
            for each in ("reasons", "flags")
        ]
        self.cited[name] = pl.concat(said.keys).unique()
        return pl.concat([_as_found(others.with_columns(parts), empty), *said.kept])


def each(rows: pl.DataFrame, name: str, schema: pl.Schema) -> pl.DataFrame:
    """Return rows of single subjects, as a file gave them, in the columns of `answers_each` or `verdicts_each`."""
    lists = [pl.col(found).list.sort() for found in ("reasons", "flags") if found in rows.columns]
    named = rows.with_columns(pl.lit(name).alias(schema.names()[0]), pl.col("evidence").list.drop_nulls(), *lists)
    return named.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _frames(held: list[pa.RecordBatch], coming: Iterable[pa.RecordBatch]) -> Iterator[pl.DataFrame]:
    """Yield what was read already, then the rest."""
    yield pl.DataFrame(pa.Table.from_batches(held))
    for batch in coming:
        yield pl.DataFrame(batch)


def _note(said: Said, frame: pl.DataFrame) -> None:
    """Add some rows to the counts."""
    outcome = (
        ["state", "value", "unit", "coverage", "caveats"]
        if "state" in frame.columns
        else ["verdict", "reasons", "flags"]
    )
    texts = [
        (pl.col(name).list.join(_JOINED) if isinstance(frame.schema[name], pl.List) else pl.col(name)).cast(pl.String)
        for name in outcome
    ]
    said.counts.append(frame.lazy().select(texts).group_by(outcome).agg(pl.len().cast(pl.Int64).alias("n")).collect())
    said.keys.append(frame["evidence"].explode(empty_as_null=False, keep_nulls=False).unique())
    if "verdict" in frame.columns:
        said.kept.append(frame.filter(pl.col("verdict") == "breach"))
    said.subjects.append(frame["subject"])


def _check_subjects(name: str, said: Said) -> None:
    """
    Check that no subject stands twice; files that give them in order are checked at no cost.

    Raises:
        ValueError: If one does.
    """
    subjects = pl.concat(said.subjects)
    neighbours = subjects.shift(1)
    if (neighbours < subjects).fill_null(value=True).all() and subjects.null_count() < 2:  # noqa: PLR2004
        return
    if subjects.is_duplicated().any():
        raise ValueError(
            f"{name}: expected each subject once, found {subjects.filter(subjects.is_duplicated())[0]!r} twice"
        )


def _as_found(counts: pl.DataFrame, empty: pl.DataFrame) -> pl.DataFrame:
    """Return counts as rows of the file's own columns; the subject says how many there are."""
    numbered = counts.with_row_index("nth", offset=1).with_columns(
        pl.format("group {}: {} subjects", pl.col("nth"), pl.col("n")).alias("subject"),
        pl.lit([], dtype=pl.List(pl.Int64)).alias("evidence"),
    )
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in empty.schema.items())
