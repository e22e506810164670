"""
`hand/readings.csv`: what a post read in a cell that the tool could not, beside the verbatim text, never over it.

A line is added, none is changed. The latest line of one post about one cell rules; where it reads nothing (`reads_as`
is blank), the post takes its reading back. Two posts that read differently leave the cell undecided.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from toolkit.columns import Column
from toolkit.dates import interval
from toolkit.errors import UsageError
from toolkit.readers.delimited import read_blocks, read_header
from toolkit.readers.faults import PROBLEMS, problem
from toolkit.readers.layouts import source_columns
from toolkit.readers.overlay import READ
from toolkit.readers.values import Manner, values_of
from toolkit.registers import KINDS
from toolkit.tables import input_tables
from toolkit.tables import table as table_named

READINGS_FILE = "hand/readings.csv"
COLUMNS = ("source", "locator", "column", "reads_as", "post", "when", "reason")
READINGS = table_named("readings").schema()
_EXPECTED = {
    "ref": "a reference",
    "refs": "references, separated by ';'",
    "when": "a date as YYYY-MM-DD, YYYY-MM or YYYY",
    "yes_no": "yes or no",
    "count": "a whole number",
}

_WHY = {
    "disagreed": "two posts read it differently; it stays undecided",
    "readable": "expected a cell that cannot be read or is blank, found one that says itself what it holds",
    "no_such_cell": "expected a row and a column of a register, found none",
}


@dataclass(frozen=True)
class Line:
    """A line of the file, its number, and `parsed`: what it reads, to be compared with what another post reads."""

    source: str
    locator: str
    column: str
    reads_as: str
    post: str
    when: str
    reason: str
    number: int
    parsed: str

    @property
    def cell(self) -> tuple[str, str, str]:
        """Source, place and column."""
        return self.source, self.locator, self.column


@dataclass(frozen=True)
class Readings:
    """
    What people read.

    Args:
        latest: The latest line of each post about each cell, in the order of the file.
        disagreed: The cells that two posts read differently.
    """

    latest: list[Line]
    disagreed: frozenset[tuple[str, str, str]] = frozenset()

    def in_force(self) -> dict[str, pl.DataFrame]:
        """Return source -> the readings that rule: schema `overlay.READ`, each cell once."""
        found: dict[str, dict[tuple[str, str, str], Line]] = {}
        for line in self.latest:
            if line.reads_as and line.cell not in self.disagreed:
                found.setdefault(line.source, {}).setdefault(line.cell, line)
        return {
            source: pl.DataFrame(
                sorted((line.locator, line.column, line.reads_as) for line in cells.values()), READ, orient="row"
            )
            for source, cells in sorted(found.items())
        }

    def table(self, applied: pl.DataFrame, feeds: Mapping[str, str | None]) -> pl.DataFrame:
        """
        Return the rows of `readings`.

        Args:
            applied: What became of those that rule, as the sources found: schema `undecided.APPLIED_IN`.
            feeds: Source -> the table it feeds.
        """
        names = ("source", "locator", "column", "reads_as", "post", "when", "reason")
        said = pl.DataFrame(
            [tuple(getattr(line, name) or None for name in names) for line in self.latest],
            schema=dict.fromkeys(names, pl.String),
            orient="row",
        )
        states = pl.Series("state", [state for _, state in self._states(applied)], pl.String)
        tables = pl.Series("table_name", [feeds.get(line.source) for line in self.latest], pl.String)
        found = said.rename({"column": "column_name", "when": "read_when"}).with_columns(states, tables)
        return found.select(*READINGS).sort("source", "locator", "column_name", "post")

    def problems(self, applied: pl.DataFrame) -> pl.DataFrame:
        """Return a problem (T223) for each line that is about nothing, or that another post's line gainsays."""
        found = [
            problem(
                "T223",
                READINGS_FILE,
                f"line {line.number}",
                f"{line.source} {line.locator} {line.column}: {_WHY[state]}",
                "line kept, not in force",
            )
            for line, state in self._states(applied)
            if state in _WHY
        ]
        return pl.concat([PROBLEMS.to_frame(), *found])

    def _states(self, applied: pl.DataFrame) -> Iterator[tuple[Line, str]]:
        """Yield each line and its state."""
        cells = applied.select("source", "locator", "column_name", "state").iter_rows()
        states = {(source, place, column): state for source, place, column, state in cells}
        for line in self.latest:
            if not line.reads_as:
                yield line, "withdrawn"
            else:
                yield line, "disagreed" if line.cell in self.disagreed else states.get(line.cell, "no_such_cell")


NO_READINGS = Readings([])


def read_readings(text: bytes, kinds: Mapping[str, str | None]) -> Readings:
    """
    Return what people read, and where they read differently.

    Args:
        text: Content of `hand/readings.csv`.
        kinds: Source -> kind of source, of all that are there; of another, its path tells.

    Raises:
        UsageError: If a line cannot be understood: whoever wrote it must repair it.
    """
    header = read_header(text)
    if header.fault:
        raise UsageError(f"{READINGS_FILE} line {header.line}: {header.fault[1]}")
    if header.names != list(COLUMNS):
        expected = ", ".join(COLUMNS)
        raise UsageError(f"{READINGS_FILE}: expected the columns {expected}, found {', '.join(header.names) or 'none'}")
    latest: dict[tuple[str, str, str, str], tuple[str, Line]] = {}
    for block in read_blocks(text, header):
        for _, number, why in block.faults.rows():
            raise UsageError(f"{READINGS_FILE} line {number}: {why}")
        for number, cells in zip(block.lines, block.cells.iter_rows(), strict=True):
            line, when = _line([cell.strip() for cell in cells], number, kinds)
            key = (*line.cell, line.post)
            if key not in latest or latest[key][0] <= when:
                latest.pop(key, None)
                latest[key] = when, line
    lines = [line for _, line in latest.values()]
    read: dict[tuple[str, str, str], set[str]] = {}
    for line in lines:
        if line.reads_as:
            read.setdefault(line.cell, set()).add(line.parsed)
    return Readings(lines, frozenset(cell for cell, values in read.items() if len(values) > 1))


def _line(cells: list[str], number: int, kinds: Mapping[str, str | None]) -> tuple[Line, str]:
    """Return a line, and when it was written so that texts sort as times."""
    row = dict(zip(COLUMNS, cells, strict=True))
    place = f"{READINGS_FILE} line {number}"
    if blank := [name for name in COLUMNS if name != "reads_as" and not row[name]]:
        raise UsageError(f"{place}: expected {blank[0]} to be stated, found nothing")
    when = interval(row["when"])
    if when.earliest is None or when.latest is None:
        raise UsageError(f"{place}: when: expected a date, found {row['when']!r}")
    parsed = _parsed(row, place, _kind(row["source"], kinds))
    return Line(**row, number=number, parsed=parsed), when.earliest.isoformat()


def _kind(source: str, kinds: Mapping[str, str | None]) -> str | None:
    """Return the kind of a source, or of the file that it is a part of; None: nobody knows."""
    for known, kind in kinds.items():
        if source == known or source.startswith(f"{known}/"):
            return kind
    parts = source.split("/")
    return parts[1] if parts[0] == "raw" and parts[1:2] else None


def _parsed(row: Mapping[str, str], place: str, kind: str | None) -> str:
    """Return what a line reads, as the column holds it; any register of the kind may have the column."""
    tables = [table for each in ([kind] if kind in KINDS else KINDS) for table in input_tables(each or "")]
    columns = {
        repr((column.holds, column.words)): column
        for table in tables
        for column in source_columns(table)
        if column.name == row["column"]
    }
    if not columns:
        known = sorted({column.name for table in tables for column in source_columns(table)})
        raise UsageError(f"{place}: column: expected one of {', '.join(known)}; found {row['column']!r}")
    if not row["reads_as"]:
        return ""
    read = [_as(column, row["reads_as"]) for column in columns.values()]
    if all(each is None for each in read):
        expected = " or ".join(_what(columns.values()))
        raise UsageError(f"{place}: reads_as: expected {expected}, found {row['reads_as']!r}")
    return next(each for each in read if each is not None)


def _what(columns: Collection[Column]) -> list[str]:
    """Return what may be written, for each kind of column."""
    return list(
        dict.fromkeys(_EXPECTED.get(str(column.holds)) or f"one of {', '.join(column.words)}" for column in columns)
    )


def _as(column: Column, text: str) -> str | None:
    """Return a text as what the column holds; None where it is none of that."""
    places = pl.Series("locator", [""])
    found = values_of(column, pl.Series(column.name, [text]), places, None, Manner())
    if found.unread.any():
        return None
    parsed = [series.to_list() for series in found.stored if not series.name.endswith("_text")]
    return repr(parsed if column.holds != "when" else parsed[:3])
