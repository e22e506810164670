"""
A delimited text as records, verbatim and with their place, and as cells of text; never a type is inferred.

UTF-8, with or without a byte-order mark, or a declared encoding of eight bits. Every row is accepted, quarantined (kept
verbatim in the records, with a coded reason), or blank (nothing but delimiters and white space): rows in = accepted +
quarantined + blank.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from toolkit.readers.pieces import RECORDS, USUAL, Block, Dialect, Piece, Stretch, called, first_bad, judged
from toolkit.readers.rows import Row, Text, exact_row, let_go, regular_rows

BLOCK_BYTES = 16 * 1024 * 1024
"""Read at once: large enough for the vectorised way to pay, small enough for many workers."""
EXACT_BYTES = 64 * 1024
"""Read row by row where a stretch is not regular, before the fast way is tried again."""


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


def read_header(text: Text, dialect: Dialect = USUAL) -> Header:
    r"""
    Return the header.

    >>> read_header(b"\n entry_ref ,occurred\r\n").names
    ['entry_ref', 'occurred']
    """
    at, line = (len(codecs.BOM_UTF8) if text[: len(codecs.BOM_UTF8)] == codecs.BOM_UTF8 else 0), 1
    while line < (dialect.header_line or 1) and at < len(text):
        end = text.find(b"\n", at)
        at, line = (end + 1 if end >= 0 else len(text)), line + 1
    blank: list[tuple[int, int, str, str]] = []
    names: list[str] = []
    fault = None
    while at < len(text):
        row = exact_row(text, at, dialect.marks)
        raw = text[row.start : row.end]
        if raw.strip(dialect.space.encode()):
            names, fault = _names(row, raw, dialect.encoding)
        else:
            blank.append((line, at, "blank", raw.decode()))
        if fault is None:
            at, line = row.after, line + text[row.start : row.after].count(b"\n")
        if names or fault:
            break
    return Header(names, at, line, pl.DataFrame(blank, schema=RECORDS, orient="row"), fault)


def _names(row: Row, raw: bytes, encoding: str) -> tuple[list[str], tuple[str, str] | None]:
    """Return the names of a header row, or what is wrong with it."""
    if row.cells is None:
        return [], ("T205", f"the header's quote at byte {row.bad_quote} does not close its cell")
    try:
        return [cell.decode(encoding).strip() for cell in row.cells], None
    except UnicodeDecodeError:
        return [], ("T201", f"the header is not {called(encoding)}: {first_bad(raw, row.start, encoding)}")


def read_blocks(
    text: Text, header: Header, dialect: Dialect = USUAL, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Block]:
    """
    Return the rows behind the header, some at a time and in order.

    Args:
        text: The whole file (bytes, or a read-only map of it).
        header: Its header.
        dialect: How it is written.
        block_bytes: Read at once, about.
    """
    at, line, size = header.start, header.line, block_bytes
    while at < len(text):
        stretch = _fast(text, at, size, dialect)
        if stretch is None:
            stretch, size = _exact(text, at, min(block_bytes, EXACT_BYTES), dialect), EXACT_BYTES
        size = min(2 * size, block_bytes)
        yield judged(Piece(text[at : at + stretch.after], stretch, dialect), header.names, at, line)
        let_go(text, at, at + stretch.after)
        at, line = at + stretch.after, line + stretch.line_ends


def _fast(text: Text, at: int, size: int, dialect: Dialect) -> Stretch | None:
    """Return the rows of the next *size* bytes, or None where they are not regular."""
    piece = text[at : at + size]
    if codecs.BOM_UTF8 in piece:  # Arrow would take it off where it comes first
        return None
    rows = regular_rows(piece, last=at + size >= len(text), marks=dialect.marks)
    if rows is None:
        return None
    return Stretch(rows.starts, rows.ends, rows.lines, rows.fields, rows.after, rows.line_ends)


def _exact(text: Text, at: int, size: int, dialect: Dialect) -> Stretch:
    """Return the rows of at least the next *size* bytes, read one by one; offsets and lines from the begin."""
    rows: list[Row] = []
    lines, bad_quotes, after = [0], {}, at
    while after < min(at + size, len(text)):
        row = exact_row(text, after, dialect.marks)
        if row.cells is None:
            opened = lines[-1] + text[row.start : row.bad_quote].count(b"\n")
            bad_quotes[len(rows)] = (opened, row.bad_quote)
        rows.append(row)
        lines.append(lines[-1] + text[row.start : row.after].count(b"\n"))
        after = row.after
    return Stretch(
        np.array([row.start - at for row in rows]),
        np.array([row.end - at for row in rows]),
        np.array(lines[:-1]),
        np.array([len(row.cells or ()) for row in rows]),
        after - at,
        lines[-1],
        [row.cells for row in rows],
        bad_quotes,
    )
