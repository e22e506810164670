"""One source, whole: its records, its rows as a table, what was wrong, and what was examined."""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from toolkit.readers.declarations import NOTHING_DECLARED, Declaration
from toolkit.readers.delimited import RECORDS, Block, Header, read_blocks, read_header, wrong_encoding
from toolkit.readers.faults import PROBLEMS, problem, quarantined
from toolkit.readers.layouts import NoLayout, layout
from toolkit.readers.rows import Text
from toolkit.readers.typed import typed
from toolkit.tables import SPAN, Table
from toolkit.tables import table as table_named

_SHARD = table_named("records").schema()
_SOURCES = table_named("sources").schema()
_COVERAGE = table_named("coverage", "ingest").schema()
_IN_QUARANTINE = "rows kept in quarantine"


@dataclass(frozen=True)
class ReadSource:
    """
    What one file gave.

    Args:
        source: Its path in the case.
        table: Name of the table it feeds, or None.
        frame: Its accepted rows as that table's stored columns; None without a table.
        records: Its rows, verbatim: schema of `records`.
        problems: Schema of `problems`.
        row: Its row of `sources`.
        coverage: Its rows of `coverage`.
    """

    source: str
    table: str | None
    frame: pl.DataFrame | None
    records: pl.DataFrame
    problems: pl.DataFrame
    row: pl.DataFrame
    coverage: pl.DataFrame


@dataclass(frozen=True)
class Entry:
    """
    A file as sealed.

    Args:
        source: Its path in the case.
        kind: Kind of source; None: none, for nothing is to be read in it.
        sha256: Its digest; empty where it could not be sealed.
        declaration: What `raw/sources.csv` says of it.
    """

    source: str
    kind: str | None
    sha256: str = ""
    declaration: Declaration = NOTHING_DECLARED


@dataclass(frozen=True)
class _Rows:
    """Rows of a source: records, its table's frame, and problems."""

    records: pl.DataFrame
    frame: pl.DataFrame | None
    problems: pl.DataFrame


def read_source(path: Path, entry: Entry) -> ReadSource:
    """
    Read one file. It never raises for what is wrong with the file: that is a problem, and a cause in the coverage.

    Args:
        path: Where the file lies.
        entry: What it is.
    """
    try:
        with _opened(path) as text:
            return _read(text, entry)
    except OSError as error:
        found = problem("F406", entry.source, "", f"cannot be read: {error.strerror}", "nothing could be kept")
        return unread(entry, 0, found, "cannot_read")


def unread(entry: Entry, size: int, problems: pl.DataFrame, cause: str | None) -> ReadSource:
    """
    Return what is known of a file that is not read as a table.

    Args:
        entry: What it is.
        size: Its bytes.
        problems: What is wrong with it.
        cause: Why it was not examined: the rows declared, else one file. None: it is no register (a picture, footage).
    """
    declared = entry.declaration.declared_rows
    missing = (("rows", cause, declared) if declared else ("files", cause, 1),) if cause else ()
    return ReadSource(
        entry.source, None, None, _SHARD.to_frame(), problems, sources_row(entry, size), coverage(entry, missing)
    )


def sources_row(entry: Entry, size: int, **read: object) -> pl.DataFrame:
    """Return the file's row of `sources`; *read*: the columns that reading it found."""
    said = entry.declaration
    least, most = said.offset_s or (None, None)
    row = {
        "source": entry.source,
        "kind": entry.kind,
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


def coverage(entry: Entry, counts: Sequence[tuple[str, str | None, int | None]]) -> pl.DataFrame:
    """
    Return rows of `coverage` of a register.

    Args:
        entry: The register; where its source is blank, none was supplied.
        counts: Measure, cause (None: examined) and number of each (None: nobody can say).
    """
    said = entry.declaration
    scope = ("record_search", said.system or entry.kind, said.unit, entry.source or None, *said.covers, said.complete)
    return pl.DataFrame([(*scope, *count) for count in counts], schema=_COVERAGE, orient="row")


@contextmanager
def _opened(path: Path) -> Iterator[Text]:
    """Map the file; an empty one cannot be mapped."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            yield text


def _read(text: Text, entry: Entry) -> ReadSource:
    """Read an open file."""
    if foreign := _foreign(text, entry.source):
        code, what, kept, cause = foreign
        found = problem(code, entry.source, "", f"expected a CSV file, found {what}", kept)
        return unread(entry, len(text), found, cause)
    if wrong := wrong_encoding(text):
        return _refused(text, entry, Header([], 0, 1, RECORDS.to_frame()), ("T203", wrong))
    header = read_header(text)
    if header.fault:
        return _refused(text, entry, header, header.fault)
    if not header.names:
        found = problem("T214", entry.source, "", "expected a header and rows, found blank lines", "nothing to keep")
        return _balanced(text, entry, header, None, _Rows(_placed(header.blank, entry), None, found))
    try:
        fed = layout(entry.kind or "", header.names)
    except NoLayout as error:
        return _refused(text, entry, header, ("T206", str(error)))
    return _balanced(text, entry, header, fed, _rows(text, entry, header, fed))


_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive (a spreadsheet?)",
    b"\xd0\xcf\x11\xe0": "a Microsoft compound file (a spreadsheet?)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def _foreign(text: Text, source: str) -> tuple[str, str, str, str] | None:
    """Return, of a file that is no CSV by its content or its name: code, what it is, what is kept, cause."""
    if len(text) == 0:
        return "M102", "0 bytes", "nothing to keep", "cannot_read"
    what = next((what for start, what in _SIGNATURES.items() if text[: len(start)] == start), None)
    if what is None and not source.lower().endswith(".csv"):
        what = "a name that does not end in .csv"
    return ("M103", what, "file kept as it is, not searched", "unsupported_type") if what else None


def _rows(text: Text, entry: Entry, header: Header, fed: Table) -> _Rows:
    """Return the rows of a file whose header is understood."""
    records, frames, problems = [_placed(header.blank, entry)], [fed.schema().to_frame()], [PROBLEMS.to_frame()]
    for block in read_blocks(text, header):
        rows = typed(fed, block.cells, block.lines, entry.source, entry.declaration.manner)
        rejected = pl.col("line").is_in(block.lines.filter(rows.rejected).implode())
        status = pl.when(rejected).then(pl.lit("quarantined")).otherwise("status").alias("status")
        records.append(_placed(block.records.with_columns(status), entry))
        frames.append(rows.frame)
        problems += [quarantined(block.faults, entry.source), rows.problems]
    return _Rows(pl.concat(records), pl.concat(frames), pl.concat(problems))


def _refused(text: Text, entry: Entry, header: Header, fault: tuple[str, str]) -> ReadSource:
    """Keep every row of a file in quarantine, for one fault of its header or its encoding."""
    nameless = Header([], header.start, header.line, header.blank)  # no row has as many fields as this header
    blocks: list[Block] = list(read_blocks(text, nameless))
    records = pl.concat([header.blank, *(block.records for block in blocks)])
    code, message = fault
    locator = f"line {header.line if header.fault else max(1, header.line - 1)}" if code != "T203" else ""
    found = problem(code, entry.source, locator, message, _IN_QUARANTINE)
    return _balanced(text, entry, header, None, _Rows(_placed(records, entry), None, found))


def _placed(records: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    """Return the records of a block as rows of `records`."""
    locator = ("line " + pl.col("line").cast(pl.String)).alias("locator")
    return records.with_columns(pl.lit(entry.source).alias("source"), locator).select(*_SHARD)


def _balanced(text: Text, entry: Entry, header: Header, fed: Table | None, rows: _Rows) -> ReadSource:
    """Count, and compare with what was declared."""
    statuses = dict(rows.records.group_by("status").len().iter_rows())
    accepted, apart, blank = (statuses.get(status, 0) for status in ("accepted", "quarantined", "blank"))
    declared = entry.declaration.declared_rows
    problems = rows.problems
    counts: list[tuple[str, str | None, int]] = [("rows", None, accepted)] if fed else []
    if fed and accepted + apart == 0:
        found = problem("T214", entry.source, "", "expected rows below the header, found none", "nothing to keep")
        problems = pl.concat([problems, found])
    if apart:
        counts.append(("rows", "row_rejected" if fed else "cannot_parse", apart))
    if declared is not None and declared != accepted + apart:
        message = f"expected {declared} rows, as raw/sources.csv declares, found {accepted + apart}"
        problems = pl.concat([problems, problem("T216", entry.source, "", message, "what was found is kept")])
        counts += [("rows", "not_supplied", declared - accepted - apart)] if declared > accepted + apart else []
    row = sources_row(
        entry,
        len(text),
        table=fed.name if fed else None,
        encoding="utf-8",
        header=header.names,
        rows_in=rows.records.height,
        accepted=accepted,
        quarantined=apart,
        blank=blank,
    )
    name = fed.name if fed else None
    return ReadSource(entry.source, name, rows.frame, rows.records, problems, row, coverage(entry, counts))
