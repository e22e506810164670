"""`toolkit sweep --top K`: the nearest candidates of each probe, for a person's look. The table itself is never cut."""

from dataclasses import dataclass

import polars as pl

from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.steps.consulted import consulted


@dataclass(frozen=True)
class Nearest:
    """
    The nearest candidates of each probe, and how many more there are.

    Args:
        most: How many of each probe at most: a cap, after the threshold decided which pairs are candidates.
        candidates: Rows of the table `candidates` of rank 1 to *most*.
        below: Probe -> number of its candidates that are ranked lower; every probe that was searched.
    """

    most: int
    candidates: pl.DataFrame
    below: dict[str, int]


def nearest(case: Case, most: int) -> Nearest:
    """
    Return the nearest candidates of each probe; that they were asked for goes on record.

    Raises:
        UsageError: If *most* is below 1, or there was no sweep yet.
    """
    if most < 1:
        raise UsageError(f"--top: expected 1 or more, found {most}")
    found = case.table("candidates")
    searched = case.table("probes").filter("searched").select("probe_id", n="candidates_at_t")
    consulted(case, f"sweep --top {most}")
    below = {probe: max(n - most, 0) for probe, n in searched.iter_rows()}
    return Nearest(most, found.filter(pl.col("rank") <= most), below)
