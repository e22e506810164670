"""Text that is not read as rows: its paragraphs, each with its place, so that a search finds them."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import polars as pl

from toolkit.readers.entries import PASSAGES, RECORDS_OF, Entry, Part, Reader, ReadSource, coverage, sources_row
from toolkit.readers.faults import PROBLEMS, problem

_BETWEEN = re.compile(r"\n[ \t\r\f\v]*\n\s*")
_BLOCKS = {"p", "div", "br", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_SILENT = {"script", "style", "head", "title"}


def paragraphs(text: str, before: str = "") -> list[tuple[str, str]]:
    r"""
    Return the paragraphs of a text, which blank lines part, with their places.

    >>> paragraphs("One\ntwo.\n\nThree.", before="p.2 ")
    [('p.2 para 1', 'One\ntwo.'), ('p.2 para 2', 'Three.')]
    """
    parts = (part.strip() for part in _BETWEEN.split(text.replace("\r\n", "\n").replace("\0", "\ufffd")))
    return [(f"{before}para {number}", part) for number, part in enumerate(filter(None, parts), 1)]


def text_of_html(html: str) -> str:
    r"""
    Return the words of an HTML text, in paragraphs.

    >>> text_of_html("<style>b {}</style><p>Sent <b>one</b> image.</p><p>To the company.</p>")
    'Sent one image.\n\nTo the company.'
    """
    parser = _Words()
    parser.feed(html)
    parser.close()
    return _BETWEEN.sub("\n\n", "".join(parser.words)).strip()


class _Words(HTMLParser):
    """Keeps the words that a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.words.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _BLOCKS:
            self.words.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def read_passages(
    passages: Iterable[tuple[str, str]],
    entry: Entry,
    reader: Reader,
    size: int,
    *,
    encoding: str | None = None,
    problems: Iterable[pl.DataFrame] = (),
) -> ReadSource:
    """
    Hand the passages of a document to the sink, and return what else it gave.

    A document without a word is a problem (M117), and was not searched.

    Args:
        passages: Place and text of each.
        entry: The document.
        reader: Where they go.
        size: Its bytes.
        encoding: What it was read with, where it is text.
        problems: What is wrong with it.
    """
    rows = [(entry.source, place, text) for place, text in passages]
    found = [PROBLEMS.to_frame(), *problems]
    if not rows:
        message = "expected text, found none: a scan, or nothing"
        found.append(problem("M117", entry.source, "", message, "file kept as it is, not searched"))
    frame = pl.DataFrame(rows, schema=PASSAGES, orient="row")
    reader.sink(Part(entry.source, "passages", RECORDS_OF.to_frame(), frame))
    covered = coverage(entry, [("files", None if rows else "cannot_read", 1)], "text_search")
    row = sources_row(entry, size, table="passages", encoding=encoding)
    return ReadSource(entry.source, "passages", pl.concat(found), row, covered)
