"""One source, whole: what its content and its name say it is, and the reader of that."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from toolkit.readers.delimited_file import delimited_register, sniffable
from toolkit.readers.encodings import from_utf_16, known_encoding
from toolkit.readers.entries import Entry, Reader, ReadSource, refused, unread
from toolkit.readers.faults import problem
from toolkit.readers.json_rows import json_register
from toolkit.readers.mail import read_mail
from toolkit.readers.passages import paragraphs, read_passages, text_of_html
from toolkit.readers.pdf import read_pdf
from toolkit.readers.registers import read_register
from toolkit.readers.rows import Text
from toolkit.readers.workbook import COMPOUND, is_workbook, read_workbook

READ = "rows or text (CSV, JSON, workbook, e-mail, PDF, plain text)"
DELIMITED, JSON, PLAIN = (".csv", ".tsv", ".psv"), (".json", ".jsonl", ".ndjson"), (".txt", ".md", ".html", ".htm")
LARGEST_BYTES = 1024**3
"""Of a file that is read whole: all but delimited text, which is read block by block whatever its size."""
DEEPEST = 8
"""Messages within messages that are opened."""
_MAYBE_WORKBOOK = {b"PK\x03\x04", COMPOUND}
_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive that is no workbook",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
}


def read_source(path: Path | BinaryIO, entry: Entry, reader: Reader) -> list[ReadSource]:
    """
    Read one file, and the parts of it that are sources of their own.

    It never raises for what is wrong with the file: that is a problem, and a cause in the coverage.

    Args:
        path: Where the file lies, or the file itself, open.
        entry: What it is.
        reader: Where its rows go, and what else is known.
    """
    try:
        with _opened(path) as text:
            return list(_read(text, entry, reader))
    except OSError as error:
        found = problem("F406", entry.source, "", f"cannot be read: {error.strerror}", "nothing could be kept")
        return [unread(entry, 0, found, "cannot_read")]


@contextmanager
def _opened(path: Path | BinaryIO) -> Iterator[Text]:
    """Map the file; an empty one cannot be mapped."""
    with path.open("rb") if isinstance(path, Path) else nullcontext(path) as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            yield text


def _read(text: Text, entry: Entry, reader: Reader) -> Iterator[ReadSource]:
    """Yield what an open file, or a part of one, gives."""
    name = entry.source.lower()
    if refusal := _refusal(text, name, reader.depth):
        yield refused(entry, len(text), *refusal)
    elif text[:5] == b"%PDF-":
        yield from read_pdf(text, entry, reader, _read)
    elif text[:4] in _MAYBE_WORKBOOK and is_workbook(text):
        yield from read_workbook(text, entry, reader)
    elif what := next((what for start, what in _SIGNATURES.items() if text[: len(start)] == start), None):
        yield refused(entry, len(text), "M103", f"expected {READ}, found {what}", "unsupported_type")
    elif name.endswith(".eml"):
        yield from read_mail(text, entry, reader, _read)
    elif name.endswith(JSON):
        yield read_register(json_register(text, entry, reader), entry, reader)
    elif name.endswith(DELIMITED) or (name.endswith(PLAIN) and sniffable(text, entry, reader.profiles)):
        yield read_register(delimited_register(text, entry, reader), entry, reader)
    elif name.endswith(PLAIN):
        yield _plain(text, entry, reader)
    else:
        message = f"expected {READ}, found a name that ends in none of {' '.join((*DELIMITED, *JSON, *PLAIN))} .eml"
        yield refused(entry, len(text), "M103", message, "unsupported_type")


def _refusal(text: Text, name: str, depth: int) -> tuple[str, str, str] | None:
    """Return code, message and cause where a file is not even opened; None: it is."""
    if len(text) == 0:
        return "M102", f"expected {READ}, found 0 bytes", "cannot_read"
    if depth > DEEPEST:
        expected = f"expected at most {DEEPEST} messages or documents within each other, found more"
        return "M116", expected, "cannot_read"
    if len(text) > LARGEST_BYTES and not name.endswith(DELIMITED):
        expected = f"expected at most {LARGEST_BYTES} bytes of what is no delimited text, found {len(text)}"
        return "M116", expected, "cannot_read"
    return None


def _plain(text: Text, entry: Entry, reader: Reader) -> ReadSource:
    """Read a plain text as passages."""
    known = known_encoding(text, entry.declaration.encoding)
    if known is None:
        message = f"found the byte-order mark {text[:4].hex(' ')} of UTF-32, which is not read"
        return refused(entry, len(text), "T203", message, "cannot_read")
    problems = []
    if known.why:
        message = f"read as {known.encoding}, which nobody declared: {known.why}"
        problems = [problem("T202", entry.source, "", message, "declare it in raw/sources.csv or a profile to confirm")]
    if known.encoding == "utf-16":
        words = from_utf_16(text).text.decode()
    else:
        words = text[:].decode(known.encoding, "backslashreplace").removeprefix("\ufeff")
    found = paragraphs(text_of_html(words) if entry.source.lower().endswith((".html", ".htm")) else words)
    return read_passages(found, entry, reader, len(text), encoding=known.encoding, problems=problems)
