"""
A CSV file as records, verbatim and with their place, and as cells of text; never a type is inferred.

UTF-8, with or without a byte-order mark. Every row is accepted, quarantined (kept verbatim in the records, with a coded
reason), or blank (nothing but delimiters and white space): rows in = accepted + quarantined + blank.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv

from toolkit.readers.rows import Positions, Row, Text, exact_row, regular_rows

BLOCK_BYTES = 16 * 1024 * 1024
"""Read at once: large enough for the vectorised way to pay, small enough for many workers."""
EXACT_BYTES = 64 * 1024
"""Read row by row where a stretch is not regular, before the fast way is tried again."""

RECORDS = pl.Schema({"line": pl.Int64, "byte": pl.Int64, "status": pl.String, "verbatim": pl.String})
FAULTS = pl.Schema({"code": pl.String, "line": pl.Int64, "message": pl.String})
_OTHER_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Header:
    """
    The first row that is not blank.

    Args:
        names: Its cells, stripped; empty where there is none.
        start: Offset of the row behind it.
        line: Line of the row behind it, from 1.
        blank: The blank rows before it: schema `RECORDS`.
        fault: Code and message where it cannot be read; `start` and `line` are then its own.
    """

    names: list[str]
    start: int
    line: int
    blank: pl.DataFrame
    fault: tuple[str, str] | None = None


@dataclass(frozen=True)
class Block:
    """
    Some rows of a file.

    Args:
        records: Every row; schema `RECORDS`.
        faults: Why rows are in quarantine; schema `FAULTS`.
        cells: The accepted rows: the header's columns as text.
        lines: The line of each accepted row.
    """

    records: pl.DataFrame
    faults: pl.DataFrame
    cells: pl.DataFrame
    lines: pl.Series


@dataclass(frozen=True)
class _Stretch:
    """Rows between two offsets, before they are judged; `cells` and `bad_quote_lines` only of the exact way."""

    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions
    after: int
    line_ends: int
    cells: list[list[bytes] | None] | None = None
    bad_quotes: dict[int, tuple[int, int]] | None = None


def wrong_encoding(text: Text) -> str | None:
    """Return what shows that a file is in an encoding that was not declared, as a whole; None: nothing does."""
    for bom in _OTHER_BOMS:
        if text[: len(bom)] == bom:
            return f"expected UTF-8, found the byte-order mark {bom.hex(' ')} of UTF-{16 if len(bom) == 2 else 32}"  # noqa: PLR2004
    return None


def read_header(text: Text) -> Header:
    r"""
    Return the header.

    >>> read_header(b"\n entry_ref ,occurred\r\n").names
    ['entry_ref', 'occurred']
    """
    at, line = (len(codecs.BOM_UTF8) if text[: len(codecs.BOM_UTF8)] == codecs.BOM_UTF8 else 0), 1
    blank: list[tuple[int, int, str, str]] = []
    names: list[str] = []
    fault = None
    while at < len(text):
        row = exact_row(text, at)
        raw = text[row.start : row.end]
        if raw.strip(b" \t,"):
            names, fault = _names(row, raw)
        else:
            blank.append((line, at, "blank", raw.decode()))
        if fault is None:
            at, line = row.after, line + text[row.start : row.after].count(b"\n")
        if names or fault:
            break
    return Header(names, at, line, pl.DataFrame(blank, schema=RECORDS, orient="row"), fault)


def _names(row: Row, raw: bytes) -> tuple[list[str], tuple[str, str] | None]:
    """Return the names of a header row, or what is wrong with it."""
    if row.cells is None:
        return [], ("T205", f"the header's quote at byte {row.bad_quote} does not close its cell")
    try:
        return [cell.decode().strip() for cell in row.cells], None
    except UnicodeDecodeError:
        return [], ("T201", f"the header is not UTF-8: {_first_bad(raw, row.start)}")


def read_blocks(text: Text, header: Header, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """
    Return the rows behind the header, some at a time and in order.

    Args:
        text: The whole file (bytes, or a read-only map of it).
        header: Its header.
        block_bytes: Read at once, about.
    """
    at, line, size = header.start, header.line, block_bytes
    while at < len(text):
        stretch = _fast(text, at, size)
        if stretch is None:
            stretch, size = _exact(text, at, min(block_bytes, EXACT_BYTES)), EXACT_BYTES
        size = min(2 * size, block_bytes)
        yield _judged(text[at : at + stretch.after], stretch, header.names, at, line)
        at, line = at + stretch.after, line + stretch.line_ends


def _fast(text: Text, at: int, size: int) -> _Stretch | None:
    """Return the rows of the next *size* bytes, or None where they are not regular."""
    piece = text[at : at + size]
    if codecs.BOM_UTF8 in piece:  # Arrow would take it off where it comes first
        return None
    rows = regular_rows(piece, last=at + size >= len(text))
    if rows is None:
        return None
    return _Stretch(rows.starts, rows.ends, rows.lines, rows.fields, rows.after, rows.line_ends)


def _exact(text: Text, at: int, size: int) -> _Stretch:
    """Return the rows of at least the next *size* bytes, read one by one; offsets and lines from the begin."""
    rows: list[Row] = []
    lines, bad_quotes, after = [0], {}, at
    while after < min(at + size, len(text)):
        row = exact_row(text, after)
        if row.cells is None:
            opened = lines[-1] + text[row.start : row.bad_quote].count(b"\n")
            bad_quotes[len(rows)] = (opened, row.bad_quote)
        rows.append(row)
        lines.append(lines[-1] + text[row.start : row.after].count(b"\n"))
        after = row.after
    return _Stretch(
        np.array([row.start - at for row in rows]),
        np.array([row.end - at for row in rows]),
        np.array(lines[:-1]),
        np.array([len(row.cells or ()) for row in rows]),
        after - at,
        lines[-1],
        [row.cells for row in rows],
        bad_quotes,
    )


def _judged(piece: bytes, stretch: _Stretch, names: list[str], at: int, line: int) -> Block:
    """Return the records, faults and cells of a stretch that begins at this offset and line of the file."""
    verbatim = _verbatim(piece, stretch)
    faults = _faults(piece, stretch, len(names), at, line)
    blank = (verbatim.str.strip_chars(" \t,") == "").to_numpy()
    accepted = ~blank
    accepted[[index for index in faults if not blank[index]]] = False
    status = np.where(blank, "blank", np.where(accepted, "accepted", "quarantined"))
    lines = pl.Series("line", stretch.lines + line, pl.Int64)
    records = pl.DataFrame([lines, pl.Series("byte", stretch.starts + at, pl.Int64)]).with_columns(
        pl.Series("status", status, pl.String), verbatim.alias("verbatim")
    )
    found = [(code, int(lines[row]), why) for row, (code, why) in sorted(faults.items()) if not blank[row]]
    cells = _cells(piece, stretch, accepted, names)
    return Block(records, pl.DataFrame(found, schema=FAULTS, orient="row"), cells, lines.filter(pl.Series(accepted)))


def _verbatim(piece: bytes, stretch: _Stretch) -> pl.Series:
    r"""Return each row as text; bytes that are none appear as \xff (the sealed file holds them, at the offset)."""
    try:
        piece.decode()
    except UnicodeDecodeError:
        regular = False
    else:
        regular = stretch.cells is None
    if regular:
        offsets = np.append(stretch.starts, stretch.after).astype(np.int64)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(piece)]
        rows = pl.Series(pa.LargeStringArray.from_buffers(len(stretch.starts), buffers[1], buffers[2]))
        return rows.str.strip_suffix("\n").str.strip_suffix("\r")
    spans = zip(stretch.starts.tolist(), stretch.ends.tolist(), strict=True)
    return pl.Series([piece[start:end].decode("utf-8", "backslashreplace") for start, end in spans], dtype=pl.String)


def _faults(piece: bytes, stretch: _Stretch, width: int, at: int, line: int) -> dict[int, tuple[str, str]]:
    """Return code and message of each faulty row, by its index; the least specific fault is overwritten."""
    found = {
        int(row): ("T204", f"expected {width} fields, as in the header, found {stretch.fields[row]}")
        for row in np.flatnonzero(stretch.fields != width)
    }
    bytes_ = np.frombuffer(piece, np.uint8)
    for row in _rows_with(bytes_ >= 128, stretch) if not piece.isascii() else ():  # noqa: PLR2004
        raw = piece[stretch.starts[row] : stretch.ends[row]]
        try:
            raw.decode()
        except UnicodeDecodeError:
            found[row] = "T201", f"not UTF-8: {_first_bad(raw, at + int(stretch.starts[row]))}"
    for row in _rows_with(bytes_ == 0, stretch) if b"\0" in piece else ():
        place = piece.index(b"\0", stretch.starts[row])
        found[row] = "T203", f"found a NUL byte at byte {at + place}"
    for row, (opened, place) in (stretch.bad_quotes or {}).items():
        found[row] = (
            "T205",
            f"the quote on line {line + opened}, byte {place}, does not close its cell",
        )
    return found


def _rows_with(mask: np.ndarray[tuple[int], np.dtype[np.bool_]], stretch: _Stretch) -> list[int]:
    """Return the indices of the rows in which a byte is marked."""
    rows = np.searchsorted(stretch.starts, np.flatnonzero(mask[: stretch.after]), side="right") - 1
    return [int(row) for row in np.unique(rows)]


def _first_bad(raw: bytes, offset: int) -> str:
    """Return '0x92 at byte 171', the first byte that is not UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"0x{raw[error.start]:02x} at byte {offset + error.start}"
    raise ValueError("all of it is UTF-8")


def _cells(
    piece: bytes, stretch: _Stretch, accepted: np.ndarray[tuple[int], np.dtype[np.bool_]], names: list[str]
) -> pl.DataFrame:
    """Return the cells of the accepted rows."""
    schema = dict.fromkeys(names, pl.String)
    if stretch.cells is not None:
        rows = [
            [cell.decode() for cell in cells]
            for cells, good in zip(stretch.cells, accepted, strict=True)
            if good and cells is not None
        ]
        return pl.DataFrame(rows, schema=schema, orient="row")
    if not accepted.any():
        return pl.DataFrame(schema=schema)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], accepted, [False])).astype(np.int8)))
    bounds = np.append(stretch.starts, stretch.after)[edges]
    good = b"".join(piece[begin:end] for begin, end in bounds.reshape(-1, 2))
    table = csv.read_csv(
        pa.py_buffer(good),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(good) + 1),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    return pl.DataFrame(table)
