"""`raw/sources.csv`: what each source covers. States that rest on silence depend on it; else it is unknown."""

from dataclasses import dataclass, replace

import polars as pl

from toolkit.columns import SPAN, Column, Table
from toolkit.dates import Order
from toolkit.readers.delimited import Header, read_blocks, read_header
from toolkit.readers.encodings import ENCODINGS, Encoding, foreign_mark
from toolkit.readers.faults import PROBLEMS, problem, quarantined, shown
from toolkit.readers.layouts import key, source_columns
from toolkit.readers.likeness import resembled
from toolkit.readers.typed import typed
from toolkit.readers.values import Manner

SOURCES_FILE = "raw/sources.csv"

FURTHEST_S = 3_155_760_000
"""How far off a source's clock may be, in seconds: a hundred years."""

LAYOUT = Table(
    "declarations",
    "ingest",
    "a source and what it covers",
    (
        Column("path", "ref", "path of the source, from the case's folder or from raw/", required=True),
        Column("system", "text", "system it was exported from"),
        Column("unit", "ref", "unit that holds it"),
        Column("covers", "when", "time that it covers"),
        Column("complete", "word", "whether all records of that time are in it", words=("yes", "no", "unknown")),
        Column("declared_rows", "count", "rows that its sender says it has; blank: none are declared", blank="none"),
        Column("clock_offset_min_s", "count", "what its clock shows minus the true time, in seconds, at least"),
        Column("clock_offset_max_s", "count", "and at most"),
        Column("date_order", "word", "order of day and month in dates like 03/04/2016", words=("dmy", "mdy")),
        Column("encoding", "word", "encoding of its text, where it is not UTF-8", words=ENCODINGS),
    ),
    kind="sources",
)


@dataclass(frozen=True)
class Declaration:
    """
    What `raw/sources.csv` says of one source; the default says nothing.

    Args:
        system: System it was exported from.
        unit: Unit that holds it.
        covers: Time it covers: the columns of SPAN.
        complete: yes, no, unknown.
        declared_rows: Rows its sender declared.
        offset_s: What its clock shows minus the true time, least and most; None: not stated.
        order: Order of day and month.
        encoding: Encoding of its text.
        line: Line that says so.
    """

    system: str | None = None
    unit: str | None = None
    covers: tuple[object, ...] = (None,) * len(SPAN)
    complete: str = "unknown"
    declared_rows: int | None = None
    offset_s: tuple[int, int] | None = None
    order: Order | None = None
    encoding: Encoding | None = None
    line: int = 0

    @property
    def manner(self) -> Manner:
        """How the source's cells are read."""
        return Manner(self.order, self.offset_s or (0, 0))


NOTHING_DECLARED = Declaration()


def read_declarations(text: bytes) -> tuple[dict[str, Declaration], pl.DataFrame]:
    """
    Return the declaration of each source, by its path in the case, and the problems of the file.

    Two different declarations of one source (C302) cancel each other: nothing is declared.

    Args:
        text: Content of `raw/sources.csv`.
    """
    header = _named(read_header(text))
    whole = foreign_mark(text)
    if whole:
        return {}, problem("T203", SOURCES_FILE, "", whole, "nothing is declared")
    if header.fault:
        return {}, problem(header.fault[0], SOURCES_FILE, "line 1", header.fault[1], "nothing is declared")
    if "path" not in header.names or len(set(header.names)) < len(header.names):
        expected = ", ".join(column.name for column in LAYOUT.columns)
        message = f"expected columns of {expected}, each once, and path; found {shown(header.names)}"
        return {}, problem("T206", SOURCES_FILE, "line 1", message, "nothing is declared")
    found: dict[str, Declaration] = {}
    problems = [PROBLEMS.to_frame(), *_not_used(header.names)]
    for block in read_blocks(text, header):
        rows = typed(LAYOUT, block.cells, block.lines, SOURCES_FILE, Manner())
        problems += [quarantined(block.faults, SOURCES_FILE), rows.problems]
        for row in rows.frame.iter_rows(named=True):
            problems += _declare(found, row)
    return found, pl.concat(problems)


def _named(header: Header) -> Header:
    """Return the header with our names, however it spells them."""
    ours = {key(column.name): column.name for column in LAYOUT.columns}
    return replace(header, names=[ours.get(key(name), name) for name in header.names])


def _not_used(names: list[str]) -> list[pl.DataFrame]:
    """Return a problem for each column that is like one of ours and is not used."""
    columns = source_columns(LAYOUT)
    known = [column.name for column in columns if column.name in names]
    like = {name: resembled(columns, name, known) for name in names if name not in known}
    return [
        problem("T220", SOURCES_FILE, "line 1", f"column {shown(name)} is like {ours}, and is not used", "rename it")
        for name, ours in like.items()
        if ours
    ]


def _declare(found: dict[str, Declaration], row: dict[str, object]) -> list[pl.DataFrame]:
    """Add the declaration of one row; return what is wrong with it."""
    locator, written = str(row["locator"]), str(row["path"])
    path = written if written.startswith(("raw/", "/")) else f"raw/{written}"
    least, most = row["clock_offset_min_s"], row["clock_offset_max_s"]
    problems = []
    offset_s = _offset(least, most)
    if offset_s is None and (least, most) != (None, None):
        message = (
            "expected clock_offset_min_s and a clock_offset_max_s not below it, "
            f"each from -{FURTHEST_S} to {FURTHEST_S}, found {least} and {most}"
        )
        problems.append(problem("T211", SOURCES_FILE, locator, message, "row kept, without clock offsets"))
    declaration = Declaration(
        row["system"],  # type: ignore[arg-type]  # a row of LAYOUT's schema, here and below
        row["unit"],  # type: ignore[arg-type]
        tuple(row[f"covers_{part}"] for part in SPAN),
        row["complete"] or "unknown",  # type: ignore[arg-type]
        row["declared_rows"],  # type: ignore[arg-type]
        offset_s,
        row["date_order"],  # type: ignore[arg-type]
        row["encoding"],  # type: ignore[arg-type]
        int(locator.removeprefix("line ")),
    )
    earlier = found.setdefault(path, declaration)
    if _says(earlier) != _says(declaration):
        found[path] = Declaration(line=earlier.line)
        message = f"{shown(written)} is declared differently on line {earlier.line}"
        problems.append(problem("C302", SOURCES_FILE, locator, message, "neither is used: nothing is declared"))
    return problems


def _offset(least: object, most: object) -> tuple[int, int] | None:
    """Return a clock offset that is one: both ends, in order, and no further off than a clock may be."""
    if isinstance(least, int) and isinstance(most, int) and -FURTHEST_S <= least <= most <= FURTHEST_S:
        return least, most
    return None


def _says(declaration: Declaration) -> tuple[object, ...]:
    fields = vars(declaration)
    return tuple(value for name, value in fields.items() if name != "line")
