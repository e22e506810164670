"""A PDF with text: the paragraphs of its pages as passages, its attachments as sources of their own. No OCR."""

import hashlib
import io
import logging
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import LimitReachedError, PyPdfError

from toolkit.readers.entries import MOST_PARTS, Entry, Reader, ReadSource, refused, too_many_parts
from toolkit.readers.faults import problem
from toolkit.readers.mail import ReadPart
from toolkit.readers.passages import paragraphs, read_passages
from toolkit.readers.rows import Text

# It writes what it finds odd in a file to the standard error.
logging.getLogger("pypdf").addHandler(logging.NullHandler())
logging.getLogger("pypdf").propagate = False

_FAILURES = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, RecursionError)
"""What pypdf raises on damaged files: its own errors, and whatever its parser stumbles over."""
LARGEST_NAMED = 10
"""Pages that a problem names; it counts the others."""


def read_pdf(text: Text, entry: Entry, reader: Reader, read_part: ReadPart) -> Iterator[ReadSource]:
    """Yield the document, then its attachments."""
    whole = bytes(text[:])
    try:
        document = PdfReader(io.BytesIO(whole))
        if document.is_encrypted and not document.decrypt(""):
            yield refused(entry, len(whole), "M109", "expected a PDF, found one that needs a password", "encrypted")
            return
        n_pages = len(document.pages)
    except _FAILURES as error:
        why = f"expected a PDF, found one that does not open: {error}"
        yield refused(entry, len(whole), "M108", why, "cannot_read")
        return
    passages, silent, faults = _pages(document, n_pages, reader)
    attached = _attachments(document)
    if faults and not passages:
        yield refused(entry, len(whole), *faults[0], "cannot_read")
        return
    if len(attached) > MOST_PARTS:
        yield too_many_parts(entry, len(whole), "attachments", len(attached))
        return
    problems = [problem(code, entry.source, "", message, "others read") for code, message in faults]
    if silent and passages:
        message = f"{len(silent)} of {n_pages} pages hold no text: {_few(silent)}"
        problems.append(problem("M117", entry.source, "", message, "pages kept as they are, not searched"))
    yield read_passages(passages, entry, reader, len(whole), problems=problems)
    for number, (name, content) in enumerate(attached, 1):
        inner = reader.part(entry, f"{number}-{name}", hashlib.sha256(content).hexdigest())
        yield from read_part(content, inner, reader.deeper())


def _pages(
    document: PdfReader, n_pages: int, reader: Reader
) -> tuple[list[tuple[str, str]], list[str], list[tuple[str, str]]]:
    """Return the passages of a document, its pages without any, and what is wrong with others: code and message."""
    passages: list[tuple[str, str]] = []
    silent: list[str] = []
    faulty: list[str] = []
    limited: list[str] = []
    for number in range(1, n_pages + 1):
        reader.alive()
        try:
            words = document.pages[number - 1].extract_text()
        except LimitReachedError:
            limited.append(f"p.{number}")
        except _FAILURES as error:
            faulty.append(f"p.{number}: {type(error).__name__}")
        else:
            found = paragraphs(words, f"p.{number} ")
            passages += found
            silent += [] if found else [f"p.{number}"]
    faults = []
    if limited:
        faults.append(("M116", f"expected pages within the limits of unpacking, found larger ones: {_few(limited)}"))
    if faulty:
        faults.append(("M108", f"pages that cannot be read: {_few(faulty)}"))
    return passages, silent, faults


def _attachments(document: PdfReader) -> list[tuple[str, bytes]]:
    try:
        return [(name, content) for name, contents in document.attachments.items() for content in contents]
    except _FAILURES:
        return []


def _few(places: list[str]) -> str:
    rest = f" and {len(places) - LARGEST_NAMED} more" if len(places) > LARGEST_NAMED else ""
    return ", ".join(places[:LARGEST_NAMED]) + rest
