"""A stretch of a delimited text whose rows are known: its records verbatim, its faults, and its cells as text."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv

from toolkit.readers.rows import PLAIN, Marks, Positions

RECORDS = pl.Schema({"line": pl.Int64, "byte": pl.Int64, "status": pl.String, "verbatim": pl.String})
FAULTS = pl.Schema({"code": pl.String, "line": pl.Int64, "message": pl.String})


@dataclass(frozen=True)
class Dialect:
    """
    How a delimited text is written.

    Args:
        marks: What separates and encloses cells.
        encoding: UTF-8, or one of eight bits that has ASCII's lower half.
        header_line: Line of the header, from 1; what stands before it is skipped. None: the first that is not blank.
    """

    marks: Marks = PLAIN
    encoding: str = "utf-8"
    header_line: int | None = None

    @property
    def space(self) -> str:
        """What a blank row may hold."""
        return " \t" + self.marks.delimiter.decode()


USUAL = Dialect()
"""UTF-8, comma, double quote, header first."""


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
class Stretch:
    """Rows between two offsets, before they are judged; `cells` and `bad_quote_lines` only of the exact way."""

    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions
    after: int
    line_ends: int
    cells: list[list[bytes] | None] | None = None
    bad_quotes: dict[int, tuple[int, int]] | None = None


@dataclass(frozen=True)
class Piece:
    """The bytes of a stretch, and how they are written."""

    text: bytes
    stretch: Stretch
    dialect: Dialect

    @cached_property
    def decodes(self) -> bool:
        """Whether all of it is text in the dialect's encoding."""
        try:
            self.text.decode(self.dialect.encoding)
        except UnicodeDecodeError:
            return False
        return True

    @cached_property
    def is_utf_8(self) -> bool:
        """Whether Arrow may take the bytes as they are."""
        return self.text.isascii() or (self.dialect.encoding == "utf-8" and self.decodes)

    def row(self, number: int) -> bytes:
        """Return the bytes of a row, without its line end."""
        return self.text[self.stretch.starts[number] : self.stretch.ends[number]]


def judged(piece: Piece, names: list[str], at: int, line: int) -> Block:
    """Return the records, faults and cells of a stretch that begins at this offset and line of the file."""
    stretch = piece.stretch
    verbatim = _verbatim(piece)
    faults = _faults(piece, len(names), at, line)
    blank = (verbatim.str.strip_chars(piece.dialect.space) == "").to_numpy()
    accepted = ~blank
    accepted[[index for index in faults if not blank[index]]] = False
    status = np.where(blank, "blank", np.where(accepted, "accepted", "quarantined"))
    lines = pl.Series("line", stretch.lines + line, pl.Int64)
    records = pl.DataFrame([lines, pl.Series("byte", stretch.starts + at, pl.Int64)]).with_columns(
        pl.Series("status", status, pl.String), verbatim.alias("verbatim")
    )
    found = [(code, int(lines[row]), why) for row, (code, why) in sorted(faults.items()) if not blank[row]]
    cells = _cells(piece, accepted, names)
    return Block(records, pl.DataFrame(found, schema=FAULTS, orient="row"), cells, lines.filter(pl.Series(accepted)))


def _verbatim(piece: Piece) -> pl.Series:
    r"""Return each row as text; bytes that are none appear as \xff (the sealed file holds them, at the offset)."""
    stretch = piece.stretch
    if stretch.cells is None and piece.is_utf_8:
        offsets = np.append(stretch.starts, stretch.after).astype(np.int64)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(piece.text)]
        rows = pl.Series(pa.LargeStringArray.from_buffers(len(stretch.starts), buffers[1], buffers[2]))
        return rows.str.strip_suffix("\n").str.strip_suffix("\r")
    encoding = piece.dialect.encoding
    rows_ = (piece.row(number).decode(encoding, "backslashreplace") for number in range(len(stretch.starts)))
    return pl.Series(list(rows_), dtype=pl.String)


def _faults(piece: Piece, width: int, at: int, line: int) -> dict[int, tuple[str, str]]:
    """Return code and message of each faulty row, by its index; the least specific fault is overwritten."""
    stretch, encoding = piece.stretch, piece.dialect.encoding
    found = {
        int(row): ("T204", f"expected {width} fields, as in the header, found {stretch.fields[row]}")
        for row in np.flatnonzero(stretch.fields != width)
    }
    bytes_ = np.frombuffer(piece.text, np.uint8)
    for row in _rows_with(bytes_ >= 128, stretch) if not piece.decodes else ():  # noqa: PLR2004
        raw = piece.row(row)
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            first = first_bad(raw, at + int(stretch.starts[row]), encoding)
            found[row] = "T201", f"not {called(encoding)}: {first}"
    for row in _rows_with(bytes_ == 0, stretch) if b"\0" in piece.text else ():
        place = piece.text.index(b"\0", stretch.starts[row])
        found[row] = "T203", f"found a NUL byte at byte {at + place}"
    for row, (opened, place) in (stretch.bad_quotes or {}).items():
        found[row] = (
            "T205",
            f"the quote on line {line + opened}, byte {place}, does not close its cell",
        )
    return found


def _rows_with(mask: np.ndarray[tuple[int], np.dtype[np.bool_]], stretch: Stretch) -> list[int]:
    """Return the indices of the rows in which a byte is marked."""
    rows = np.searchsorted(stretch.starts, np.flatnonzero(mask[: stretch.after]), side="right") - 1
    return [int(row) for row in np.unique(rows)]


def first_bad(raw: bytes, offset: int, encoding: str) -> str:
    """Return '0x92 at byte 171', the first byte that is no text in that encoding."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return f"0x{raw[error.start]:02x} at byte {offset + error.start}"
    raise ValueError(f"all of it is {encoding}")


def _cells(piece: Piece, accepted: np.ndarray[tuple[int], np.dtype[np.bool_]], names: list[str]) -> pl.DataFrame:
    """Return the cells of the accepted rows."""
    stretch, encoding, marks = piece.stretch, piece.dialect.encoding, piece.dialect.marks
    names = told_apart(names)
    schema = dict.fromkeys(names, pl.String)
    if stretch.cells is not None:
        rows = [
            [cell.decode(encoding) for cell in cells]
            for cells, good in zip(stretch.cells, accepted, strict=True)
            if good and cells is not None
        ]
        return pl.DataFrame(rows, schema=schema, orient="row")
    if not accepted.any():
        return pl.DataFrame(schema=schema)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], accepted, [False])).astype(np.int8)))
    bounds = np.append(stretch.starts, stretch.after)[edges]
    good = b"".join(piece.text[begin:end] for begin, end in bounds.reshape(-1, 2))
    if not piece.is_utf_8 and encoding != "utf-8":
        good = good.decode(encoding).encode()
    table = csv.read_csv(
        pa.py_buffer(good),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(good) + 1),
        parse_options=csv.ParseOptions(
            delimiter=marks.delimiter.decode(),
            quote_char=marks.quote.decode() or False,
            newlines_in_values=True,
            ignore_empty_lines=False,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    return pl.DataFrame(table)


def told_apart(names: list[str]) -> list[str]:
    """
    Return the names of a header, each once: a profile uses only those that stand there once.

    >>> told_apart(["a", "b", "a"])
    ['a', 'b', 'a (3)']
    """
    return [name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)]


def called(encoding: str) -> str:
    """Return the name of an encoding as a message says it."""
    return "UTF-8" if encoding == "utf-8" else encoding
