"""
Ask the questions and judge by the rules: each file of `questions/` and `rules/` is run on the views of a case.

Every word of an answer is checked against the closed lists; an unknown one is a bug in the file, and an error.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

import duckdb
import polars as pl
import pyarrow as pa

from toolkit.answers import FLAGS, REASONS, STATES, UNITS, VERDICTS, Answer, Coverage, Verdict
from toolkit.audit import origins
from toolkit.audit.at_once import at_once
from toolkit.audit.counting import Cited, Counter, Sink, cited
from toolkit.audit.queries import BATCH_ROWS, ROOM, Query, queries, tables_read
from toolkit.tables import TABLES, table

_STEPS = {known.name: known.step for known in TABLES if known.name not in ("problems", "coverage", "tombstones")}
"""Table -> the step that must have run before anything is said of it; tombstones need none."""
_KEYED = {name: pl.Schema(table(name).schema() | {"evidence": pl.List(pl.Int64)}) for name in ("answers", "verdicts")}
"""The tables, and keys for evidence (see `origins`)."""
_AFTER = "answers_given"
"""Questions about the answers read this table; they are asked last."""
_ANSWER = ("subject", "state", "value", "unit", "evidence", "coverage", "caveats")
_OPTIONAL = "by_register"
"""Last column of a question's file that has it: register -> number that only that register shows, as JSON; or null."""
_VERDICT = ("subject", "verdict", "reasons", "flags", "evidence")
_SUMMED = ("subjects", "records")
"""Columns that `counting` adds to what it counts."""
_GIVEN = ("question", "subject", "state", "value", "unit", "subjects")
_Read = Callable[[str, pa.RecordBatchReader], pl.DataFrame]
_Ask = Callable[[duckdb.DuckDBPyConnection, Query, _Read | None], pl.DataFrame]
_NO_COVERAGE = json.dumps({"measure": "rows", "declared": None, "examined": 0, "not_examined": {}})


def answers_table(connection: duckdb.DuckDBPyConnection, questions: Collection[str] | None = None) -> pl.DataFrame:
    """
    Return the table `answers`: each question, in order, each of its subjects in the order of its file.

    Its last column, `evidence`, has the records that a row names (`origins.NAMED`); on disk they are a table.

    Args:
        connection: From `views.open_views`.
        questions: "Q01" ...; None: all.

    Raises:
        KeyError: If nobody asks that question.
        ValueError: If a file answers with a word that is not in `toolkit.answers`.
    """
    return origins.with_records(origins.places(connection), answers_keyed(connection, questions))


def answers_keyed(
    connection: duckdb.DuckDBPyConnection, questions: Collection[str] | None = None, many: Counter | None = None
) -> pl.DataFrame:
    """
    Return the same, with the keys of all records for evidence (see `origins`).

    Args:
        connection: As above.
        questions: As above.
        many: Counts what has too many subjects, and takes all evidence: the rows have none; None: each has its row,
            however many they are.

    Raises:
        KeyError: If nobody asks that question.
        ValueError: If a file answers with a word that is not in `toolkit.answers`.
    """
    asked = queries("questions")
    wanted = list(asked) if questions is None else [name for name in asked if name in set(questions)]
    if missing := sorted(set(questions or ()) - set(asked)):
        raise KeyError(missing[0])
    last = [name for name in wanted if _AFTER in asked[name].reads]
    first = [name for name in asked if _AFTER not in asked[name].reads and (name in wanted or last)]
    codes = _places_of_returns(connection)
    if many:
        many.returns = codes
    given, rests = {}, {}
    for query, found in _each(connection, [asked[name] for name in first], _answer, many):
        counted = many.cited.get(query.name) if many else None
        rests[query.name] = counted or cited(found["evidence"].explode(), codes)
        given[query.name] = _kept(query.name, found, many)
    if last:
        _give(connection, given, rests, many)
        given |= {name: _kept(name, _answer(connection, asked[name], None), many) for name in last}
    return pl.concat([_KEYED["answers"].to_frame(), *(given[name] for name in wanted)])


def verdicts_table(connection: duckdb.DuckDBPyConnection, rules: Collection[str] | None = None) -> pl.DataFrame:
    """
    Return the table `verdicts`: each rule, in order, each of its subjects in the order of its file.

    A rule that finds nothing to judge is `not_applicable` where the register of what it judges is declared complete
    for the case's period, else `cannot_determine/out_of_coverage`.

    Raises:
        KeyError: If there is no such rule.
        ValueError: If a file judges with a word that is not in `toolkit.answers`.
    """
    return origins.with_records(origins.places(connection), verdicts_keyed(connection, rules))


def verdicts_keyed(
    connection: duckdb.DuckDBPyConnection, rules: Collection[str] | None = None, many: Counter | None = None
) -> pl.DataFrame:
    """Return the same, with keys for evidence, as `answers_keyed` does."""
    known = queries("rules")
    if missing := sorted(set(rules or ()) - set(known)):
        raise KeyError(missing[0])
    wanted = [query for name, query in known.items() if rules is None or name in rules]
    judged = [_kept(query.name, found, many) for query, found in _each(connection, wanted, _judge, many)]
    return pl.concat([_KEYED["verdicts"].to_frame(), *judged])


def answer(connection: duckdb.DuckDBPyConnection, questions: Collection[str] | None = None) -> list[Answer]:
    """Return the answers; see `answers_table`."""
    return as_answers(answers_table(connection, questions))


def judge(connection: duckdb.DuckDBPyConnection, rules: Collection[str] | None = None) -> list[Verdict]:
    """Return the verdicts; see `verdicts_table`."""
    return as_verdicts(verdicts_table(connection, rules))


def models() -> dict[str, str]:
    """Return the SHA-256 of every file that an answer depends on, by its path in this room."""
    files = sorted(path for path in ROOM.rglob("*.sql"))
    return {path.relative_to(ROOM).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def as_answers(frame: pl.DataFrame) -> list[Answer]:
    """Return the rows of the table `answers`; see `answers_table`."""
    return [
        Answer(
            question=row["question"],
            title=row["title"],
            paragraphs=tuple(row["paragraphs"]),
            subject=row["subject"],
            state=row["state"],
            value=json.loads(row["value"]),
            unit=row["unit"],
            evidence=origins.as_origins(row["evidence"]),
            coverage=Coverage(**json.loads(row["coverage"])),
            caveats=tuple(row["caveats"]),
            records=row["records"],
            subjects=row["subjects"],
            by_register=json.loads(row["by_register"] or "{}"),
        )
        for row in frame.iter_rows(named=True)
    ]


def as_verdicts(frame: pl.DataFrame) -> list[Verdict]:
    """Return the rows of the table `verdicts`; see `verdicts_table`."""
    return [
        Verdict(
            rule=row["rule"],
            title=row["title"],
            paragraphs=tuple(row["paragraphs"]),
            subject=row["subject"],
            verdict=row["verdict"],
            reasons=tuple(row["reasons"]),
            flags=tuple(row["flags"]),
            evidence=origins.as_origins(row["evidence"]),
            records=row["records"],
            subjects=row["subjects"],
        )
        for row in frame.iter_rows(named=True)
    ]


def _each(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[Query], ask: _Ask, many: Counter | None
) -> Iterator[tuple[Query, pl.DataFrame]]:
    """Yield what each file gives; where it is counted, several are asked at once, and their rows kept in order."""
    if many is None:
        yield from ((query, ask(connection, query, None)) for query in wanted)
        return

    def sink(query: Query, rows: pl.DataFrame) -> None:
        many.each(query.name, rows)
        many.rests(query.name, rows)

    yield from at_once(
        connection, wanted, lambda cursor, query, give: ask(cursor, query, partial(many.read, give=give)), sink
    )


def _kept(name: str, found: pl.DataFrame, many: Counter | None) -> pl.DataFrame:
    """Return rows as they are; with *many*, without evidence, which it takes, as it took that of counted subjects."""
    if many is None:
        return found
    if name not in many.counted:
        many.rests(name, found)
    return found.with_columns(pl.lit([], dtype=pl.List(pl.Int64)).alias("evidence"))


def _answer(connection: duckdb.DuckDBPyConnection, query: Query, read: _Read | None) -> pl.DataFrame:
    """Return the answers to one question."""
    reached = {row[0] for row in connection.execute("from steps_run").fetchall()}
    steps = {_STEPS[name] for name in tables_read(query, queries("sql")) if name in _STEPS}
    if not_run := sorted(steps - reached):
        return _titled(query, "question", _not_searched([f"'toolkit {step}' has not run" for step in not_run]))
    found = _run(connection, query, read)
    if found.is_empty():
        found = _nothing_to_answer(connection, query.register)
    columns = (*_ANSWER, _OPTIONAL) if _OPTIONAL in found.columns else _ANSWER
    _check(query, found, columns, {"state": STATES, "unit": UNITS})
    return _titled(query, "question", found)


def _run(connection: duckdb.DuckDBPyConnection, query: Query, read: _Read | None) -> pl.DataFrame:
    try:
        found = connection.sql(query.text)
        return read(query.name, found.to_arrow_reader(BATCH_ROWS)) if read else origins.each_once(found.pl())
    except duckdb.Error as error:
        error.add_note(f"in {query.name}: {query.title}")
        raise


def _not_searched(caveats: list[str]) -> pl.DataFrame:
    row: tuple[object, ...] = (None, "not_searched", None, None, [], _NO_COVERAGE, caveats)
    schema = {name: _KEYED["answers"][name] for name in _ANSWER}
    return pl.DataFrame([row], schema=schema, orient="row")


def _nothing_to_answer(connection: duckdb.DuckDBPyConnection, register: str | None) -> pl.DataFrame:
    """Return the answer where a file gives none: its register is silent, or there is none."""
    if register is None:
        return _not_searched([])
    is_held, coverage = connection.execute(
        "select is_held($1, from_earliest, to_latest), coverage_of([$1]) from settings", [register]
    ).fetchall()[0]
    if not is_held:
        return _not_searched([f"no register of {register.replace('_', ' ')} was supplied"])
    silent = _not_searched([f"the register of {register.replace('_', ' ')} shows none"])
    return silent.with_columns(pl.lit("not_found").alias("state"), pl.lit(coverage).alias("coverage"))


def _give(
    connection: duckdb.DuckDBPyConnection,
    given: Mapping[str, pl.DataFrame],
    rests: Mapping[str, Cited],
    many: Counter | None,
) -> None:
    """Put the answers so far, and what each question waits for, where the questions about answers read them."""
    asked = [(query.name, query.awaits) for query in queries("questions").values()]
    awaits = pl.DataFrame(asked, schema={"question": pl.String, "awaits": pl.String}, orient="row")
    shared = many.given if many else {}
    about = pl.concat(
        shared.get(name, found).select(pl.lit(name).alias("question"), *_GIVEN[1:]) for name, found in given.items()
    )
    sources, returns = _cited(connection, rests)
    for name, frame in (
        (_AFTER, about),
        ("sources_cited", sources),
        ("returns_cited", returns),
        ("questions_asked", awaits),
    ):
        connection.execute(f"drop table if exists {name}")
        connection.from_arrow(frame.to_arrow()).create(name)


def _cited(connection: duckdb.DuckDBPyConnection, rests: Mapping[str, Cited]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return how many records of each source each question's answers cite, and which of the returns of units."""
    known = origins.places(connection).with_row_index("place").cast({"place": pl.Int64})
    titled = [(pl.lit(name).alias("question"), of_one) for name, of_one in rests.items()]
    counts = pl.concat([of_one.counts.select(question, "place", "records") for question, of_one in titled])
    sources = counts.join(known, on="place").group_by("question", "source").agg(pl.col("records").sum())
    return sources, pl.concat([of_one.returns.to_frame().select(question, "origin") for question, of_one in titled])


def _places_of_returns(connection: duckdb.DuckDBPyConnection) -> frozenset[int]:
    """Return the numbers of the places (see `origins`) in the returns of units."""
    sources = connection.sql("select source from sources where kind = 'attestations'").pl()["source"].to_list()
    known = origins.places(connection).with_row_index("place")
    return frozenset(known.filter(pl.col("source").is_in(sources))["place"])


def counter(connection: duckdb.DuckDBPyConnection, each: Sink, rests: Sink) -> Counter:
    """Return what counts the answers, or the verdicts, of a case, and gives away single subjects; see `Counter`."""
    topics = [row[0] for row in connection.execute("select distinct topic from claims").fetchall()]
    return Counter(each, rests, whole=topics)


def _judge(connection: duckdb.DuckDBPyConnection, query: Query, read: _Read | None) -> pl.DataFrame:
    """Return the verdicts on one rule."""
    found = _run(connection, query, read)
    if found.is_empty():
        found = _nothing_to_judge(connection, query.register)
    _check(query, found, _VERDICT, {"verdict": VERDICTS, "reasons": REASONS, "flags": FLAGS})
    found = found.with_columns(pl.col(name).cast(pl.List(pl.String)).list.sort() for name in ("reasons", "flags"))
    return _titled(query, "rule", found)


def _nothing_to_judge(connection: duckdb.DuckDBPyConnection, register: str | None) -> pl.DataFrame:
    is_complete = connection.execute(
        "select is_complete($1, null, from_earliest, to_latest) from settings", [register]
    ).fetchall()[0][0]
    verdict, reasons = ("not_applicable", []) if is_complete else ("cannot_determine", ["out_of_coverage"])
    schema = {name: _KEYED["verdicts"][name] for name in _VERDICT}
    return pl.DataFrame([(None, verdict, reasons, [], [])], schema=schema, orient="row")


def _check(query: Query, found: pl.DataFrame, columns: Sequence[str], words: dict[str, Collection[str]]) -> None:
    """
    Check the columns, the words and the subjects of what a file gave.

    Raises:
        ValueError: If a column is missing, a word is unknown, or a subject stands twice.
    """
    if [name for name in found.columns if name not in _SUMMED] != list(columns):
        raise ValueError(f"{query.name}: expected the columns {', '.join(columns)}; found {', '.join(found.columns)}")
    for column, allowed in words.items():
        said = found[column].explode() if isinstance(found.schema[column], pl.List) else found[column]
        if unknown := sorted(set(said.drop_nulls().unique()) - set(allowed)):
            raise ValueError(f"{query.name}: {column}: expected one of {', '.join(allowed)}; found {unknown[0]!r}")
    if found["subject"].is_duplicated().any():
        twice = found.filter(found["subject"].is_duplicated())["subject"][0]
        raise ValueError(f"{query.name}: expected each subject once, found {twice!r} twice")


def _titled(query: Query, kind: str, found: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that say which question or rule it is, in the table's order and types."""
    schema = _KEYED["answers" if kind == "question" else "verdicts"]
    paragraphs = pl.lit(list(query.paragraphs), dtype=pl.List(pl.String))
    blanks = {"value": "null", "coverage": _NO_COVERAGE}
    found = found.with_columns(
        pl.col(name).cast(pl.String).fill_null(blank) for name, blank in blanks.items() if name in found.columns
    )
    if _OPTIONAL in schema and _OPTIONAL not in found.columns:
        found = found.with_columns(pl.lit(None, dtype=pl.String).alias(_OPTIONAL))
    if "subjects" not in found.columns:
        lengths = pl.col("evidence").list.len().fill_null(0)
        found = found.with_columns(lengths.alias("records"), pl.lit(1).alias("subjects"))
    named = found.with_columns(
        pl.lit(query.name).alias(kind),
        pl.lit(query.title).alias("title"),
        paragraphs.alias("paragraphs"),
        pl.col("evidence").fill_null([]),
    )
    return named.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
