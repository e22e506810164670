"""What the report's page shows, put together from answers, verdicts and tables."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb
import polars as pl

from toolkit.answers import Answer, Coverage, StatementCheck, Verdict
from toolkit.audit.charts import Span
from toolkit.audit.sentences import answer_sentence, causes_text, count_text, headlines, statement_text, value_text

IMAGE_COLUMNS = {
    "Q09": "shared",
    "Q35": "channel",
    "Q24": "agreement",
    "Q39": "enrolled",
    "Q40": "match on record",
    "Q42": "sweep of the footage",
    "Q53": "disposal",
}
"""Questions whose answers about an image, or an occasion on which it went, stand in its row, and the column's title."""

ON_PAGE = 200
"""Rows of a list that the page shows: nobody scrolls through more, and a browser opens it at once; tables hold all."""
_EACH = "tables/reconstruct/{}_each.parquet of the case"
_Row = TypeVar("_Row")
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Images:
    """
    The disclosed images.

    Args:
        shown: Reference of each of the first ON_PAGE, in the order of their rows, and the occasions on which it went.
        n: How many there are.
        answers: What is said about those shown, and about these occasions; others may be among them.
    """

    shown: Mapping[str, list[str]]
    n: int
    answers: Sequence[Answer]


def page_values(
    answers: list[Answer],
    verdicts: list[Verdict],
    images: Images,
    coverage: pl.DataFrame,
    examinations: pl.DataFrame,
) -> dict[str, Any]:
    """
    Return what the template needs of answers and verdicts.

    Args:
        answers: All of them, in order.
        verdicts: All of them, in order.
        images: The disclosed images.
        coverage: The case's coverage rows.
        examinations: The table of that name.
    """
    questions = _grouped(answers, lambda answer: answer.question)
    rules = _grouped(verdicts, lambda verdict: verdict.rule)
    shown = [column for column in IMAGE_COLUMNS if column in questions]
    of_images = _grouped(images.answers, lambda answer: answer.question)
    by_subject = {name: _grouped(of_images.get(name, ()), lambda answer: answer.subject) for name in shown}
    of_sources = coverage_rows(coverage)
    return {
        "headlines": [(label, answer, answer_sentence(answer)) for label, answer in headlines(answers)],
        "questions": [
            (group[0], [(answer, answer_sentence(answer)) for answer in first(group)], _rest_of_answers(group))
            for group in questions.values()
        ],
        "many": {name: any(answer.subject for answer in group) for name, group in questions.items()},
        "coverage_text": {name: coverage_text(group[0].coverage) for name, group in questions.items()},
        "image_columns": [IMAGE_COLUMNS[column] for column in shown],
        "images": [
            (image, [_cells(by_subject[name], [image, *occasions]) for name in shown])
            for image, occasions in images.shown.items()
        ],
        "images_rest": rest(images.n, _EACH.format("answers") if _counts(images.answers) else "tables/answers.csv"),
        "on_page": ON_PAGE,
        "rules": [(first(_breaches_first(group)), _rest_of_verdicts(group)) for group in rules.values()],
        "bearings": {name: _bearings(group) for name, group in questions.items()},
        "statement_checks": sorted(
            _bearings([*answers, *verdicts]), key=lambda found: (found[0].origin, found[0].topic, found[0].bearing)
        ),
        "coverage": first(of_sources),
        "coverage_rest": rest(len(of_sources), "tables/*/coverage.parquet of the case"),
        "examinations": examination_rows(examinations),
    }


def _bearings(found: Iterable[Answer | Verdict]) -> list[tuple[StatementCheck, str]]:
    """Return each earlier statement that some answers or verdicts bear on, once, and how it is said."""
    checks = dict.fromkeys(check for one in found for check in one.statements)
    return [(check, statement_text(check)) for check in checks]


def first(rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return the rows of a list that the page shows."""
    return rows[:ON_PAGE]


def rest(rows: int, where: str, kinds: Iterable[str] = ()) -> str:
    """
    Return a sentence about the rows that the page does not show; "" where it shows all.

    Args:
        rows: How many there are.
        where: File that holds all.
        kinds: The kind of each, to be counted.

    >>> rest(201, "tables/answers.csv", ["not_found"] * 200 + ["attested"])
    'The first 200 of 201 (200 not found, 1 attested); all are in tables/answers.csv.'
    """
    if rows <= ON_PAGE:
        return ""
    counted = ", ".join(f"{n:,} {kind.replace('_', ' ')}" for kind, n in Counter(kinds).most_common())
    return f"The first {ON_PAGE} of {rows:,}{f' ({counted})' if counted else ''}; all are in {where}."


def _breaches_first(group: list[Verdict]) -> list[Verdict]:
    """Return verdicts as they are; where the page does not show all, breaches first."""
    return sorted(group, key=lambda verdict: verdict.verdict != "breach") if len(group) > ON_PAGE else group


def _rest_of_answers(group: list[Answer]) -> str:
    said = rest(len(group), "tables/answers.csv", (answer.state for answer in group))
    return f"{said} {_singles('answers', f'ask CASE {group[0].question}') if _counts(group) else ''}".strip()


def _rest_of_verdicts(group: list[Verdict]) -> str:
    said = rest(len(group), "tables/verdicts.csv", (verdict.verdict for verdict in group))
    return f"{said} {_singles('verdicts', f'check CASE {group[0].rule}') if _counts(group) else ''}".strip()


def _counts(found: Iterable[Answer | Verdict]) -> bool:
    """Return whether any of them counts subjects."""
    return any(one.subjects > 1 for one in found)


def _singles(name: str, command: str) -> str:
    """Return where each subject of a group stands by itself."""
    where = _EACH.format(name)
    return f"Each subject of a group, with its own records, is in {where}: toolkit {command} --why --subject SUBJECT."


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], _Key]) -> dict[_Key, list[_Row]]:
    """Return rows by their key; keys, and the rows of each, in the order they came in."""
    found: dict[_Key, list[_Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _cells(answers: Mapping[str | None, list[Answer]], subjects: Collection[str]) -> list[tuple[Answer, str]]:
    """Return the answers about an image or an occasion on which it went, each with its value in words."""
    found = [answer for subject in sorted(set(subjects)) for answer in answers.get(subject, ())]
    return [(answer, value_text(answer)) for answer in found]


def coverage_text(coverage: Coverage) -> str:
    """
    Return coverage as a sentence.

    >>> coverage_text(Coverage("frames", 1900, 380, {"frame_not_sampled": 1520}))
    'Coverage: 380 of 1,900 frames examined; not examined: 1,520 frame not sampled.'
    >>> coverage_text(Coverage("rows", None, 12))
    'Coverage: 12 rows examined; how many there are is not known.'
    """
    causes = causes_text(coverage.not_examined)
    missing = f"; not examined: {causes}" if causes else ""
    if coverage.declared is None:
        return f"Coverage: {coverage.examined:,} {coverage.measure} examined{missing}; how many there are is not known."
    return f"Coverage: {coverage.examined:,} of {coverage.declared:,} {coverage.measure} examined{missing}."


_SOURCE = ["method", "system", "unit_ref", "source", "covers_text", "complete", "measure"]


def coverage_rows(coverage: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row a source and measure: declared, examined, and the causes of what was not, as text."""
    grouped = (
        coverage.group_by(_SOURCE, maintain_order=True)
        .agg(
            pl.col("n").sum().alias("declared"),
            pl.col("n").filter(pl.col("cause").is_null()).sum().alias("examined"),
            pl.struct("cause", "n").filter(pl.col("cause").is_not_null()).alias("causes"),
        )
        .sort("method", "source", "measure", nulls_last=True)
    )
    return [{**row, "not_examined": _causes(row["causes"])} for row in grouped.iter_rows(named=True)]


def examination_rows(examinations: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the table `examinations` with its causes as text."""
    return [
        {
            **row,
            "counted": count_text(row["declared"], row["measure"]),
            "causes": causes_text({found["cause"]: found["n"] for found in row["not_examined"]}),
        }
        for row in examinations.iter_rows(named=True)
    ]


def _causes(causes: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"{found['n']:,} {found['cause'].replace('_', ' ')}" for found in causes if found["n"])


_SPANS = """
    select 'agreement ' || agreement_ref || ' v' || version, 'agreement', begins_earliest, ends_latest, ''
    from agreement_versions
    union all
    select 'system ' || system_ref, 'system', operated_from_earliest, operated_to_latest, '' from systems
    union all
    select case when is_entered then 'disclosures' else 'by another register only' end, 'disclosure',
        earliest, latest, ''
    from sharings
    union all
    select 'footage ' || coalesce(camera_id, 'of no known camera'), 'footage', starts_earliest, starts_latest, ''
    from footage_files where starts_earliest is not null
    union all
    select 'public statements', 'statement', issued_earliest, issued_latest, '' from public_statements
    where issued_earliest is not null
"""
VIEWS = ("sharings",)
"""Shared views that `spans` reads."""
_LANES = ("disclosure", "agreement", "system", "footage", "statement")


def spans(tables: duckdb.DuckDBPyConnection) -> list[Span]:
    """Return what the timeline draws, in the order of its lanes."""
    found = {Span(*row) for row in tables.sql(_SPANS).fetchall()}
    return sorted(found, key=lambda span: (_LANES.index(span.kind), span.lane, str(span.earliest), str(span.latest)))
