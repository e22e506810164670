"""What is said of single subjects where `answers` and `verdicts` only count them."""

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any, TypeVar

import polars as pl

from toolkit.answers import Answer, Verdict
from toolkit.audit import origins
from toolkit.case import Case
from toolkit.steps.records import with_all_records

Said = TypeVar("Said", Answer, Verdict)


def said_of(case: Case, like: Said, subjects: Collection[str]) -> list[Said]:
    """
    Return the answers to a question, or the verdicts on a rule, about some of many subjects, in the order of these.

    Args:
        case: The case; reconstructed.
        like: Any answer to that question, or verdict on that rule.
        subjects: What they are wanted about.

    Raises:
        IntegrityError: If a file that holds them is not what the log has of it.
    """
    kind, name = ("question", "answers_each") if isinstance(like, Answer) else ("rule", "verdicts_each")
    rows = pl.scan_parquet(case.checked(case.folder("reconstruct") / f"{name}.parquet"))
    wanted = (pl.col(kind) == getattr(like, kind)) & pl.col("subject").is_in(sorted(subjects))
    found = with_all_records(case, rows.filter(wanted).collect())
    return [_said(like, row) for row in found.iter_rows(named=True)]


def _said(like: Said, row: dict[str, Any]) -> Said:
    row["evidence"] = origins.as_origins(row["evidence"])
    if "value" in row:
        row |= {"value": json.loads(row["value"] or "null"), "by_register": json.loads(row["by_register"] or "{}")}
    lists = {name: tuple(row[name]) for name in ("caveats", "reasons", "flags") if name in row}
    return replace(like, **row | lists, subjects=1)
