"""Answers and verdicts as Markdown (CommonMark with tables), to be put into a document of somebody's own."""

import re
from collections.abc import Iterable, Mapping

import polars as pl

from toolkit.answers import Answer, Verdict
from toolkit.audit.page import coverage_text, examination_rows
from toolkit.audit.sentences import answer_sentence, headlines, statement_text, value_text, verdict_sentence
from toolkit.shown import visible

RECORDS_SHOWN = 20
_MARKS = re.compile(r"[\\`*_\[\]<>|~$&@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""
What may begin markup, HTML, an entity or a link where it does not begin a line, which evidence never does here.

CommonMark (2.4) lets a backslash stand before any of it. The colon of an address, the dot after `www` and @ are among
them, because some readers turn bare addresses into links.
"""


def answers_markdown(
    answers: Iterable[Answer],
    verdicts: Iterable[Verdict],
    about: Mapping[str, str],
    examinations: pl.DataFrame | None = None,
) -> str:
    """
    Return the headline table, every answer under its question, every verdict under its rule, and what was examined.

    Args:
        answers: All of them, in order.
        verdicts: All of them, in order.
        about: title, period, as_at, and others to state at the end.
        examinations: The table of that name.
    """
    answers = list(answers)
    lines = [f"# {plain(about['title'])}", "", f"Period {plain(about['period'])}, as at {plain(about['as_at'])}.", ""]
    lines += ["| question | state | value |", "| --- | --- | --- |"]
    lines += [
        f"| {plain(label)} | {plain(answer.state)} | {plain(value_text(answer))} |"
        for label, answer in headlines(answers)
    ]
    asked = None
    for answer in answers:
        if answer.question != asked:
            asked = answer.question
            lines += [
                "",
                f"## {plain(answer.question)} {plain(answer.title)}",
                "",
                plain(coverage_text(answer.coverage)),
            ]
            lines.append("")
        lines.append(_item(answer.subject, answer.state, answer_sentence(answer), answer))
        lines += [f"  - note: {plain(caveat)}" for caveat in answer.caveats]
        lines += _bearings(answer)
    judged = None
    for verdict in verdicts:
        if verdict.rule != judged:
            judged = verdict.rule
            lines += ["", f"## {plain(verdict.rule)} {plain(verdict.title)}", ""]
        lines.append(_item(verdict.subject, verdict.verdict, verdict_sentence(verdict), verdict))
        lines += _bearings(verdict)
    if examinations is not None:
        lines += _examined(examinations)
    stated = [f"- {plain(name)}: {plain(value)}" for name, value in about.items() if name not in _HEAD]
    return "\n".join([*lines, "", "## About this text", "", *stated, ""])


_HEAD = ("title", "period", "as_at")


def plain(text: str) -> str:
    r"""
    Return a text of evidence as Markdown that reads as it stands: one line, no markup, no link.

    >>> print(plain("[x](javascript:a) <b> www.example.org\n# y"))
    \[x\](javascript:a) \<b\> www\.example.org\\n# y
    """
    return _MARKS.sub(r"\\\g<0>", visible(text))


def _bearings(found: Answer | Verdict) -> list[str]:
    """Return the earlier public statements that an answer or a verdict bears on."""
    return [f"  - **{check.bearing}** {plain(statement_text(check))}" for check in found.statements]


def _examined(examinations: pl.DataFrame) -> list[str]:
    """Return what was examined, and what was not, as a table."""
    names = ("method", "system", "unit_ref", "covers_text", "complete", "counted", "examined", "causes")
    titles = ("method", "system", "unit", "period", "complete", "declared", "examined", "not examined")
    lines = [
        "",
        "## What was examined, and what was not",
        "",
        f"| {' | '.join(titles)} |",
        "|" + " --- |" * len(titles),
    ]
    for row in examination_rows(examinations):
        cells = (plain("" if row[name] is None else str(row[name])) for name in names)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _item(subject: str | None, state: str, sentence: str, found: Answer | Verdict) -> str:
    about = f"{plain(subject)}: " if subject else ""
    rests = f" Rests on: {plain('; '.join(map(str, found.evidence[:RECORDS_SHOWN])))}" if found.evidence else ""
    more = found.records - RECORDS_SHOWN
    others = f" and {more:,} more" if rests and more > 0 else ""
    return f"- **{plain(state)}** {about}{plain(sentence)}{rests}{others}{'.' if rests else ''}"
