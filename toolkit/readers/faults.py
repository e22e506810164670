"""Faults of sources as rows of `problems`, and values as their messages show them."""

import polars as pl

from toolkit.tables import table

PROBLEMS = table("problems", "ingest").schema()

LARGEST_SHOWN = 80
"""Characters of a faulty value that a message shows; the record holds all of it."""


def problem(code: str, source: str, locator: str, message: str, kept: str) -> pl.DataFrame:
    """Return one row of `problems`."""
    return pl.DataFrame([(code, source, locator, message, kept)], schema=PROBLEMS, orient="row")


def quarantined(faults: pl.DataFrame, source: str, place: str = "line") -> pl.DataFrame:
    """Return the faults of a block's rows as rows of `problems`."""
    return faults.select(
        "code",
        pl.lit(source).alias("source"),
        (f"{place} " + pl.col("line").cast(pl.String)).alias("locator"),
        "message",
        pl.lit("row kept in quarantine").alias("kept"),
    )


def shown(value: str | list[str]) -> str:
    r"""
    Return a value, or several, as a message shows them: on one line, quoted, nothing that a terminal would obey.

    >>> shown("May?\n")
    "'May?\\n'"
    """
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return repr(value if len(value) <= LARGEST_SHOWN else value[:LARGEST_SHOWN] + "…")
