"""What the report's page shows, put together from answers, verdicts and tables."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

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


def page_values(
    answers: list[Answer], verdicts: list[Verdict], images: Mapping[str, list[str]], coverage: pl.DataFrame
) -> dict[str, Any]:
    """
    Return what the template needs of answers and verdicts.

    Args:
        answers: All of them, in order.
        verdicts: All of them, in order.
        images: Reference of each disclosed image, in the order of their rows, and the occasions on which it went.
        coverage: The case's coverage rows.
    """
    questions: dict[str, list[Answer]] = {}
    for answer in answers:
        questions.setdefault(answer.question, []).append(answer)
    shown = [column for column in IMAGE_COLUMNS if column in questions]
    return {
        "headlines": [(label, answer, answer_sentence(answer)) for label, answer in headlines(answers)],
        "questions": [
            (group[0], [(answer, answer_sentence(answer)) for answer in group]) for group in questions.values()
        ],
        "many": {name: any(answer.subject for answer in group) for name, group in questions.items()},
        "coverage_text": {name: coverage_text(group[0].coverage) for name, group in questions.items()},
        "image_columns": [IMAGE_COLUMNS[column] for column in shown],
        "images": [
            (image, [_cells(questions[name], {image, *occasions}) for name in shown])
            for image, occasions in images.items()
        ],
        "verdicts": verdicts,
        "bearings": {name: _bearings(group) for name, group in questions.items()},
        "statement_checks": sorted(
            _bearings([*answers, *verdicts]), key=lambda found: (found[0].origin, found[0].topic, found[0].bearing)
        ),
        "coverage": coverage_rows(coverage),
    }


def _bearings(found: Iterable[Answer | Verdict]) -> list[tuple[StatementCheck, str]]:
    """Return each earlier statement that some answers or verdicts bear on, once, and how it is said."""
    checks = dict.fromkeys(check for one in found for check in one.statements)
    return [(check, statement_text(check)) for check in checks]


def _cells(answers: list[Answer], subjects: Collection[str]) -> list[tuple[Answer, str]]:
    """Return the answers about an image or an occasion on which it went, each with its value in words."""
    return [(answer, value_text(answer)) for answer in answers if answer.subject in subjects]


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
    select 'disclosures', 'disclosure', earliest, latest, '' from disclosures
    union all
    select 'footage ' || coalesce(camera_id, 'of no known camera'), 'footage', starts_earliest, starts_latest, ''
    from footage_files where starts_earliest is not null
    union all
    select 'public statements', 'statement', issued_earliest, issued_latest, '' from public_statements
    where issued_earliest is not null
"""
_LANES = ("disclosure", "agreement", "system", "footage", "statement")


def spans(tables: duckdb.DuckDBPyConnection) -> list[Span]:
    """Return what the timeline draws, in the order of its lanes."""
    found = {Span(*row) for row in tables.sql(_SPANS).fetchall()}
    return sorted(found, key=lambda span: (_LANES.index(span.kind), span.lane, str(span.earliest), str(span.latest)))
