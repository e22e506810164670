"""The begin of a file of an unknown layout: how it seems to be written, its header, and some rows."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from toolkit.readers.delimited import read_blocks, read_header
from toolkit.readers.encodings import Known, from_utf_16, known_encoding
from toolkit.readers.json_rows import items_of
from toolkit.readers.pieces import Dialect
from toolkit.readers.rows import Marks, exact_row
from toolkit.readers.workbook import is_workbook, sheets_of

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 2000
_DELIMITERS = (",", ";", "\t", "|", "~", "^")
_HEADING_LINES = 20
"""Lines among which the header is looked for."""
_LEAST_REGULAR = 0.95


@dataclass(frozen=True)
class Sample:
    """
    Some rows of a file.

    Args:
        cells: Under their header, as text.
        dialect: Keys of a profile's `[dialect]` that are not the usual ones.
        unsure: What was guessed, and on what ground.
    """

    cells: pl.DataFrame
    dialect: dict[str, str | int] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)


def sample(content: bytes, name: str) -> Sample:
    """
    Return a sample of a register.

    Args:
        content: The file.
        name: Its name, whose end tells JSON.

    Raises:
        ValueError: If no rows are found in it; the message says what was.
    """
    if is_workbook(content):
        return _of_workbook(content)
    if name.lower().endswith((".json", ".jsonl", ".ndjson")):
        items = items_of(content.decode("utf-8-sig"), by_line=not name.lower().endswith(".json"))[0]
        rows = [item.cells for item in items[:SAMPLE_ROWS] if item.cells]
        if not rows:
            raise ValueError("expected a list of objects, found none")
        names = list(dict.fromkeys(key for row in rows for key in row))
        return Sample(pl.DataFrame([[row.get(key) for key in names] for row in rows], _texts(names), orient="row"))
    return _of_text(content)


def _texts(names: list[str]) -> dict[str, type[pl.String]]:
    return dict.fromkeys(names, pl.String)


def _of_workbook(content: bytes) -> Sample:
    """Return rows of the sheet with most cells."""
    sheets = sheets_of(content)
    name = max(sheets, key=lambda name: sheets[name].height * sheets[name].width)
    cells = sheets[name][: SAMPLE_ROWS + _HEADING_LINES]
    filled = [sum(bool(cell and cell.strip()) for cell in row) for row in cells[:_HEADING_LINES].iter_rows()]
    if not any(filled):
        raise ValueError("expected rows, found blank sheets")
    header = next(row for row, count in enumerate(filled) if count >= _LEAST_REGULAR * max(filled))
    names = [cell or "" for cell in cells.row(header)]
    rows = cells[header + 1 :].filter(pl.any_horizontal(pl.all().is_not_null()))
    dialect: dict[str, str | int] = {"sheet": name} if len(sheets) > 1 else {}
    if header != next(row for row, count in enumerate(filled) if count):
        dialect["header_line"] = header + 1
    unsure = [f"dialect.sheet: {name!r} has most cells of {', '.join(map(repr, sheets))}"] if len(sheets) > 1 else []
    return Sample(_named(rows.rows(), names), dialect, unsure)


def _named(rows: list[tuple[str | None, ...]], names: list[str]) -> pl.DataFrame:
    """Return rows under those of the names that are not blank and stand there once."""
    once = [at for at, name in enumerate(names) if name.strip() and names.count(name) == 1]
    return pl.DataFrame(
        [[row[at] for at in once] for row in rows], _texts([names[at].strip() for at in once]), orient="row"
    )


def _of_text(content: bytes) -> Sample:
    known = known_encoding(content, None)
    if known is None:
        raise ValueError("expected UTF-8, UTF-16 or an encoding of eight bits, found UTF-32")
    text = from_utf_16(content).text if known.encoding == "utf-16" else content
    text = text[:SAMPLE_BYTES]
    if len(text) == SAMPLE_BYTES:
        text = text[: text.rfind(b"\n") + 1]
    codec = "utf-8" if known.encoding == "utf-16" else known.encoding
    marks, header_line = _marks(text)
    if marks is None:
        raise ValueError("expected rows of cells, found none of the delimiters " + " ".join(map(repr, _DELIMITERS)))
    dialect = Dialect(marks, codec, header_line)
    header = read_header(text, dialect)
    blocks = [block.cells for block in read_blocks(text, header, dialect)] if _is_usable(header.names) else []
    rows = [row for cells in blocks for row in cells.rows()][:SAMPLE_ROWS]
    if not _is_usable(header.names):
        raise ValueError(f"expected a header with a name for each column, once, found {header.names}")
    said = _unusual(known, marks, header_line)
    return Sample(_named(rows, header.names), said, _doubts(known, header_line))


def _is_usable(names: list[str]) -> bool:
    return len(set(names)) == len(names) > 0


def _unusual(known: Known, marks: Marks, header_line: int | None) -> dict[str, str | int]:
    said: dict[str, str | int] = {}
    if marks.delimiter != b",":
        said["delimiter"] = marks.delimiter.decode()
    if marks.quote != b'"':
        said["quote"] = marks.quote.decode()
    if header_line:
        said["header_line"] = header_line
    if known.encoding != "utf-8":
        said["encoding"] = known.encoding
    return said


def _doubts(known: Known, header_line: int | None) -> list[str]:
    doubts = [f"dialect.encoding: read as {known.encoding}: {known.why}"] if known.why else []
    if header_line:
        doubts.append(f"dialect.header_line: line {header_line} is the first with as many cells as the rows have")
    return doubts


def _marks(text: bytes) -> tuple[Marks | None, int | None]:
    """Return the marks by which most rows have as many cells, and the header's line where it is not the first."""
    quote = b"'" if _quoted(text, b"'") > _quoted(text, b'"') else b'"'
    found = [each for delimiter in _DELIMITERS if (each := _regularity(text, Marks(delimiter.encode(), quote)))]
    if not found:
        return None, None
    _, _, marks, line = max(found, key=lambda each: (each[0] >= _LEAST_REGULAR, each[1], each[0]))
    first = next((number for number, each in enumerate(text.split(b"\n"), 1) if each.strip()), 1)
    return marks, line if line != first else None


def _regularity(text: bytes, marks: Marks) -> tuple[float, int, Marks, int] | None:
    """Return the share of rows that have the commonest number of cells, that number, and the first such row's line."""
    counts: list[int] = []
    lines: list[int] = []
    at, line = 0, 1
    while at < len(text) and len(counts) < SAMPLE_ROWS:
        row = exact_row(text, at, marks)
        counts.append(len(row.cells or ()))
        lines.append(line)
        at, line = row.after, line + text[at : row.after].count(b"\n")
    common = Counter(count for count in counts if count > 1).most_common(1)
    if not common:
        return None
    [(width, often)] = common
    return often / len(counts), width, marks, lines[counts.index(width)]


def _quoted(text: bytes, quote: bytes) -> int:
    """Return how many cells seem to be enclosed by a quote."""
    return sum(text.count(each + quote) for each in (b",", b";", b"\t", b"|", b"~", b"^", b"\n"))
