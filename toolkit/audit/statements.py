"""What answers and verdicts do to earlier public statements: supersede, contradict or confirm them."""

import json
from collections.abc import Iterator, Mapping

import duckdb
import polars as pl

from toolkit.answers import Answer, StatementCheck, Verdict
from toolkit.audit.queries import natural, queries
from toolkit.problems import Origin
from toolkit.tables import table

SUBJECTS_NAMED = 20
"""Subjects that a row names; it counts the others."""
FORM = ("R28", "R29", "R30", "R32", "R35", "R36")
"""Rules about how a statement is made or what stood in force: to break one does not make what was said untrue."""

_STATEMENTS = """
    select statement_ref, document_ref, paragraph, issued_text as issued, claim, tense, topic, text, source, locator
    from public_statements
    qualify row_number() over (partition by statement_ref order by source, locator) = 1
"""


def statement_checks(
    connection: duckdb.DuckDBPyConnection, answers: pl.DataFrame, verdicts: pl.DataFrame
) -> pl.DataFrame:
    """
    Return the table `statement_checks`.

    Answers are compared by the file of Q68. Verdicts contradict a sentence where the rule was broken for any subject,
    and confirm it where it was kept for each.

    Args:
        connection: From `views.open_views`.
        answers: The table `answers`, or a part of it.
        verdicts: The table `verdicts`, or a part of it.
    """
    stated = {row["statement_ref"]: row for row in connection.sql(_STATEMENTS).pl().iter_rows(named=True)}
    found = [*_of_answers(connection, answers), *_of_verdicts(verdicts, stated)]
    found.sort(key=lambda row: (row[0][0], *natural(row[0]), row[1], row[2], row[5]))
    schema = table("statement_checks").schema()
    about = list(schema)[6:]
    rows = [(*row, *(stated[row[5]][name] for name in about)) for row in found]
    return pl.DataFrame(rows, schema=schema, orient="row")


def as_checks(frame: pl.DataFrame) -> dict[str, list[StatementCheck]]:
    """Return the rows of the table `statement_checks` by question and rule."""
    checks: dict[str, list[StatementCheck]] = {}
    for row in frame.iter_rows(named=True):
        origin = Origin(row.pop("source"), row.pop("locator"))
        row["subjects"] = tuple(row["subjects"])
        checks.setdefault(row["topic"], []).append(StatementCheck(**row, origin=origin))
    return checks


def checks_of(
    checks: Mapping[str, list[StatementCheck]], topic: str, said: Answer | Verdict
) -> tuple[StatementCheck, ...]:
    """Return what bears on one answer or verdict; a check that names only some of its subjects may."""
    return tuple(
        check
        for check in checks.get(topic, ())
        if not check.subjects
        or said.subject in check.subjects
        or said.subjects > 1
        or check.answers > len(check.subjects)
    )


_Row = tuple[str, str, str, int, list[str], str]


def _of_answers(connection: duckdb.DuckDBPyConnection, answers: pl.DataFrame) -> Iterator[_Row]:
    """Yield what the answers do to statements, from the answers to Q68, which are asked where they are not given."""
    given = answers.filter(pl.col("question") == "Q68").select("subject", "value")
    if given.is_empty():
        connection.execute("drop table if exists answers_given")
        about = answers.select("question", "subject", "state", "value", "unit", "subjects")
        connection.from_arrow(about.to_arrow()).create("answers_given")
        given = connection.sql(queries("questions")["Q68"].text).pl().select("subject", pl.col("value").cast(pl.String))
    for statement_ref, value in given.iter_rows():
        for one in json.loads(value or "null") or ():
            yield one["question"], one["bearing"], one["why"], one["answers"], one["subjects"], statement_ref


def _of_verdicts(verdicts: pl.DataFrame, stated: Mapping[str, Mapping[str, object]]) -> Iterator[_Row]:
    """Yield what the verdicts do to statements."""
    judged = _by_rule(verdicts)
    for statement_ref, said in stated.items():
        if said["claim"] not in ("asserts", "denies") or said["tense"] == "future":
            continue
        topics = said["topic"] if isinstance(said["topic"], list) else []
        for rule in (topic for topic in topics if topic in judged and topic not in FORM):
            breaches, others = judged[rule].get("breach", []), set(judged[rule]) - {"breach", "not_applicable"}
            if breaches:
                named, n = _named(breaches)
                yield rule, "contradicts", "the records show that it was not kept", n, named, statement_ref
            elif others == {"conforms"}:
                named, n = _named(judged[rule]["conforms"])
                yield rule, "confirms", "the records show that it was kept each time", n, named, statement_ref


_Subjects = list[tuple[str | None, int]]
"""The subject of each row, and how many it counts."""


def _named(rows: _Subjects) -> tuple[list[str], int]:
    """Return the first subjects, in order, and how many there are; those that are only counted have no name."""
    named = [subject for subject, n in rows if subject and n == 1]
    return sorted(named)[:SUBJECTS_NAMED], sum(n for _, n in rows)


def _by_rule(verdicts: pl.DataFrame) -> dict[str, dict[str, _Subjects]]:
    """Return the subjects of each rule, by verdict."""
    grouped: dict[str, dict[str, _Subjects]] = {}
    for rule, verdict, subject, n in verdicts.select("rule", "verdict", "subject", "subjects").iter_rows():
        grouped.setdefault(rule, {}).setdefault(verdict, []).append((subject, n))
    return grouped
