"""`toolkit check`: the verdicts of a reconstructed case."""

from toolkit.answers import Verdict
from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.problems import Origin


def check(case: Case, rule: str | None = None) -> list[Verdict]:
    """
    Return the verdicts on a rule ("R12"), or on all, in order.

    Raises:
        UsageError: If the case has not been reconstructed yet, or there is no such rule.
    """
    rows = list(case.table("verdicts").iter_rows(named=True))
    if rule is not None:
        wanted = f"R{int(rule[1:])}" if rule[1:].isdigit() else rule
        known = dict.fromkeys(row["rule"] for row in rows)
        rows = [row for row in rows if row["rule"].lower() == wanted.lower()]
        if not rows:
            raise UsageError(f"no verdict on {rule!r}: this case has verdicts on {', '.join(known)}")
    return [
        Verdict(
            rule=row["rule"],
            title=row["title"],
            paragraphs=tuple(row["paragraphs"]),
            subject=row["subject"],
            verdict=row["verdict"],
            reasons=tuple(row["reasons"]),
            flags=tuple(row["flags"]),
            evidence=tuple(Origin(**origin) for origin in row["evidence"]),
        )
        for row in rows
    ]
