"""`toolkit reconstruct`: the answers and the verdicts."""

import dataclasses
import json

import msgspec
import polars as pl

from toolkit.answers import Answer, Verdict
from toolkit.audit import asking
from toolkit.case import STEPS, Case, Run
from toolkit.custody.digest import file_digest
from toolkit.steps.job import job
from toolkit.tables import table


def reconstruct(case: Case) -> Run:
    """
    Answer every question and judge every rule from the tables, and write `answers` and `verdicts`.

    Raises:
        UsageError: If nothing has been ingested yet.
    """
    with job(
        case,
        "reconstruct",
        {"tables": outcomes(case, "reconstruct"), "settings": facts(case), "models": asking.models()},
    ) as work:
        if not work.up_to_date:
            with case.connect() as tables:
                answers, verdicts = asking.answer(tables), asking.judge(tables)
            work.write("answers", _frame("answers", [_answer_row(found) for found in answers]))
            work.write("verdicts", _frame("verdicts", [_verdict_row(found) for found in verdicts]))
    return work.result()


def _frame(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=table(name).schema(), orient="row")


def _answer_row(found: Answer) -> dict[str, object]:
    return {
        **_verdict_row(found),
        "value": json.dumps(found.value, ensure_ascii=False, sort_keys=True),
        "coverage": json.dumps(dataclasses.asdict(found.coverage), ensure_ascii=False, sort_keys=True),
    }


def _verdict_row(found: Answer | Verdict) -> dict[str, object]:
    row = dataclasses.asdict(found)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def outcomes(case: Case, before: str) -> dict[str, str]:
    """Return the digest of every table that the steps before this one have written."""
    earlier = STEPS[: STEPS.index(before)]
    files = sorted(path for step in earlier for path in case.folder(step).rglob("*.parquet"))
    return {case.relative(path): file_digest(path) for path in files}


def facts(case: Case) -> dict[str, object]:
    """Return what answers depend on beside tables, as JSON without floats."""
    settings = case.settings
    mandate = settings.mandate
    return {
        "about": msgspec.to_builtins(settings.about),
        "as_at": case.as_at.text,
        "rules": msgspec.to_builtins(settings.rules),
        "threshold": None if mandate is None else str(mandate.threshold),
    }
