"""Workbooks and PDFs made on the page of a test, byte by byte: as small as they can be."""

import io
import zipfile
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter

Cell = str | tuple[str, str] | None
"""Text; or (attributes, value) of a cell that is none: ('', '1E5') a number, ('t="b"', '1') true; or nothing."""
Sheet = tuple[str, str, dict[int, Sequence[Cell]]]
"""Name, state ('' or hidden), and the cells of each row by its number."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DAY, TIME = 's="1"', 's="2"'
"""Attributes of a cell whose number is shown as a day, or as a day and time."""


def workbook(*sheets: Sheet) -> bytes:
    """Return an XLSX; its times are of the same day every time, so that the bytes are."""
    parts = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in parts
    )
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}"{f" state={state!r}" if state else ""} r:id="rId{n}"/>'
        for n, (name, state, _) in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in parts
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/>'
        '<xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}<Relationship '
        f'Id="rId0" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, (_, _, rows) in enumerate(sheets, 1)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0"?>{text}')
    return out.getvalue()


def _sheet(rows: dict[int, Sequence[Cell]]) -> str:
    cells = ""
    for number, row in rows.items():
        cells += f'<row r="{number}">'
        for column, cell in enumerate(row):
            place = f"{chr(ord('A') + column)}{number}"
            if isinstance(cell, tuple):
                cells += f'<c r="{place}" {cell[0]}><v>{cell[1]}</v></c>'
            elif cell is not None:
                cells += f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>'
        cells += "</row>"
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def pdf(*pages: str, password: str = "", attached: dict[str, bytes] | None = None) -> bytes:
    """Return a PDF with these texts, a line each; a blank text makes a page as a scan is."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        lines = "".join(f"({line}) Tj 0 -14 Td " for line in text.split("\n")) if text else ""
        stream = f"BT /F1 12 Tf 72 700 Td {lines}ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
        objects.append((page + "/Resources << /Font << /F1 3 0 R >> >> >>").encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}"
    )
    whole = out + trailer.encode() + b"\n%%EOF\n"
    if not password and not attached:
        return whole
    writer = PdfWriter(PdfReader(io.BytesIO(whole)))
    for name, content in (attached or {}).items():
        writer.add_attachment(name, content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()
