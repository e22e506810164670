"""
The encoding of a text: declared, or detected and reported. Decoding is strict; nothing is replaced.

What is not declared is UTF-8 unless its bytes say otherwise: a byte-order mark, or NULs at every other byte (UTF-16);
or bytes that are no UTF-8, where nothing else in the file is UTF-8 beyond ASCII (cp1252, or latin-1 where cp1252 has no
such character). A file in which some rows are UTF-8 and some are not is mixed: it is read as UTF-8, and the others are
kept apart row by row.
"""

import codecs
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.readers.rows import Positions, Text, let_go

Encoding: TypeAlias = Literal["utf-8", "utf-16", "cp1252", "latin-1"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "cp1252", "latin-1")

SCANNED_BYTES = 16 * 1024 * 1024
"""Looked at in one piece."""
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LEAST_NULS = 0.4
"""Share of the even, or of the odd, bytes that are NUL in UTF-16 of mostly Latin text; in other texts there is none."""


@dataclass(frozen=True)
class Known:
    """
    An encoding, and how it is known.

    Args:
        encoding: What the text is read with.
        why: What in the bytes says so; empty where it was declared, or is UTF-8.
    """

    encoding: Encoding
    why: str = ""


@dataclass(frozen=True)
class Transcoded:
    """
    A text that was put into UTF-8, and the way back to the bytes of the file.

    Args:
        text: In UTF-8, without a byte-order mark.
        begin: Bytes of the byte-order mark in the file.
        bad_byte: Offset in the file of the first byte that could not be decoded; -1: none. Then it is shown escaped.
        escapes: Of each stretch that is shown escaped, in order: how many units of 2 bytes `text` would have up to its
            end, if all had been decoded from such; and by how many bytes the file is ahead of that from there on.
    """

    text: bytes
    begin: int
    bad_byte: int = -1
    escapes: tuple[tuple[int, int], ...] = ()

    def in_file(self, offsets: Positions) -> Positions:
        """Return the offsets in the file of offsets in `text`, which ascend."""
        if len(offsets) == 0:
            return offsets
        lead = np.frombuffer(self.text, np.uint8, int(offsets[-1]))
        units: NDArray[np.int64] = np.cumsum((lead & 0xC0) != 0x80, dtype=np.int64)  # noqa: PLR2004 - a character begins
        units += np.cumsum(lead >= 0xF0, dtype=np.int64)  # noqa: PLR2004 - and takes a surrogate pair
        found: Positions = np.concatenate(([0], units))[offsets]
        ends = np.array([0, *(end for end, _ in self.escapes)], np.int64)
        ahead = np.array([0, *(behind for _, behind in self.escapes)], np.int64)
        return self.begin + 2 * found + ahead[np.searchsorted(ends, found, side="right") - 1]


def foreign_mark(text: Text) -> str | None:
    """Return what shows that a text that must be UTF-8 is not; None: nothing does."""
    marks = {**dict.fromkeys(_UTF_32, "UTF-32"), **dict.fromkeys(_UTF_16, "UTF-16")}
    found = next((mark for mark in marks if text[: len(mark)] == mark), None)
    return f"expected UTF-8, found the byte-order mark {found.hex(' ')} of {marks[found]}" if found else None


def known_encoding(text: Text, declared: Encoding | None) -> Known | None:
    """
    Return the encoding of a file; None where it has the mark of one that is not read (UTF-32).

    >>> known_encoding("caf\u00e9".encode("cp1252"), None).encoding
    'cp1252'
    """
    if text[:4] in _UTF_32:
        return None
    if declared:
        return Known(declared)
    if text[:2] in _UTF_16:
        return Known("utf-16", f"found the byte-order mark {text[:2].hex(' ')}")
    if _order_without_mark(text):
        return Known("utf-16", "found NUL bytes at every other place")
    return _eight_bits(text)


def from_utf_16(text: Text) -> Transcoded:
    """Return a UTF-16 text as UTF-8, of the byte order that its mark or its NULs say; else little-endian."""
    begin = 2 if text[:2] in _UTF_16 else 0
    codec = _UTF_16.get(text[:2]) or _order_without_mark(text) or "utf-16-le"
    whole = text[begin:]
    try:
        return Transcoded(whole.decode(codec).encode(), begin)
    except UnicodeDecodeError as error:
        shown, escapes = _escaped(whole, codec)
        return Transcoded(shown.encode(), begin, begin + error.start, escapes)


def _escaped(whole: bytes, codec: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a text in which what cannot be decoded is escaped, and the stretches where (see `Transcoded`)."""
    found: list[tuple[int, int]] = []
    ahead = 0

    def escape(error: UnicodeError) -> tuple[str | bytes, int]:
        nonlocal ahead
        shown, end = codecs.backslashreplace_errors(error)
        if isinstance(error, UnicodeDecodeError):
            units = (error.start - ahead) // 2 + len(shown)
            ahead = end - 2 * units
            found.append((units, ahead))
        return shown, end

    codecs.register_error("toolkit.escaped", escape)
    return whole.decode(codec, "toolkit.escaped"), tuple(found)


def _order_without_mark(text: Text) -> str | None:
    start = np.frombuffer(text[:4096], np.uint8)
    if len(start) < 2:  # noqa: PLR2004 - one character
        return None
    for codec, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        half, other = start[first::2], start[1 - first :: 2]
        if (half == 0).mean() >= _LEAST_NULS and (other == 0).mean() < _LEAST_NULS / 10:
            return codec
    return None


def _eight_bits(text: Text) -> Known:
    """Return UTF-8, cp1252 or latin-1."""
    found = np.zeros(256, np.bool_)
    foreign = ""
    for start in range(0, len(text), SCANNED_BYTES):
        piece = text[start : start + SCANNED_BYTES]
        let_go(text, start, start + len(piece))
        if piece.isascii():
            continue
        inner, bad = _beyond_ascii(piece, last=start + SCANNED_BYTES >= len(text))
        if inner:
            return Known("utf-8")
        if bad >= 0 and not foreign:
            foreign = f"0x{piece[bad]:02x} at byte {start + bad} is not UTF-8"
        found |= np.bincount(np.frombuffer(piece, np.uint8), minlength=256) > 0
    if not foreign:
        return Known("utf-8")
    undefined = [byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) if found[byte]]
    return Known("latin-1" if undefined else "cp1252", foreign)


def _beyond_ascii(piece: bytes, *, last: bool) -> tuple[bool, int]:
    """Return whether some character beyond ASCII is UTF-8, and the offset of the first byte that is not (-1: none)."""
    try:
        piece.decode()
    except UnicodeDecodeError as error:
        cut = not last and error.start >= len(piece) - 3 and error.reason == "unexpected end of data"
        bad = -1 if cut else error.start
    else:
        return True, -1
    kept = piece.decode("utf-8", "ignore")
    return not kept.isascii(), bad
