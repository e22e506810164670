"""Tables as CSV for people with a spreadsheet. The Parquet file beside each stays the record, unchanged."""

import polars as pl

from toolkit.columns import Column, Table
from toolkit.shown import visible, visible_json

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters that make a spreadsheet calculate a cell (OWASP, CSV injection), full-width forms included."""

EVIDENCE = "records it rests on; of more than 1,000, the first of each place; all are in answer_evidence of the case"
_UNSEEN = r"[\p{C}\p{Zl}\p{Zp}]"
"""What `visible` may have to escape."""


def csv_text(frame: pl.DataFrame) -> str:
    r"""
    Return a table as CSV: lists and records as JSON, and a ' before text that a spreadsheet would calculate.

    Characters that are not seen stand there as their escapes, but for newline and tab.

    >>> csv_text(pl.DataFrame({"a": ["=1+1", "b"], "n": [-1, 2], "c": [["x"], []]}))
    'a,n,c\n\'=1+1,-1,"[""x""]"\nb,2,[]\n'
    """
    return frame.select(_cell(column) for column in frame.iter_columns()).write_csv()


def _cell(column: pl.Series) -> pl.Series:
    if column.dtype.is_nested():
        values = column.to_list()
        texts = [None if value is None else visible_json(value) for value in values]
        column = pl.Series(column.name, texts, pl.String)
    if column.dtype != pl.String:
        return column
    if column.str.contains(_UNSEEN).any():
        texts = [None if text is None else visible(text, keep="\n\t") for text in column]
        column = pl.Series(column.name, texts, pl.String)
    frame = column.to_frame()
    cell = pl.col(column.name)
    risky = pl.any_horizontal(*(cell.str.starts_with(mark) for mark in FORMULA))
    return frame.select(pl.when(risky).then(pl.lit("'") + cell).otherwise(cell).alias(column.name)).to_series()


def sidecar(described: Table, frame: pl.DataFrame, coverage: pl.DataFrame, report_id: str) -> str:
    """
    Return what must travel with a CSV: what a row and each column is, how many rows, and what was not examined.

    Args:
        described: The table.
        frame: Its rows.
        coverage: The case's coverage: measure, cause (null: examined), n.
        report_id: The report it belongs to.
    """
    more = {"evidence": EVIDENCE} if "evidence" in frame.columns else {}
    causes = coverage.group_by("step", "measure", "cause").agg(pl.col("n").sum()).sort("step", "measure", "cause")
    return (
        visible_json(
            {
                "table": described.name,
                "report": report_id,
                "row": described.doc,
                "rows": frame.height,
                "columns": {name: doc for column in described.columns for name, doc in _documented(column)} | more,
                "coverage": [
                    {"step": step, "measure": measure, "cause": cause or "examined", "n": n}
                    for step, measure, cause, n in causes.iter_rows()
                ],
                "cells": "a ' stands before text that a spreadsheet would calculate; the Parquet file has none",
            },
            indent=2,
        )
        + "\n"
    )


def _documented(column: Column) -> list[tuple[str, str]]:
    return [(name, column.doc) for name in column.stored()]
