"""`toolkit check`: the verdicts of a reconstructed case."""

from toolkit.answers import Verdict
from toolkit.audit.asking import as_verdicts
from toolkit.case import Case
from toolkit.errors import UsageError


def check(case: Case, rule: str | None = None) -> list[Verdict]:
    """
    Return the verdicts on a rule ("R12"), or on all, in order.

    Raises:
        UsageError: If the case has not been reconstructed yet, or there is no such rule.
    """
    found = as_verdicts(case.table("verdicts"))
    if rule is None:
        return found
    wanted = f"r{int(rule[1:])}" if rule[1:].isdigit() else rule.lower()
    if verdicts := [verdict for verdict in found if verdict.rule.lower() == wanted]:
        return verdicts
    known = ", ".join(dict.fromkeys(verdict.rule for verdict in found))
    raise UsageError(f"no verdict on {rule!r}: this case has verdicts on {known}")
