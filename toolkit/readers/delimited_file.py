"""A file of delimited text as a register: its encoding, its dialect, and which table it feeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from toolkit.readers.delimited import Header, read_blocks, read_header
from toolkit.readers.encodings import Encoding, Known, Transcoded, from_utf_16, known_encoding
from toolkit.readers.entries import Entry, Reader
from toolkit.readers.faults import problem
from toolkit.readers.feeds import Feed, NoFeed, best, candidates, feed
from toolkit.readers.pieces import RECORDS, USUAL, Block, Dialect
from toolkit.readers.profiles import Profile
from toolkit.readers.registers import Register
from toolkit.readers.rows import Marks, Text, exact_row


@dataclass(frozen=True)
class _View:
    """A text by one candidate's encoding and dialect, and its header; `way_back` where it was transcoded."""

    text: Text
    known: Known
    dialect: Dialect
    header: Header
    way_back: Transcoded | None

    def blocks(self, *, understood: bool) -> Iterator[Block]:
        """Yield the rows; of a header that is not understood without cells, all in quarantine."""
        header = self.header if understood else replace(self.header, names=[])
        for block in read_blocks(self.text, header, self.dialect):
            if self.way_back is None:
                yield block
            else:
                there = self.way_back.in_file(block.records["byte"].to_numpy())
                yield replace(block, records=block.records.with_columns(pl.Series("byte", there, pl.Int64)))


def delimited_register(text: Text, entry: Entry, reader: Reader) -> Register:
    """Return a file of delimited text as a register, by the profile meant for it, our own columns, or one that fits."""
    try:
        tried = candidates(entry.kind or "", entry.source, reader.profiles)
    except NoFeed as none:
        view = _view(text, entry, None)
        return _unfed(view, (none.code, none.message, ""), entry, len(text)) if view else _foreign(text)
    fits: list[tuple[_View, Feed]] = []
    failed: list[tuple[_View, tuple[str, str, str]]] = []
    for profile in tried:
        view = _view(text, entry, profile)
        if view is None:
            return _foreign(text)
        wrong = _wrong(view)
        if not wrong and view.header.names:
            try:
                fits.append((view, feed(entry.kind or "", view.header.names, profile)))
                if profile is None:
                    break
            except NoFeed as none:
                wrong = (none.code, none.message, _header_place(view.header))
        if wrong or not view.header.names:
            failed.append((view, wrong or ("", "", "")))
    if not fits:
        view, wrong = failed[0]
        return _unfed(view, wrong, entry, len(text))
    try:
        chosen = best([found for _, found in fits])
    except NoFeed as none:
        return _unfed(fits[0][0], (none.code, none.message, _header_place(fits[0][0].header)), entry, len(text))
    view = next(view for view, found in fits if found is chosen)
    return replace(_register(view, entry, len(text)), blocks=view.blocks(understood=True), feed=chosen)


def sniffable(text: Text, entry: Entry, profiles: Sequence[Profile]) -> bool:
    """Return whether a profile reads a text of any name as rows: one meant for it, or one that fits its header."""
    try:
        tried = [profile for profile in candidates(entry.kind or "", entry.source, profiles) if profile]
    except NoFeed:
        return True
    if any(profile.is_meant(entry.source) for profile in tried):
        return True
    views = ((profile, _view(text, entry, profile)) for profile in tried)
    return any(view and view.header.names and not profile.missing(view.header.names) for profile, view in views)


def _view(text: Text, entry: Entry, profile: Profile | None) -> _View | None:
    """Return the text as one candidate sees it; None where it is in no encoding that is read."""
    declared: Encoding | None = entry.declaration.encoding or (profile.dialect.encoding if profile else None)
    known = known_encoding(text, declared)
    if known is None:
        return None
    way_back = from_utf_16(text) if known.encoding == "utf-16" else None
    inner = way_back.text if way_back else text
    codec = "utf-8" if way_back else known.encoding
    dialect = profile.written(codec) if profile else replace(USUAL, encoding=codec)
    return _View(inner, known, dialect, read_header(inner, dialect), way_back)


def _wrong(view: _View) -> tuple[str, str, str] | None:
    """Return code, message and place of what spoils a whole file."""
    if view.way_back and view.way_back.bad_byte >= 0:
        return "T201", f"not UTF-16 at byte {view.way_back.bad_byte}", ""
    return (*view.header.fault, f"line {view.header.line}") if view.header.fault else None


def _header_place(header: Header) -> str:
    return f"line {max(1, header.line - 1)}"


def _register(view: _View, entry: Entry, size: int) -> Register:
    found = Register(
        view.header.names,
        (),
        blank=view.header.blank,
        size=size,
        encoding=view.known.encoding,
        manner=entry.declaration.manner,
        split=partial(_split, view.dialect.marks),
    )
    if view.known.why:
        message = f"read as {view.known.encoding}, which nobody declared: {view.known.why}"
        found.problems.append(
            problem("T202", entry.source, "", message, "declare it in raw/sources.csv or a profile to confirm")
        )
    return found


def _split(marks: Marks, verbatim: str) -> list[str | None]:
    """Take a row apart, as far as its quotes allow."""
    row = exact_row(verbatim.encode(), 0, marks)
    return [cell.decode() for cell in (row.leading if row.cells is None else row.cells)]


def _unfed(view: _View, fault: tuple[str, str, str], entry: Entry, size: int) -> Register:
    """Return a register of which every row is kept in quarantine; without a fault: of blank lines only."""
    found = replace(_register(view, entry, size), blocks=view.blocks(understood=False))
    return replace(found, fault=fault) if fault[0] else found


def _foreign(text: Text) -> Register:
    """Return a file in UTF-32 as lines that nobody understands."""
    message = f"found the byte-order mark {text[:4].hex(' ')} of UTF-32, which is not read"
    nameless = Header([], 0, 1, RECORDS.to_frame())
    return Register([], read_blocks(text, nameless), fault=("T203", message, ""), size=len(text), encoding=None)
