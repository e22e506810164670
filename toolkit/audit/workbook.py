"""
Tables as a workbook (XLSX, ECMA-376): each value a number, a yes or no, or a text that no spreadsheet calculates.

Texts are inline strings whose cells carry the mark of a text (`quotePrefix`), so that they stay texts where somebody
edits them or saves the sheet as CSV. No formula, link, macro or outside reference is ever written.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

import polars as pl

from toolkit.errors import UsageError
from toolkit.shown import visible, visible_json

MOST_ROWS, MOST_CHARS = 1_048_576, 32_767
"""Rows of a sheet with its header, and characters of a cell, that Excel opens (its published limits)."""

_CUT = " ... cut; whole in the Parquet file"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" quotePrefix="1" numFmtId="49" applyNumberFormat="1"/></cellXfs>'
    "</styleSheet>"
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can state, so that the same tables give the same bytes


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
    numbered = list(enumerate(sheets, 1))
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n, _ in numbered
    )
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in numbered)
    relations = "".join(_relation(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{types}</Types>',
        "_rels/.rels": _relations(_relation("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(relations + _relation("styles", "styles", "styles.xml")),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for path, text in parts.items():
            file.writestr(_named(path), _XML + text)
        file.writestr(_named("xl/styles.xml"), _STYLES)
        for n, name in numbered:
            file.writestr(_named(f"xl/worksheets/sheet{n}.xml"), "".join(_sheet(sheets[name])))
    return content.getvalue()


def _sheet(frame: pl.DataFrame) -> Iterator[str]:
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
    for number, row in enumerate([tuple(frame.columns), *frame.iter_rows()], 1):
        cells = "".join(_cell(f"{_letters(at)}{number}", value) for at, value in enumerate(row) if value is not None)
        yield f'<row r="{number}">{cells}</row>'
    yield "</sheetData></worksheet>"


def _cell(place: str, value: object) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" s="1" t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'


def _text(value: object) -> str:
    r"""
    Return a cell's text as XML.

    >>> _text("<b>\x1b =1+1 _x0041_"), _text(["=1"])
    ('&lt;b&gt;\\x1b =1+1 _x005F_x0041_', '["=1"]')
    """
    if isinstance(value, dt.datetime | dt.date):
        text = value.isoformat()
    else:
        text = visible(value, keep="\n\t") if isinstance(value, str) else visible_json(value)
    if len(text) > MOST_CHARS:
        text = text[: MOST_CHARS - len(_CUT)] + _CUT
    return escape(re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text))  # else a spreadsheet reads a character's code


def _letters(at: int) -> str:
    """
    Return the name of a column, counted from 0.

    >>> [_letters(at) for at in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    before, last = divmod(at, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'


def _relations(listed: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _named(path: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(path, _EPOCH)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found
