"""`toolkit check`: the verdicts of a reconstructed case."""

from dataclasses import replace

import polars as pl

from toolkit.answers import Verdict
from toolkit.audit.asking import as_verdicts
from toolkit.audit.statements import as_checks, checks_of
from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.steps.consulted import consulted
from toolkit.steps.records import with_records


def check(case: Case, rule: str | None = None) -> list[Verdict]:
    """
    Return the verdicts on a rule ("R12"), or on all, in order; that they were asked for goes on record.

    Raises:
        UsageError: If the case has not been reconstructed yet, or there is no such rule.
    """
    if rule is None:
        found = verdicts_of(case)
        consulted(case, "check")
        return found
    known = case.table("verdicts")["rule"].unique(maintain_order=True)
    wanted = f"r{int(rule[1:])}" if rule[1:].isdigit() else rule.lower()
    name = next((name for name in known if name.lower() == wanted), None)
    if name is None:
        raise UsageError(f"no verdict on {rule!r}: this case has verdicts on {', '.join(known)}")
    found = verdicts_of(case, name)
    consulted(case, f"check {name}")
    return found


def verdicts_of(case: Case, rule: str | None = None) -> list[Verdict]:
    """Return the verdicts on a rule, or all, for another step: nobody is asking."""
    checks = as_checks(case.table("statement_checks"))
    frame = case.table("verdicts")
    if rule is not None:
        frame = frame.filter(pl.col("rule") == rule)
    return [
        replace(verdict, statements=bears) if (bears := checks_of(checks, verdict.rule, verdict)) else verdict
        for verdict in as_verdicts(with_records(case, frame))
    ]
