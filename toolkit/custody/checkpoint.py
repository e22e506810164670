"""
`custody/checkpoint`: the head of the log, a C2SP checkpoint (c2sp.org/tlog-checkpoint) in a signed note.

Three lines: the origin, which names the log; how many lines the log has; base64 of the Merkle root over them. The
origin holds the hash of the log's first line, so that no two cases have the same. An empty line and the signatures
follow; where there are none, the case is unsigned. What witnesses cosigned is kept in `custody/witnessed/`, one file
a checkpoint, and is to be kept outside the case too: it is what makes a rewritten log show.
"""

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from toolkit.custody import merkle, note
from toolkit.custody.digest import read_if_there
from toolkit.custody.note import Note
from toolkit.errors import IntegrityError

CHECKPOINT = "custody/checkpoint"
"""Path of the checkpoint in a case."""

_ORIGIN = "toolkit/case/"
_ORIGIN_BYTES = 16
_BODY = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n")


class Checkpoint(NamedTuple):
    """The head of a log: what the log is called, how many lines it has, the root over them."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin_of(first_line: bytes) -> str:
    """
    Return the name of the log that begins with this line, without its newline.

    >>> origin_of(b"{}")
    'toolkit/case/28a3a18f6cd6406b086e9ffda1f9b8a1'
    """
    return _ORIGIN + merkle.leaf_hash(first_line)[:_ORIGIN_BYTES].hex()


def parse(text: str, place: str) -> Checkpoint:
    """
    Read the text of a checkpoint; *place* is its name in messages.

    Raises:
        IntegrityError: If it is none.
    """
    parts = _BODY.fullmatch(text)
    if not parts:
        raise IntegrityError(f"{place}: expected origin, number of lines and root, found {text[:80]!r}")
    found = Checkpoint(parts[1], int(parts[2]), base64.b64decode(parts[3]))
    if found.to_text() != text:
        raise IntegrityError(f"{place}: the root is not written as we would write it")
    return found


def read(path: Path, place: str) -> tuple[Checkpoint, Note] | None:
    """
    Return a checkpoint and the note it stands in; None where there is no file.

    Raises:
        IntegrityError: If it is not a checkpoint.
    """
    content = read_if_there(path)
    if content is None:
        return None
    found = note.parse(content, place)
    return parse(found.text, place), found


def check_kept(kept: Checkpoint, lines: Sequence[bytes], place: str) -> None:
    """
    Compare a checkpoint that somebody kept with the log as it is: the log must have grown from it.

    Args:
        kept: The checkpoint.
        lines: The lines of the log without their newlines.
        place: The checkpoint's name in messages.

    Raises:
        IntegrityError: If the log is another, was cut, or is not the one that was seen then.
    """
    if kept.size > len(lines):
        raise IntegrityError(f"{place}: names {kept.size} lines, the log has {len(lines)}: cut short or rolled back")
    if lines and kept.origin != (origin := origin_of(lines[0])):
        raise IntegrityError(f"{place}: is of the log {kept.origin}, this is {origin}")
    if kept.size and merkle.root_of([merkle.leaf_hash(line) for line in lines[: kept.size]]) != kept.root:
        raise IntegrityError(f"{place}: the first {kept.size} lines are not those that it was made of: rewritten")
