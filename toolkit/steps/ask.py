"""`toolkit ask`: the answers of a reconstructed case."""

import json

from toolkit.answers import Answer, Coverage
from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.problems import Origin


def ask(case: Case, question: str | None = None) -> list[Answer]:
    """
    Return the answers to a question ("Q01", or "1"), or to all, in order.

    Raises:
        UsageError: If the case has not been reconstructed yet, or nobody asks that question.
    """
    rows = list(case.table("answers").iter_rows(named=True))
    if question is not None:
        wanted = f"Q{int(question.lstrip('Qq')):02d}" if question.lstrip("Qq").isdigit() else question
        known = sorted({row["question"] for row in rows})
        rows = [row for row in rows if row["question"] == wanted]
        if not rows:
            raise UsageError(f"no answer to {question!r}: this case answers {', '.join(known)}")
    return [
        Answer(
            question=row["question"],
            title=row["title"],
            paragraphs=tuple(row["paragraphs"]),
            subject=row["subject"],
            state=row["state"],
            value=json.loads(row["value"]),
            unit=row["unit"],
            evidence=tuple(Origin(**origin) for origin in row["evidence"]),
            coverage=Coverage(**json.loads(row["coverage"])),
            caveats=tuple(row["caveats"]),
        )
        for row in rows
    ]
