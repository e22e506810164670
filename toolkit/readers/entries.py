"""A source as sealed, what reading it gave, and its rows of `sources` and `coverage`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from toolkit.columns import SPAN
from toolkit.readers.declarations import NOTHING_DECLARED, Declaration
from toolkit.readers.faults import problem
from toolkit.readers.profiles import Profile
from toolkit.tables import table as table_named

MOST_PARTS = 1000
"""Sheets of a workbook, or attachments of a message or document, that are read: each has files of its own."""

RECORDS_OF = table_named("records").schema()
PASSAGES = table_named("passages").schema()
_SOURCES = table_named("sources").schema()
_COVERAGE = table_named("coverage", "ingest").schema()


@dataclass(frozen=True)
class Entry:
    """
    A file as sealed, or a part of one (a sheet, an attachment).

    Args:
        source: Its path in the case; of a part, the path of the file and behind it the part's name.
        kind: Kind of source; None: none, for nothing is to be read in it.
        sha256: Its digest; of a sheet, the workbook's; empty where it could not be sealed.
        declaration: What `raw/sources.csv` says of it.
        part_of: The source that contains it; None: it is a file itself.
    """

    source: str
    kind: str | None
    sha256: str = ""
    declaration: Declaration = NOTHING_DECLARED
    part_of: str | None = None


@dataclass(frozen=True)
class Part:
    """
    Some rows of a source, in order.

    Args:
        source: Its path in the case.
        table: The table that `frame` belongs to; None where there is no frame.
        records: The rows verbatim: schema of `records`.
        frame: The accepted ones as that table's stored columns.
        unread: Their cells that could not be read: schema of `unread_cells`.
    """

    source: str
    table: str | None
    records: pl.DataFrame
    frame: pl.DataFrame | None = None
    unread: pl.DataFrame | None = None


Sink = Callable[[Part], None]


@dataclass(frozen=True)
class ReadSource:
    """
    What one source gave, beside the parts that went to the sink.

    Args:
        source: Its path in the case.
        table: Name of the table it feeds, or None.
        problems: Schema of `problems`.
        row: Its row of `sources`.
        coverage: Its rows of `coverage`.
        undecided: What is unread or unsaid in it: frames of `unread_rows`, `blank_columns`, `readings`, as far as one
            source can tell.
    """

    source: str
    table: str | None
    problems: pl.DataFrame
    row: pl.DataFrame
    coverage: pl.DataFrame
    undecided: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """
    What is known before a source is read, and where its rows go.

    Args:
        sink: Takes the parts.
        profiles: Profiles of the case and of the tool.
        declared: What `raw/sources.csv` says, by path: of parts, too.
        readings: What people read in cells, by path: of parts, too.
        depth: How many messages, archives or documents the source lies in.
        alive: Called now and then, while a source is read that gives no rows yet.
    """

    sink: Sink
    profiles: Sequence[Profile] = ()
    declared: Mapping[str, Declaration] = field(default_factory=dict)
    readings: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    depth: int = 0
    alive: Callable[[], None] = lambda: None

    def part(self, whole: Entry, name: str, sha256: str) -> Entry:
        """Return a part of a source; what it is not declared to be, it is as the whole is, but for its rows."""
        source = f"{whole.source}/{_printable(name)}"
        inherited = replace(whole.declaration, declared_rows=None)
        return Entry(source, whole.kind, sha256, self.declared.get(source, inherited), whole.source)

    def deeper(self) -> "Reader":
        """Return the reader of a part."""
        return replace(self, depth=self.depth + 1)


def _printable(name: str) -> str:
    r"""
    Return the name of a part as the end of a path.

    >>> _printable("a/b.csv\n")
    'a_b.csv\\n'
    """
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in name)
    return shown.replace("/", "_") or "_"


def unread(
    entry: Entry, size: int, problems: pl.DataFrame, cause: str | None, encoding: str | None = None
) -> ReadSource:
    """
    Return what is known of a file that is not read as a table.

    Args:
        entry: What it is.
        size: Its bytes.
        problems: What is wrong with it.
        cause: Why it was not examined: the rows declared, else one file. None: it is no register (a picture, footage).
        encoding: Its encoding, where it is text.
    """
    declared = entry.declaration.declared_rows
    missing = (("rows", cause, declared) if declared else ("files", cause, 1),) if cause else ()
    row = sources_row(entry, size, encoding=encoding)
    return ReadSource(entry.source, None, problems, row, coverage(entry, missing))


def refused(entry: Entry, size: int, code: str, message: str, cause: str) -> ReadSource:
    """Return a file that is kept as it is and not searched, for one fault."""
    kept = "file kept as it is, not searched" if size else "nothing to keep"
    return unread(entry, size, problem(code, entry.source, "", message, kept), cause)


def too_many_parts(entry: Entry, size: int, what: str, found: int) -> ReadSource:
    """Return a file that is not read because it is in more parts than anybody sends."""
    return refused(entry, size, "M116", f"expected at most {MOST_PARTS} {what}, found {found}", "cannot_read")


def sources_row(entry: Entry, size: int, **read: object) -> pl.DataFrame:
    """Return the file's row of `sources`; *read*: the columns that reading it found."""
    said = entry.declaration
    least, most = said.offset_s or (None, None)
    row = {
        "source": entry.source,
        "kind": entry.kind,
        "part_of": entry.part_of,
        "sha256": entry.sha256 or None,
        "bytes": size,
        "system": said.system,
        "unit_ref": said.unit,
        **{f"covers_{part}": value for part, value in zip(SPAN, said.covers, strict=True)},
        "complete": said.complete,
        "declared_rows": said.declared_rows,
        "clock_offset_min_s": least,
        "clock_offset_max_s": most,
        **read,
    }
    return pl.DataFrame([[row.get(name) for name in _SOURCES]], schema=_SOURCES, orient="row")


def coverage(
    entry: Entry, counts: Sequence[tuple[str, str | None, int | None]], method: str = "record_search"
) -> pl.DataFrame:
    """
    Return rows of `coverage` of a register, or of a document.

    Args:
        entry: The register; where its source is blank, none was supplied.
        counts: Measure, cause (None: examined) and number of each (None: nobody can say).
        method: record_search; text_search: its words can be found, but it is not read as rows.
    """
    said = entry.declaration
    scope = (method, said.system or entry.kind, said.unit, entry.source or None, *said.covers, said.complete)
    return pl.DataFrame([(*scope, *count) for count in counts], schema=_COVERAGE, orient="row")
