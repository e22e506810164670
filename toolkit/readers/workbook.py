"""
A workbook (XLSX, XLSM, XLS, ODS): each sheet a register of its own, hidden ones too, with the rows' true numbers.

Values only: formulas, macros and links to other files are never followed. A cell of text comes out as it went in; of a
number or a time, a workbook holds the value and not what the screen showed: 1E5 typed as a number is 100000.
"""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import fastexcel
import polars as pl

from toolkit.readers.entries import MOST_PARTS, Entry, Reader, ReadSource, refused, sources_row, too_many_parts, unread
from toolkit.readers.faults import PROBLEMS, problem
from toolkit.readers.feeds import Feed, NoFeed, best, candidates, feed
from toolkit.readers.pieces import FAULTS, RECORDS, Block, told_apart
from toolkit.readers.profiles import Profile
from toolkit.readers.registers import Register, read_register
from toolkit.readers.rows import Text

LARGEST_UNPACKED_BYTES = 2 * 1024**3
"""A workbook of a million rows of 20 cells has about 1 GiB; more is a bomb, or is asked for as CSV."""
_INNER = ("xl/workbook.", "content.xml")
COMPOUND = b"\xd0\xcf\x11\xe0"


def is_workbook(text: Text) -> bool:
    """Return whether a file is a workbook by its content; a compound file may also be something else."""
    if text[:4] == COMPOUND:
        return True
    with suppress(zipfile.BadZipFile), _packed(text) as packed:
        return any(name.startswith(_INNER) for name in packed.namelist())
    return False


def _packed(text: Text) -> zipfile.ZipFile:
    """Open the archive of a workbook; a mapped file is not loaded."""
    return zipfile.ZipFile(io.BytesIO(text) if isinstance(text, bytes) else text)  # type: ignore[arg-type]  # reads, seeks


def sheets_of(content: bytes) -> dict[str, pl.DataFrame]:
    """Return the cells of each sheet as text, from its first row on."""
    book = fastexcel.read_excel(content)
    return {name: _rows(book, name)[0] for name in book.sheet_names}


def read_workbook(text: Text, entry: Entry, reader: Reader) -> Iterator[ReadSource]:
    """Yield the workbook, and each of its sheets as a part of it."""
    if text[:4] != COMPOUND:
        with _packed(text) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
        if unpacked > LARGEST_UNPACKED_BYTES:
            message = f"expected at most {LARGEST_UNPACKED_BYTES} bytes when unpacked, found {unpacked}"
            yield refused(entry, len(text), "M116", message, "cannot_read")
            return
    whole = bytes(text[:])
    if whole[:4] == COMPOUND and b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in whole:
        yield refused(entry, len(whole), "M109", "expected a workbook, found an encrypted one", "encrypted")
        return
    try:
        book = fastexcel.read_excel(whole)
        names = book.sheet_names
    except fastexcel.FastExcelError as error:
        why = str(error).splitlines()[0]
        yield refused(
            entry, len(whole), "M108", f"expected a workbook, found one that does not open: {why}", "cannot_read"
        )
        return
    if len(names) > MOST_PARTS:
        yield too_many_parts(entry, len(whole), "sheets", len(names))
        return
    found = list(_sheets(book, names, entry, reader))
    yield ReadSource(entry.source, None, PROBLEMS.to_frame(), sources_row(entry, len(whole)), _no_coverage(entry))
    yield from found


def _no_coverage(entry: Entry) -> pl.DataFrame:
    """Return no coverage: what was examined of a workbook is said of its sheets."""
    return unread(entry, 0, PROBLEMS.to_frame(), None).coverage


def _sheets(book: fastexcel.ExcelReader, names: list[str], entry: Entry, reader: Reader) -> Iterator[ReadSource]:
    """Yield each sheet."""
    rows: dict[str, _Sheet] = {}
    for name, sheets in Counter(names).items():
        part = reader.part(entry, name, entry.sha256)
        reader.alive()
        try:
            if sheets > 1:
                yield _damaged(part, f"{sheets} of this name: nobody can say which one is meant")
            else:
                rows[name] = _rows(book, name)
        except fastexcel.FastExcelError as error:
            yield _damaged(part, f"one that does not load: {str(error).splitlines()[0]}")
    filled = [name for name, (cells, *_) in rows.items() if cells.height]
    for name, sheet in rows.items():
        part = reader.part(entry, name, entry.sha256)
        if filled == [name] and part.declaration.declared_rows is None:
            part = replace(part, declaration=replace(part.declaration, declared_rows=entry.declaration.declared_rows))
        try:
            tried = candidates(part.kind or "", part.source, reader.profiles)
            tried = candidates(part.kind or "", entry.source, reader.profiles) if None in tried else tried
        except NoFeed as none:
            yield read_register(_register(sheet, part, [], none), part, reader)
            continue
        only = {profile.dialect.sheet for profile in tried if profile and profile.applies_to}
        if only - {None, name}:
            yield unread(part, 0, PROBLEMS.to_frame(), "excluded_by_rule")
            continue
        yield read_register(_register(sheet, part, tried), part, reader)


def _damaged(part: Entry, why: str) -> ReadSource:
    """Return a sheet that cannot be read; the others can."""
    found = problem(
        "M108", part.source, "", f"expected a sheet, found {why}", "workbook kept as it is; this sheet is not searched"
    )
    return unread(part, 0, found, "cannot_read")


_Sheet = tuple[pl.DataFrame, dict[tuple[int, int], str], str]


def _rows(book: fastexcel.ExcelReader, name: str) -> _Sheet:
    """Return a sheet's cells as text from its first row on, its cells with an error, and how it is shown."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    if sheet.width == 0 or sheet.total_height == 0:
        return pl.DataFrame(), {}, sheet.visible
    batch, errors = sheet.to_arrow_with_errors()
    cells = pl.DataFrame(batch)
    cells = cells.rename({old: f"c{number}" for number, old in enumerate(cells.columns)})
    wrong = {error.position: _error_in(error.detail) for error in errors.errors} if errors else {}
    return _with_errors(cells, wrong), wrong, sheet.visible


def _with_errors(cells: pl.DataFrame, errors: dict[tuple[int, int], str]) -> pl.DataFrame:
    """Return the cells with each error written out: it is no blank, which would say that nothing was there."""
    for (row, column), why in errors.items():
        cells[row, column] = f"#{why.upper()}!"
    return cells


def _error_in(detail: str) -> str:
    """
    Return the error of a cell, of what calamine says of it.

    >>> _error_in("Expected string but got 'Error(Ref)'")
    'Ref'
    """
    return detail.rpartition("Error(")[2].rstrip("')")


def _register(
    rows: tuple[pl.DataFrame, dict[tuple[int, int], str], str],
    entry: Entry,
    tried: list[Profile | None],
    none: NoFeed | None = None,
) -> Register:
    """Return a sheet as a register."""
    cells, errors, visible = rows
    manner = replace(entry.declaration.manner, midnight_is_a_day=True)
    if cells.is_empty():
        return Register([], (), place="row", manner=manner, problems=_hidden(entry, visible))
    records = _records(cells)
    fits: list[tuple[int, list[str], Feed]] = []
    header, names, fault = 0, [], none
    for profile in tried:
        header = _header(records, profile)
        names = [(cell or "").strip() for cell in cells.row(header)]
        names = names[: max((at for at, name in enumerate(names, 1) if name), default=0)]
        try:
            fits.append((header, names, feed(entry.kind or "", names, profile)))
            if profile is None:
                break
        except NoFeed as error:
            fault = fault or error
    chosen = None
    if fits:
        try:
            chosen = best([found for _, _, found in fits])
            header, names = next((at, texts) for at, texts, found in fits if found is chosen)
        except NoFeed as error:
            fault = error
    if records["status"].eq("blank").all():
        return Register([], [_block(records, [], cells)], place="row", manner=manner, problems=_hidden(entry, visible))
    block = _block(records[header + 1 :], names if chosen else [], cells[header + 1 :])
    problems = _hidden(entry, visible) + [
        problem(
            "T211",
            entry.source,
            f"row {row + 1}",
            f"column {column + 1} holds the error {why}",
            "row kept, without this value",
        )
        for (row, column), why in sorted(errors.items())
    ]
    return Register(
        names,
        [block] if block.records.height else [],
        feed=chosen,
        fault=None if chosen or fault is None else (fault.code, fault.message, f"row {header + 1}"),
        blank=records[:header].filter(status="blank"),
        place="row",
        manner=manner,
        problems=problems,
        split=json.loads,
    )


def _hidden(entry: Entry, visible: str) -> list[pl.DataFrame]:
    if visible == "visible":
        return []
    return [problem("T219", entry.source, "", f"the workbook does not show this sheet ({visible})", "sheet read")]


def _records(cells: pl.DataFrame) -> pl.DataFrame:
    """Return every row of a sheet, accepted or blank."""
    verbatim = [json.dumps(row, ensure_ascii=False) for row in cells.iter_rows()]
    blank = cells.select(pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == ""))).to_series()
    return pl.DataFrame(
        {
            "line": range(1, cells.height + 1),
            "byte": [None] * cells.height,
            "status": ["blank" if each else "accepted" for each in blank],
            "verbatim": verbatim,
        },
        schema=RECORDS,
    )


def _header(records: pl.DataFrame, profile: Profile | None) -> int:
    """Return the index of the header's row: the declared one, or the first that is not blank."""
    if profile and profile.dialect.header_line:
        return min(profile.dialect.header_line, records.height) - 1
    filled = (records["status"] != "blank").arg_max()
    return filled or 0


def _block(records: pl.DataFrame, names: list[str], cells: pl.DataFrame) -> Block:
    """Return rows below a header of these names; without names all are in quarantine. Cells beyond them are a fault."""
    filled = records["status"] != "blank"
    if not names:
        status = pl.when(pl.col("status") == "blank").then("status").otherwise(pl.lit("quarantined")).alias("status")
        return Block(records.with_columns(status), FAULTS.to_frame(), pl.DataFrame(), pl.Series("line", [], pl.Int64))
    beyond = cells.select(cells.columns[len(names) :])
    wide = (
        beyond.select(pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(value=False)).to_series()
        if beyond.width
        else pl.Series([False] * cells.height, dtype=pl.Boolean)
    )
    faults = pl.DataFrame(
        [
            ("T204", line, f"expected {len(names)} cells, as in the header, found more")
            for line in records["line"].filter(wide)
        ],
        schema=FAULTS,
        orient="row",
    )
    status = pl.when(wide).then(pl.lit("quarantined")).otherwise("status").alias("status")
    kept = cells.select(cells.columns[: len(names)]).filter(filled & ~wide)
    kept = kept.rename(dict(zip(kept.columns, told_apart(names), strict=True)))
    return Block(records.with_columns(status), faults, kept, records["line"].filter(filled & ~wide))
