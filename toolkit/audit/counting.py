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

from toolkit.audit import origins
from toolkit.audit.at_once import Give

LISTED = 10_000
"""Subjects of a question or rule up to which each has its own row."""
VALUES = 100
"""Different values up to which the subjects of each are counted apart."""
DIFFERENT = "their values differ: each has its own in answers_each"
MANY = "many"
"""Stands for every value of a question that has too many; no such answer shows it."""
_SOME = pl.when(pl.col("value").is_not_null()).then(pl.lit(MANY)).alias("value")
VALUE = pl.lit(None, dtype=pl.String).alias("value")
OUTCOME = ("state", "value", "unit", "coverage", "caveats", "verdict", "reasons", "flags")
"""Columns that say the outcome, of answers or of verdicts."""
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
    values: set[str | None] = field(default_factory=set)


@dataclass(frozen=True)
class Cited:
    """
    The records that the answers to one question rest on, each once.

    Args:
        counts: code (of the place, see `origins`), records: how many lie there.
        returns: Keys of those that are returns of units.
    """

    counts: pl.DataFrame
    returns: pl.Series


def cited(keys: pl.Series, returns: Collection[int]) -> Cited:
    """Return what is cited, from its keys; see `Cited`, and `Counter` for *returns*."""
    once = keys.drop_nulls().unique().rename("origin").to_frame()
    coded = once.with_columns((pl.col("origin") // 2**origins.SHIFT).alias("code"))
    return Cited(
        coded.group_by("code").agg(pl.len().cast(pl.Int64).alias("records")),
        coded.filter(pl.col("code").is_in(list(returns)))["origin"],
    )


@dataclass
class Counter:
    """
    Counts what has too many subjects to be listed.

    Args:
        sink: Takes the rows of single subjects, some at a time, in order.
        listed: See `LISTED`.
        whole: Questions whose values are all kept for the questions about answers, however many they are.
        returns: Codes of the places (see `origins`) whose cited records are kept one by one: the returns of units.
    """

    sink: Sink
    listed: int = LISTED
    whole: Collection[str] = ()
    returns: Collection[int] = ()
    counted: set[str] = field(default_factory=set)
    given: dict[str, pl.DataFrame] = field(default_factory=dict)
    cited: dict[str, Cited] = field(default_factory=dict)

    def read(self, name: str, batches: Iterable[pa.RecordBatch], give: Give) -> pl.DataFrame:
        """
        Return what a file gave: all of it, or, where it is about too many subjects, counted.

        Args:
            name: Of the question or rule.
            batches: Its rows, in their order.
            give: Takes those of single subjects, some at a time, where they are counted.

        Raises:
            ValueError: If a subject stands twice.
        """
        held: list[pa.RecordBatch] = []
        coming = iter(batches)
        for batch in coming:
            held.append(batch)
            if sum(each.num_rows for each in held) > self.listed:
                return self._count(name, _frames(held, coming), give)
        return origins.each_once(pl.DataFrame(pa.Table.from_batches(held, getattr(batches, "schema", None))))

    def _count(self, name: str, frames: Iterator[pl.DataFrame], give: Give) -> pl.DataFrame:
        self.counted.add(name)
        said, empty, is_in_order = Said(), pl.DataFrame(), True
        for frame in frames:
            empty = frame.clear()
            before = said.subjects[-1][-1:] if said.subjects else frame["subject"][:0]
            is_in_order = is_in_order and _is_in_order(pl.concat([before, frame["subject"]]))
            _note(said, frame, are_values_kept=name in self.whole)
            give(frame.drop("coverage", strict=False))
        if not is_in_order:
            _check_each_once(name, pl.concat(said.subjects).sort(nulls_last=True))
        return self._answers(name, said, empty) if "state" in empty.columns else _verdicts(said, empty)

    def _answers(self, name: str, said: Said, empty: pl.DataFrame) -> pl.DataFrame:
        """Return one row for each kind of answer, and keep what the questions about answers need."""
        many = len(said.values) > VALUES
        outcome = ["state", "unit", "coverage", "caveats"] + ([] if many else ["value"])
        self.cited[name] = cited(pl.concat(said.keys), self.returns)
        noted = pl.concat(said.counts)
        if many and name not in self.whole:
            noted = noted.with_columns(_SOME)
        given = noted.group_by("state", "value", "unit").agg(pl.col("n").sum().alias("subjects"))
        counts = noted.group_by(outcome).agg(
            pl.col("n").sum(), pl.col("value").is_not_null().any().alias("is_valued"), *([VALUE] if many else [])
        )
        self.given[name] = given.select(
            pl.lit(None, dtype=pl.String).alias("subject"),
            "state",
            pl.col("value").fill_null("null"),
            "unit",
            "subjects",
        )
        found = counts.sort("n", "state", "unit", "caveats", "value", descending=[True, *[False] * 4], nulls_last=True)
        caveats = pl.col("caveats").str.split(_JOINED)
        caveats = pl.when(pl.col("caveats") == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(caveats)
        if many:
            caveats = pl.when(pl.col("is_valued")).then(pl.concat_list(caveats, pl.lit(DIFFERENT))).otherwise(caveats)
        return _as_found(found.with_columns(caveats.alias("caveats")), empty)


def each(rows: pl.DataFrame, name: str, schema: pl.Schema) -> pl.DataFrame:
    """Return rows of single subjects, as a file gave them, in the columns of `answers_each` or `verdicts_each`."""
    lists = [found for found in ("reasons", "flags") if found in rows.columns and (rows[found].list.len() > 1).any()]
    named = rows.with_columns(pl.lit(name).alias(schema.names()[0]), *(pl.col(found).list.sort() for found in lists))
    return named.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _verdicts(said: Said, empty: pl.DataFrame) -> pl.DataFrame:
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
    return pl.concat([_as_found(others.with_columns(parts), empty), *said.kept])


def _frames(held: list[pa.RecordBatch], coming: Iterable[pa.RecordBatch]) -> Iterator[pl.DataFrame]:
    """Yield what was read already, then the rest."""
    yield origins.each_once(pl.DataFrame(pa.Table.from_batches(held)))
    for batch in coming:
        yield origins.each_once(pl.DataFrame(batch))


def _note(said: Said, frame: pl.DataFrame, *, are_values_kept: bool) -> None:
    """
    Add some rows to the counts.

    A column that says one thing throughout is left out of the grouping, and so are values once they are too many.
    """
    outcome = [name for name in OUTCOME if name in frame.columns]
    is_counted = are_values_kept or len(said.values) <= VALUES
    if not is_counted and "value" in outcome:
        frame = frame.with_columns(_SOME)
    texts = frame.select(_text(frame, name) for name in outcome)
    first = texts.row(0, named=True)
    differing = [
        name for name in outcome if not texts[name].eq_missing(pl.Series([first[name]], dtype=pl.String)).all()
    ]
    same = [pl.lit(first[name], dtype=pl.String).alias(name) for name in outcome if name not in differing]
    if differing:
        counts = texts.lazy().group_by(differing).agg(pl.len().cast(pl.Int64).alias("n")).collect()
    else:
        counts = pl.DataFrame({"n": [frame.height]}, schema={"n": pl.Int64})
    said.counts.append(_apart(counts.with_columns(same).select(*outcome, "n")))
    if "value" in outcome and len(said.values) <= VALUES:
        said.values.update(said.counts[-1]["value"].unique())
    said.subjects.append(frame["subject"])
    if "verdict" in frame.columns:
        said.kept.append(_apart(frame.filter(pl.col("verdict") == "breach")))
    else:
        said.keys.append(frame["evidence"].explode(empty_as_null=False, keep_nulls=False))


def _apart(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows with texts of their own: a few rows of a frame keep the texts of all of them in memory."""
    return pl.DataFrame(frame.to_arrow())


def _text(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column as texts; most lists are empty throughout, and need no joining."""
    column = frame[name]
    if not isinstance(column.dtype, pl.List):
        return column.cast(pl.String)
    if not column.null_count() and column.list.len().max() == 0:
        return pl.Series(name, [""], dtype=pl.String).new_from_index(0, len(column)).alias(name)
    return column.cast(pl.List(pl.String)).list.join(_JOINED)


def _is_in_order(subjects: pl.Series) -> bool:
    """Return whether each subject comes after the one before it, and the one without a name, if any, last."""
    nulls = subjects.null_count()
    return nulls < 2 and subjects[-1:].null_count() == nulls and bool((subjects.shift(1) < subjects).all())  # noqa: PLR2004


def _check_each_once(name: str, in_order: pl.Series) -> None:
    """
    Check that no subject stands twice.

    Raises:
        ValueError: If one does.
    """
    twice = in_order.filter(in_order.eq_missing(in_order.shift(1)) & (pl.int_range(len(in_order), eager=True) > 0))
    if len(twice):
        raise ValueError(f"{name}: expected each subject once, found {twice[0]!r} twice")


def _as_found(counts: pl.DataFrame, empty: pl.DataFrame) -> pl.DataFrame:
    """Return counts as rows of the file's own columns; the subject says how many there are."""
    numbered = counts.with_row_index("nth", offset=1).with_columns(
        pl.format("group {}: {} subjects", pl.col("nth"), pl.col("n")).alias("subject"),
        pl.lit(None, dtype=pl.List(pl.Int64)).alias("evidence"),
    )
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in empty.schema.items())
