"""
Where the rows and cells of a delimited text begin and end (RFC 4180), exactly and, where the text is regular, fast.

A row ends at LF or CRLF outside quotes; a lone CR is content. A quote opens a cell only at its begin; inside, two
quotes stand for one; it must close before a delimiter or a row's end. A quote elsewhere in an unquoted cell is content.
A quoted cell that does not close so (or not within `LARGEST_CELL_BYTES`) spoils its row up to the end of the line on
which it opened, and reading goes on with the next line: one bad quote never swallows the rest of the file. Other
characters than comma and double quote may be declared.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from mmap import PAGESIZE, mmap
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

LARGEST_CELL_BYTES = 64 * 1024
"""Of a quoted cell. Narratives are a few KiB; more is a quote that never closes."""

LF, CR = b"\n\r"
_MADV_DONTNEED = 4
"""Of Linux and macOS."""

Text: TypeAlias = bytes | mmap
Positions: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Marks:
    """
    What separates and encloses cells: one ASCII character each.

    Args:
        delimiter: Between two cells.
        quote: Around a cell; empty: nothing ever is.
    """

    delimiter: bytes = b","
    quote: bytes = b'"'

    @cached_property
    def quoted(self) -> re.Pattern[bytes]:
        """A quoted cell."""
        quote = re.escape(self.quote)
        return re.compile(b"%b((?:[^%b]|%b%b)*+)%b" % (quote, quote, quote, quote, quote))

    @cached_property
    def special(self) -> NDArray[np.bool_]:
        """Which of the 256 bytes mean something."""
        return np.isin(np.arange(256), [LF, CR, *self.quote, *self.delimiter])


PLAIN = Marks()
"""Comma and double quote (RFC 4180)."""


def let_go(text: Text, start: int, end: int) -> None:
    """Give back the memory of a part of a mapped file, so that one larger than memory can be read from end to end."""
    if isinstance(text, bytes) or not hasattr(text, "madvise"):  # Windows has no such call
        return
    first = -(-start // PAGESIZE) * PAGESIZE
    if end > first:
        text.madvise(_MADV_DONTNEED, first, end - first)


@dataclass(frozen=True)
class Row:
    """
    A row, exactly.

    Args:
        start: Offset of its first byte.
        end: Offset behind its last byte, without the line end.
        after: Where the next row starts.
        cells: Their bytes, unquoted; None where a quote spoils the row.
        bad_quote: Offset of the quote that does.
        leading: Where a quote spoils the row, the cells before it.
    """

    start: int
    end: int
    after: int
    cells: list[bytes] | None
    bad_quote: int = -1
    leading: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Rows:
    """
    Rows of a regular stretch of text, as arrays of one length; offsets from the begin of the stretch.

    Args:
        starts: Offset of the first byte of each.
        ends: Offset behind the last byte of each, without the line end.
        lines: Line ends before each, from 0.
        fields: Number of cells of each.
        after: Where the next row starts.
        line_ends: Line ends up to there.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions
    after: int
    line_ends: int


def exact_row(text: Text, start: int, marks: Marks = PLAIN) -> Row:
    r"""
    Return the row that starts at that offset.

    >>> exact_row(b'007,"a ""b"" c",5" pipe\r\n', 0).cells
    [b'007', b'a "b" c', b'5" pipe']
    """
    cells: list[bytes] = []
    at, delimiter, quote = start, marks.delimiter, marks.quote
    while True:
        if quote and text[at : at + 1] == quote:
            quoted = marks.quoted.match(text, at, at + LARGEST_CELL_BYTES + 2)
            behind = text[quoted.end() : quoted.end() + 2] if quoted else quote
            if quoted is None or not (behind[:1] in (b"", delimiter, b"\n") or behind == b"\r\n"):
                end, after = _line_end(text, at)
                return Row(start, end, after, None, at, tuple(cells))
            cells.append(quoted[1].replace(2 * quote, quote))
            at = quoted.end()
            if text[at : at + 1] == delimiter:
                at += 1
                continue
            end, after = _line_end(text, at)
            return Row(start, end, after, cells)
        end, after = _line_end(text, at)
        comma = text.find(delimiter, at, end)
        if comma < 0:
            cells.append(text[at:end])
            return Row(start, end, after, cells)
        cells.append(text[at:comma])
        at = comma + 1


def _line_end(text: Text, at: int) -> tuple[int, int]:
    """Return the offsets of the line's end (LF or CRLF) and of the next line."""
    end = text.find(b"\n", at)
    if end < 0:
        return len(text), len(text)
    return (end - 1 if end > at and text[end - 1] == CR else end), end + 1


def regular_rows(stretch: bytes, *, last: bool, marks: Marks = PLAIN) -> Rows | None:
    r"""
    Return the complete rows of a stretch that starts with a row; None where only `exact_row` can tell.

    Regular is: no lone CR, every quote at a cell's begin, at its end, or doubled, no row too long, and a row complete.

    Args:
        stretch: The text.
        last: Whether the file ends with it.
        marks: Its delimiter and quote.

    >>> regular_rows(b'a,b\n"x\ny",\nrest', last=False).fields
    array([2, 2])
    """
    text = np.frombuffer(stretch, np.uint8)
    special: Positions = np.flatnonzero(marks.special[text])
    kind = text[special]
    quote, delimiter = ord(marks.quote) if marks.quote else -1, ord(marks.delimiter)
    outside = np.cumsum(kind == quote, dtype=np.int32) % 2 == 0
    closing = np.flatnonzero((kind == LF) & outside)
    row_ends = special[closing]
    commas = np.cumsum((kind == delimiter) & outside)
    separators = commas[closing]
    unfinished = last and len(text) > 0 and text[-1] != LF and (len(kind) == 0 or bool(outside[-1]))
    if unfinished:
        row_ends = np.append(row_ends, len(text))
        separators = np.append(separators, commas[-1] if len(commas) else 0)
    if len(row_ends) == 0:
        return None
    after = min(int(row_ends[-1]) + 1, len(text))
    starts = np.concatenate(([0], row_ends[:-1] + 1))
    if int((row_ends - starts).max()) > LARGEST_CELL_BYTES or not _is_regular(text[:after], special, kind, marks):
        return None
    ends = row_ends - ((row_ends > starts) & (text[np.maximum(row_ends - 1, 0)] == CR) & (row_ends < len(text)))
    lines = special[kind == LF]
    return Rows(
        starts,
        ends,
        np.searchsorted(lines, starts),
        np.diff(separators, prepend=0) + 1,
        after,
        int(np.searchsorted(lines, after)),
    )


def _is_regular(text: NDArray[np.uint8], special: Positions, kind: NDArray[np.uint8], marks: Marks) -> bool:
    """Return whether each CR stands before LF, and each quote where parity says that a cell begins or ends."""
    size = len(text)
    last = size - 1
    returns = special[(kind == CR) & (special < size)]
    if text[last] == CR or (text[np.minimum(returns + 1, last)] != LF).any():
        return False
    if not marks.quote:
        return True
    quote, delimiter = ord(marks.quote), ord(marks.delimiter)
    quotes = special[(kind == quote) & (special < size)]
    begins, ends = quotes[0::2], quotes[1::2]
    if len(begins) != len(ends):
        return False
    doubled = begins[1:] == ends[:-1] + 1
    before = text[np.maximum(begins - 1, 0)]
    behind = text[np.minimum(ends + 1, last)]
    begins_well = (begins == 0) | (before == delimiter) | (before == LF)
    ends_well = (ends == last) | (behind == delimiter) | (behind == LF) | (behind == CR)
    begins_well[1:] |= doubled
    ends_well[:-1] |= doubled
    return bool(begins_well.all() and ends_well.all())
