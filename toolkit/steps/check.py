"""`toolkit check`: the verdicts of a reconstructed case."""

from dataclasses import replace

from toolkit.answers import Verdict
from toolkit.audit.asking import as_verdicts
from toolkit.audit.statements import as_checks, checks_of
from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.steps.consulted import consulted


def check(case: Case, rule: str | None = None) -> list[Verdict]:
    """
    Return the verdicts on a rule ("R12"), or on all, in order; that they were asked for goes on record.

    Raises:
        UsageError: If the case has not been reconstructed yet, or there is no such rule.
    """
    found = verdicts_of(case)
    if rule is None:
        consulted(case, "check")
        return found
    wanted = f"r{int(rule[1:])}" if rule[1:].isdigit() else rule.lower()
    if verdicts := [verdict for verdict in found if verdict.rule.lower() == wanted]:
        consulted(case, f"check {verdicts[0].rule}")
        return verdicts
    known = ", ".join(dict.fromkeys(verdict.rule for verdict in found))
    raise UsageError(f"no verdict on {rule!r}: this case has verdicts on {known}")


def verdicts_of(case: Case) -> list[Verdict]:
    """Return all verdicts, for another step: nobody is asking."""
    checks = as_checks(case.table("statement_checks"))
    return [
        replace(verdict, statements=bears) if (bears := checks_of(checks, verdict.rule, verdict.subject)) else verdict
        for verdict in as_verdicts(case.table("verdicts"))
    ]
