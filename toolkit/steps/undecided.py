"""What is unread or unsaid, once every source is read; and what people read, from `hand/readings.csv`."""

from collections.abc import Mapping

import polars as pl

from toolkit.case import Case
from toolkit.readers.crosschecks import Frames
from toolkit.readers.known import unread_rows
from toolkit.readers.readings import NO_READINGS, READINGS_FILE, Readings, read_readings
from toolkit.steps.job import Job, shard_name

_LINE = pl.col("locator").str.extract("([0-9]+)$").cast(pl.Int64)


def people_read(case: Case, kinds: Mapping[str, str | None]) -> Readings:
    """
    Return what people read in cells, where they did.

    Args:
        case: The case.
        kinds: Source -> its kind.

    Raises:
        UsageError: If a line of `hand/readings.csv` cannot be understood.
    """
    path = case.root / READINGS_FILE
    return read_readings(path.read_bytes(), kinds) if path.exists() else NO_READINGS


def write_undecided(work: Job, parts: Mapping[str, list[pl.DataFrame]], readings: Readings, frames: Frames) -> None:
    """
    Write `unread_rows`, `blank_columns` and `readings`.

    Args:
        work: The step.
        parts: What each source told of them, and of `sources`.
        readings: What people read.
        frames: Every input table.
    """
    rows = unread_rows(pl.concat(parts["unread_rows"]), frames)
    for (source,), some in rows.sort("source", _LINE).group_by(["source"], maintain_order=True):
        work.write("unread_rows", some, shard_name(str(source)))
    work.write("blank_columns", pl.concat(parts["blank_columns"]).sort("source", "table_name", maintain_order=True))
    applied = pl.concat(parts["readings"])
    feeds = dict(pl.concat(parts["sources"]).select("source", "table").iter_rows())
    work.write("readings", readings.table(applied, feeds))
    parts["problems"].append(readings.problems(applied))
