"""
Tables as a workbook (XLSX, ECMA-376): each cell is a text, and no spreadsheet calculates, follows or rounds any of it.

Cells carry the mark of a text (`quotePrefix`) and its format (`@`), so that they stay texts where somebody edits them
or saves the sheet as CSV. No formula, link, macro or outside reference is ever written.
"""

import datetime as dt
import io
from collections.abc import Mapping

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from toolkit.errors import UsageError
from toolkit.shown import visible, visible_json

MOST_ROWS, MOST_CHARS = 1_048_576, 32_767
"""Rows of a sheet with its header, and UTF-16 units of a cell, that Excel opens (its published limits)."""

_CUT = " ... cut; whole in the Parquet file"
_WRITTEN = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the properties state no zone; fixed: same tables, same bytes


def workbook(sheets: Mapping[str, pl.DataFrame]) -> bytes:
    """
    Return a workbook with one sheet a table, its columns' names in the first row.

    Args:
        sheets: Name (ours: letters only) and rows. Lists and records become JSON, times ISO 8601.

    Raises:
        UsageError: If a table has more rows than a sheet takes.
    """
    for name, frame in sheets.items():
        if frame.height >= MOST_ROWS:
            raise UsageError(f"{name}: {frame.height:,} rows, a sheet takes {MOST_ROWS - 1:,}: use the Parquet file")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": _WRITTEN})
        kind = book.add_format({"quote_prefix": True, "num_format": "@"})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate([tuple(frame.columns), *frame.iter_rows()]):
                for at, value in enumerate(row):
                    if value is not None:
                        _write(sheet, (number, at), _text(value), kind)
    return content.getvalue()


def _write(sheet: Worksheet, place: tuple[int, int], text: str, kind: Format) -> None:
    """Write a text as it is: XlsxWriter takes one that begins and ends like a run of its own for XML."""
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(*place, "<", kind, text[1:], kind)
    else:
        sheet.write_string(*place, text, kind)


def _text(value: object) -> str:
    r"""
    Return a cell's text; what is not seen is written as its escape.

    >>> _text("<b>\x1b =1+1"), _text(["=1"]), _text(True), _text(0.1), _text(2**53 + 1)
    ('<b>\\x1b =1+1', '["=1"]', 'true', '0.1', '9007199254740993')
    """
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    text = visible(value, keep="\n\t") if isinstance(value, str) else visible_json(value)
    units = text.encode("utf-16-le")
    if len(units) // 2 <= MOST_CHARS:
        return text
    return units[: 2 * (MOST_CHARS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
