"""`toolkit run`: the straight way."""

import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.steps.index import index
from toolkit.steps.ingest import ingest
from toolkit.steps.link import link
from toolkit.steps.reconstruct import reconstruct
from toolkit.steps.report import report
from toolkit.steps.seal import seal
from toolkit.steps.sweep import sweep


def run(
    case: Case,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> list[Run]:
    """
    Take a case through every step that is not up to date.

    A case without footage or without a mandate is neither indexed nor swept; its answers about sweeps say so.

    Raises:
        AuthorityError: If there is a mandate, but it has expired or nothing lies inside it.
    """
    runs = [seal(case, progress=progress), ingest(case, workers=workers, progress=progress)]
    why_not = _why_no_sweep(case)
    if why_not:
        runs += [Run(step, did_work=False, notes=(f"skipped: {why_not}",)) for step in ("index", "sweep")]
    else:
        runs += [
            index(case, workers=workers, scheduler=scheduler, again=again, progress=progress),
            sweep(case, workers=workers, scheduler=scheduler, again=again, progress=progress),
        ]
    return [*runs, link(case), reconstruct(case), report(case)]


def _why_no_sweep(case: Case) -> str | None:
    if case.settings.mandate is None:
        return "case.toml states no mandate"
    if case.table("sources").filter(pl.col("kind") == "footage", pl.col("table").is_null()).is_empty():
        return "the case holds no footage"
    return None
