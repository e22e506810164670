"""`toolkit ask --why`, `toolkit check --why`: from a sentence to the records, and to what would most change it."""

import json
from dataclasses import replace
from typing import TypeVar

import numpy as np
import polars as pl

from toolkit.answers import Answer, Verdict
from toolkit.audit import origins
from toolkit.audit.why import Manifest, Why, why_answer, why_verdict
from toolkit.case import Case
from toolkit.custody import manifest
from toolkit.custody.digest import shown
from toolkit.dates import interval
from toolkit.problems import Origin
from toolkit.steps.ask import ask
from toolkit.steps.check import check

_Said = TypeVar("_Said", Answer, Verdict)


def why(case: Case, name: str, *, subject: str | None = None, as_at: str | None = None) -> list[Why]:
    """
    Return why each answer to a question, or each verdict on a rule, is what it is.

    Args:
        case: The case; reconstructed.
        name: Question ("Q01") or rule ("R12").
        subject: Only that about this subject.
        as_at: Of a question, a day: see `toolkit.ask`.

    Raises:
        UsageError: If there is no such question or rule, or the case has not been reconstructed yet.
    """
    sealed = _sealed(case)
    if name[:1] in "Rr":
        verdicts = _about(case, check(case, name), subject)
        with case.connect() as tables:
            return [why_verdict(tables, verdict, sealed) for verdict in verdicts]
    answers = _about(case, ask(case, name, as_at=as_at), subject)
    with case.connect(as_at=interval(as_at) if as_at else None) as tables:
        return [why_answer(tables, answer, sealed) for answer in answers]


def _about(case: Case, found: list[_Said], subject: str | None) -> list[_Said]:
    """Return what is said about one subject, also where `answers` and `verdicts` only count it; None: all."""
    said = [one for one in found if subject in (None, one.subject)]
    if said or not found:
        return said
    kind, each = ("question", "answers_each") if isinstance(found[0], Answer) else ("rule", "verdicts_each")
    path = case.folder("reconstruct") / f"{each}.parquet"
    asked = getattr(found[0], kind)
    rows = pl.scan_parquet(path).filter(pl.col(kind) == asked, pl.col("subject") == subject).collect()
    if rows.is_empty():
        return []
    [row] = rows.to_dicts()
    keys = np.array(row.pop("evidence"), np.int64)
    known = case.table("origin_places")
    row["evidence"] = tuple(Origin(*place) for place in origins.records(keys, known).iter_rows())
    if kind == "question":
        row["value"] = json.loads(row["value"] or "null")
    lists = {name: tuple(row[name]) for name in ("caveats", "reasons", "flags") if name in row}
    return [replace(found[0], **row | lists)]


def _sealed(case: Case) -> Manifest:
    """Return the line and digest of each file of the manifest, by the name it has in tables."""
    entries = manifest.read(case.root) if (case.root / manifest.MANIFEST).exists() else []
    return {shown(entry.path): (line, entry.sha256) for line, entry in enumerate(entries, 1)}
