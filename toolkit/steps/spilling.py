"""The tables of a case for a step that may need more memory than there is: what does not fit waits under `cache/`."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from toolkit.case import Case
from toolkit.custody import write


@contextmanager
def connected(case: Case, shared: str = "sql", *, before: str, threads: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """
    Give the tables before a step; what spilled, now or in a run that was killed, does not stay.

    Args:
        case: The case, which the step has locked.
        shared: See `Case.connect`.
        before: The step.
        threads: Threads of DuckDB.
    """
    spill = case.root / "cache" / "spill"
    write.empty(spill)
    with case.connect(shared, before=before, threads=threads, spill=spill) as tables:
        yield tables
    write.empty(spill)
