"""`toolkit ask`: the answers of a reconstructed case, or as the records stood on another day."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import polars as pl

from toolkit.answers import Answer, StatementCheck
from toolkit.audit import as_at as narrowing
from toolkit.audit.asking import answers_table, as_answers
from toolkit.audit.groups import GROUPS, group_named, group_of
from toolkit.audit.queries import queries
from toolkit.audit.statements import as_checks, checks_of, statement_checks
from toolkit.case import Case
from toolkit.dates import Interval, interval
from toolkit.errors import UsageError
from toolkit.steps.consulted import consulted
from toolkit.steps.records import with_records
from toolkit.tables import table


@dataclass(frozen=True)
class Listed:
    """
    A question, and whether the case answers it.

    Args:
        group: Letter of its group.
        group_name: Name of its group.
        question: "Q01".
        title: The question.
        states: How many of its subjects are in which state; empty: the case has not been reconstructed.
    """

    group: str
    group_name: str
    question: str
    title: str
    states: dict[str, int]


def ask(case: Case, question: str | None = None, *, group: str | None = None, as_at: str | None = None) -> list[Answer]:
    """
    Return the answers to a question, a group of questions, or all, in order; that they were asked for goes on record.

    Args:
        case: The case.
        question: The question ("Q01", or "1"); None: all.
        group: Letter or name of a group of questions.
        as_at: A day (YYYY-MM-DD): what would have been answered from the records that stood at its end. What was
            definitely written later is left out (`toolkit.audit.as_at`); nothing is written into the case.

    Raises:
        UsageError: If the case has not been reconstructed yet, nobody asks that question, there is no such group, or
            the day lies before the case's period or after the day that the case speaks as at.
    """
    wanted = _wanted(question, group)
    found = answers_of(case, wanted) if as_at is None else _as_at(case, wanted, _day(case, as_at))
    what = wanted[0] if question is not None else f"--group {group_named(group)}" if group is not None else ""
    consulted(case, " ".join(filter(None, ("ask", what, f"--as-at {as_at}" if as_at else ""))))
    return found


def answers_of(case: Case, questions: Collection[str] | None = None) -> list[Answer]:
    """Return the answers to some questions, or all, for another step or the end of a run: nobody is asking."""
    frame = case.table("answers")
    if questions is not None:
        frame = frame.filter(pl.col("question").is_in(list(questions)))
    return _with_statements(as_answers(with_records(case, frame)), as_checks(case.table("statement_checks")))


def questions(case: Case, *, group: str | None = None) -> list[Listed]:
    """
    Return the questions, in order, and in which states this case answers them; that goes on record.

    Raises:
        UsageError: If there is no such group.
    """
    states: dict[str, Counter[str]] = {}
    if (case.folder("reconstruct") / "answers.parquet").exists():
        for name, state, subjects in case.table("answers").select("question", "state", "subjects").iter_rows():
            states.setdefault(name, Counter())[state] += subjects
    asked, wanted = queries("questions"), _wanted(None, group)
    consulted(case, "ask --list")
    return [
        Listed(letter, GROUPS[letter][0], name, query.title, dict(sorted(states.get(name, {}).items())))
        for name, query in asked.items()
        if name in wanted and (letter := group_of(name))
    ]


def _wanted(question: str | None, group: str | None) -> list[str]:
    """Return the names of the questions that are meant."""
    asked = queries("questions")
    if question is not None and group is not None:
        raise UsageError("expected a question or --group, found both")
    if group is not None:
        try:
            letter = group_named(group)
        except KeyError:
            known = "; ".join(f"{letter} {name}" for letter, (name, _) in GROUPS.items())
            raise UsageError(f"no group {group!r}: the groups are {known}") from None
        return [name for name in asked if group_of(name) == letter]
    if question is None:
        return list(asked)
    digits = question.lstrip("Qq")
    name = f"Q{int(digits):02d}" if digits.isdigit() else question
    if name not in asked:
        raise UsageError(f"no question {question!r}: they are Q01 to Q{len(asked)}; see 'toolkit ask CASE --list'")
    return [name]


def _day(case: Case, text: str) -> Interval:
    """Return the day that --as-at names, if the case can speak as at it."""
    day = interval(text)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or day.precision != "day":
        raise UsageError(f"--as-at: expected a day as YYYY-MM-DD, found {text!r}")
    begins, speaks = interval(case.settings.about.from_), case.as_at
    if day.latest and begins.earliest and day.latest <= begins.earliest:
        raise UsageError(
            f"--as-at {text}: before the period of the case, which begins {begins.text}: nothing to answer"
        )
    if day.earliest and speaks.latest and day.earliest >= speaks.latest:
        raise UsageError(
            f"--as-at {text}: the case speaks as at {speaks.text}: what was so later, no source here can say"
        )
    return day


def _as_at(case: Case, wanted: Collection[str], day: Interval) -> list[Answer]:
    """Return the answers from what stood at the end of that day; each says so."""
    if not (case.folder("ingest") / "sources.parquet").exists():
        raise UsageError("no tables yet: run 'toolkit ingest CASE' first")
    with case.connect(as_at=day) as tables:
        frame = answers_table(tables, wanted)
        checks = as_checks(statement_checks(tables, frame, table("verdicts").schema().to_frame()))
        found = narrowing.narrowed(tables)
    caveat = f"as at {day.text}: rows written later are left out: {found.left_out:,}"
    if found.doubtful:
        caveat += f"; kept, though they may have been written later: {found.doubtful:,}"
    answers = [replace(answer, caveats=(*answer.caveats, caveat)) for answer in as_answers(frame)]
    return _with_statements(answers, checks)


def _with_statements(answers: list[Answer], checks: Mapping[str, list[StatementCheck]]) -> list[Answer]:
    """Return the answers with the earlier statements that they bear on."""
    return [
        replace(answer, statements=found) if (found := checks_of(checks, answer.question, answer)) else answer
        for answer in answers
    ]
