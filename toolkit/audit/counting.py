"""
What is said of very many subjects: counted in `answers` and `verdicts`, and kept one by one beside them.

A question or a rule about at most `LISTED` subjects has a row for each. Of one about more, answers that are alike but
for subject, evidence, the numbers of registers and, where there are many of them, value are one row, which says how
many they are, and adds up their records and numbers; so are verdicts, but a breach always has a row of its own. Every
subject, with its own value, is a row of `answers_each` or `verdicts_each`, and its records are rows of
`answer_evidence`: nothing is dropped.
"""

import json
from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

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
OUTCOME = ("state", "value", "unit", "coverage", "caveats", "by_register", "verdict", "reasons", "flags")
"""Columns that say the outcome, of answers or of verdicts."""
_JOINED = "\x1f"
_SUMS = ("n", "records", "only_subject", "only_value")

Sink = Callable[[str, pl.DataFrame], None]
"""Takes the name of a question or rule, and rows of single subjects, with keys for evidence (see `origins`)."""


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
        counts: place (its number, see `origins`), records: how many lie there.
        returns: Keys of those that are returns of units.
    """

    counts: pl.DataFrame
    returns: pl.Series


def cited(keys: pl.Series, returns: Collection[int]) -> Cited:
    """Return what is cited, from its keys; see `Cited`, and `Counter` for *returns*."""
    once = keys.drop_nulls().unique().rename("origin").to_frame()
    placed = once.with_columns((pl.col("origin") // 2**origins.NUMBER_BITS).alias("place"))
    return Cited(
        placed.group_by("place").agg(pl.len().cast(pl.Int64).alias("records")),
        placed.filter(pl.col("place").is_in(list(returns)))["origin"],
    )


@dataclass
class Counter:
    """
    Counts what has too many subjects to be listed.

    Args:
        each: Takes the rows of single subjects that are only counted, some at a time, in order.
        rests: Takes the rows of all single subjects, counted or not.
        listed: See `LISTED`.
        whole: Questions whose values are all kept for the questions about answers, however many they are.
        returns: Numbers of the places (see `origins`) whose cited records are kept one by one: the returns of units.
    """

    each: Sink
    rests: Sink
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
        noted = pl.concat(said.counts)
        self.cited[name] = cited(pl.concat(said.keys), self.returns)
        if many and name not in self.whole:
            noted = noted.with_columns(_SOME)
        given = noted.group_by("state", "value", "unit").agg(pl.col("n").sum().alias("subjects"))
        counts = _summed(
            noted,
            outcome,
            pl.col("value").is_not_null().any().alias("is_valued"),
            *([pl.lit(None, dtype=pl.String).alias("value")] if many else []),
        )
        self.given[name] = given.select(
            pl.lit(None, dtype=pl.String).alias("subject"),
            "state",
            pl.col("value").fill_null("null"),
            "unit",
            "subjects",
        )
        found = counts.sort("n", "state", "unit", "caveats", "value", descending=[True, *[False] * 4], nulls_last=True)
        caveats = _parted("caveats")
        if many:
            is_one = pl.col("n") == 1
            found = found.with_columns(pl.when(is_one).then("only_value").otherwise("value").alias("value"))
            differ = pl.col("is_valued") & ~is_one
            caveats = pl.when(differ).then(pl.concat_list(caveats, pl.lit(DIFFERENT))).otherwise(caveats)
        return _as_found(found.with_columns(caveats.alias("caveats")), empty)


def each(rows: pl.DataFrame, name: str, schema: pl.Schema) -> pl.DataFrame:
    """Return rows of single subjects, as a file gave them, in the columns of `answers_each` or `verdicts_each`."""
    if "by_register" in schema and "by_register" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias("by_register"))
    lists = [found for found in ("reasons", "flags") if found in rows.columns and (rows[found].list.len() > 1).any()]
    named = rows.with_columns(pl.lit(name).alias(schema.names()[0]), *(pl.col(found).list.sort() for found in lists))
    return named.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _verdicts(said: Said, empty: pl.DataFrame) -> pl.DataFrame:
    """Return each breach, and one row for each other kind of verdict."""
    counts = _summed(pl.concat(said.counts), ["verdict", "reasons", "flags"])
    others = counts.filter(pl.col("verdict") != "breach").sort(
        "n", "verdict", "reasons", "flags", descending=[True, False, False, False]
    )
    found = _as_found(others.with_columns(_parted("reasons"), _parted("flags")), empty)
    return pl.concat([found, *(breaches.select(found.columns) for breaches in said.kept)])


def _summed(noted: pl.DataFrame, outcome: list[str], *more: pl.Expr) -> pl.DataFrame:
    """Return one row for each outcome: how many subjects (n) and records, what registers show, and its only subject."""
    maps = pl.struct("by_register", "n").filter(pl.col("by_register").is_not_null()).alias("by_register")
    first = pl.col("only_subject", "only_value").first()
    counts = noted.group_by(outcome).agg(pl.col("n", "records").sum(), first, maps, *more)
    added = [_added(found) for found in counts["by_register"].to_list()]
    return counts.with_columns(pl.Series("by_register", added, pl.String))


def _added(maps: list[dict[str, Any]]) -> str | None:
    """Return the numbers of each register, of so many subjects each, added up; None where no register shows any."""
    total: Tally[str] = Tally()
    for found in maps:
        for register, number in json.loads(found["by_register"]).items():
            total[register] += number * found["n"]
    return json.dumps(total, sort_keys=True, separators=(",", ":")) if total else None


def _parted(name: str) -> pl.Expr:
    """Return a column of joined texts as lists."""
    none = pl.lit([], dtype=pl.List(pl.String))
    return pl.when(pl.col(name) == "").then(none).otherwise(pl.col(name).str.split(_JOINED)).alias(name)


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
    value = frame["value"].cast(pl.String) if "value" in frame.columns else pl.lit(None, dtype=pl.String)
    single = frame.select(
        pl.col("evidence").list.len().cast(pl.Int64).alias("records"),
        pl.col("subject").cast(pl.String).alias("only_subject"),
        only_value=value,
    )
    if not is_counted and "value" in outcome:
        frame = frame.with_columns(_SOME)
    texts = frame.select(_text(frame, name) for name in outcome)
    first = texts.row(0, named=True)
    differing = [
        name for name in outcome if not texts[name].eq_missing(pl.Series([first[name]], dtype=pl.String)).all()
    ]
    same = [pl.lit(first[name], dtype=pl.String).alias(name) for name in outcome if name not in differing]
    sums = pl.len().cast(pl.Int64).alias("n"), pl.col("records").sum(), pl.col("only_subject", "only_value").first()
    rows = pl.concat([texts.select(differing), single], how="horizontal").lazy()
    counts = (rows.group_by(differing).agg(*sums) if differing else rows.select(*sums)).collect()
    if "by_register" not in outcome:
        same.append(pl.lit(None, dtype=pl.String).alias("by_register"))
    said.counts.append(_apart(counts.with_columns(same)).select(*dict.fromkeys([*outcome, "by_register"]), *_SUMS))
    if "value" in outcome and len(said.values) <= VALUES:
        said.values.update(said.counts[-1]["value"].unique())
    said.subjects.append(frame["subject"])
    if "verdict" in frame.columns:
        subjects = (
            pl.lit(1, dtype=pl.Int64).alias("subjects"),
            pl.col("evidence").list.len().cast(pl.Int64).alias("records"),
        )
        said.kept.append(_apart(frame.filter(pl.col("verdict") == "breach").with_columns(subjects)))
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
    """Return counts as rows of the file's own columns, with how many subjects and records they count."""
    many = pl.format("group {}: {} subjects", pl.col("nth"), pl.col("n"))
    numbered = counts.with_row_index("nth", offset=1).with_columns(
        pl.when(pl.col("n") == 1).then("only_subject").otherwise(many).alias("subject"),
        pl.lit(None, dtype=pl.List(pl.Int64)).alias("evidence"),
        pl.col("n").alias("subjects"),
    )
    columns = empty.schema | {"subjects": pl.Int64, "records": pl.Int64}
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
