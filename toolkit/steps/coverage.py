"""`toolkit coverage`: what was examined, and what was not and why."""

import polars as pl

from toolkit.case import Case
from toolkit.steps.consulted import consulted


def coverage(case: Case) -> pl.DataFrame:
    """
    Return the table `examinations`: what was examined and not, by unit, system, period, method; that goes on record.

    Raises:
        UsageError: If the case has not been reconstructed yet.
    """
    found = case.table("examinations")
    consulted(case, "coverage")
    return found
