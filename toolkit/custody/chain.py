"""The lines of `custody/log.jsonl`, read and checked: canonical, each after the last, as the checkpoint has them."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from toolkit.custody import checkpoint, note
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import canonical_exact, read_if_there
from toolkit.custody.grammar import DEPTH, line_fault, too_deep
from toolkit.custody.merkle import Tree
from toolkit.custody.note import Note
from toolkit.custody.signing import NotSigned, Signing
from toolkit.errors import IntegrityError

LOG = "custody/log.jsonl"
"""Path of the log in a case."""
START = "0" * 64
"""What the first line commits to."""

_LARGEST = 2**53 - 1  # RFC 8785: the integers that every reader of JSON has exactly
_SHORT = 12


@dataclass(frozen=True)
class Entry(Mapping[str, Any]):
    """
    A line of the log; reads like a dict.

    Args:
        payload: Every key of the line, `n`, `prev` and `at` among them.
        digest: SHA-256 of the line without its newline, in hex.
    """

    payload: dict[str, Any]
    digest: str

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - whatever JSON can say
        """Return the value of a key."""
        return self.payload[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter(self.payload)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self.payload)


class Contents(NamedTuple):
    """The log on the disk: lines, tree, how many the checkpoint names, it, a torn tail, and who may sign."""

    entries: list[Entry]
    tree: Tree
    headed: int
    note: Note | None
    tail: bytes
    whole_bytes: int
    signing: Signing


def load(path: Path, *, every: bool = False) -> Contents:
    """
    Return the log, checked, with its torn tail; empty where there is no log.

    Args:
        path: Of the log.
        every: Whether each line's signature is computed. Else those that a signed checkpoint covers are taken from it.

    Raises:
        IntegrityError: If a line is not canonical JSON, does not follow the one before, or is not what the checkpoint
            commits to.
        NotSigned: If the log is signed, and a line or the checkpoint is not.
    """
    content = read_if_there(path) or b""
    *lines, tail = content.split(b"\n")
    head = checkpoint.read(path.with_name("checkpoint"), CHECKPOINT)
    entries: list[Entry] = []
    tree, root = Tree(), None
    for number, line in enumerate(lines, 1):
        entry = Entry(_parsed(number, line), hashlib.sha256(line).hexdigest())
        _check_follows(number, entry, entries[-1].digest if entries else START)
        entries.append(entry)
        tree.append(line)
        if head and number == head[0].size:
            root = tree.root
    if head:
        _check_head(head[0], lines, root)
    headed = head[0].size if head else 0
    signing = _check_signed(entries, head, every=every)
    _check_headless(entries, headed, signed=bool(head and signing.keys))
    return Contents(entries, tree, headed, head[1] if head else None, tail, len(content) - len(tail), signing)


def _check_signed(entries: list[Entry], head: tuple[checkpoint.Checkpoint, Note] | None, *, every: bool) -> Signing:
    """
    Return who may sign the log; raise NotSigned where a line, or the head, is not signed by who may.

    A head that a signer signed speaks for the lines that it covers; what comes after it speaks for itself.
    """
    signing = Signing()
    for number, entry in enumerate(entries, 1):
        signing.take(number, entry, check=every or head is None or number > head[0].size)
    if head and signing.keys:
        keys = signing.for_head(head[0].size)
        if keys and not note.signed_by(head[1], keys, CHECKPOINT):
            names = ", ".join(key.name for key in keys)
            raise NotSigned(f"{CHECKPOINT}: not signed by a signer of the case ({names})")
    return signing


def is_earlier(at: str, last: str) -> bool:
    """
    Return whether a time of the log is before another; False where one of them is no time.

    >>> is_earlier("2026-01-05T09:00:00+00:00", "2026-01-05T09:30:00.5+00:00")
    True
    >>> is_earlier("yesterday", "2026-01-05T09:30:00+00:00")
    False
    """
    try:
        return dt.datetime.fromisoformat(at) < dt.datetime.fromisoformat(last)
    except (ValueError, TypeError):  # TypeError: only one of them has an offset
        return False


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    """Return the object of a line, or raise IntegrityError unless it is canonical JSON without floats."""
    try:
        if too_deep(line):
            raise ValueError(f"JSON deeper than {DEPTH}")  # noqa: TRY301 - said as what cannot be parsed is
        value = json.loads(
            line.decode(),
            object_pairs_hook=_no_duplicates,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_exact_integer,
        )
        canonical = canonical_exact(value)
    except (ValueError, RecursionError) as error:
        raise IntegrityError(f"{LOG}: line {number} cannot be read: {error}") from error
    if canonical != line:
        raise IntegrityError(f"{LOG}: line {number} is not canonical JSON (RFC 8785)")
    if fault := line_fault(value):
        raise IntegrityError(f"{LOG}: line {number}: {fault}")
    found: dict[str, Any] = value
    return found


def _check_follows(number: int, entry: Entry, prev: str) -> None:
    if entry["prev"] != prev:
        before = f"line {number - 1}" if number > 1 else "the start"
        raise IntegrityError(
            f"{LOG}: line {number} does not follow {before}: "
            f"expected prev={prev[:_SHORT]}, found {entry['prev'][:_SHORT]}"
        )
    if entry.get("n") != number - 1 or isinstance(entry["n"], bool):
        raise IntegrityError(f"{LOG}: line {number}: expected n={number - 1}, found {entry.get('n')}")


def _check_head(head: checkpoint.Checkpoint, lines: list[bytes], root: bytes | None) -> None:
    """Raise IntegrityError unless the checkpoint fits the log; *root* is over as many lines as it names."""
    if head.size > len(lines):
        raise IntegrityError(f"{LOG}: has {len(lines)} whole lines, but {CHECKPOINT} names {head.size}: cut short")
    if root is None or head.root != root:
        found = root.hex()[:_SHORT] if root else "no lines"
        raise IntegrityError(
            f"{LOG}: the first {head.size} lines are not what {CHECKPOINT} commits to: "
            f"expected root {head.root.hex()[:_SHORT]}, found {found}"
        )
    if head.origin != (origin := checkpoint.origin_of(lines[0])):
        raise IntegrityError(f"{CHECKPOINT}: is of the log {head.origin}, this is {origin}")


def _check_headless(entries: list[Entry], headed: int, *, signed: bool) -> None:
    """Raise IntegrityError if a line beyond the checkpoint must have had its own; signed ones speak for themselves."""
    # A kill between line and checkpoint leaves one line beyond it; units before that have no checkpoint at all.
    if signed:
        return
    for number, entry in enumerate(entries[headed:-1], headed + 1):
        if entry["event"] != "unit":
            raise IntegrityError(
                f"{CHECKPOINT}: names {headed} of {len(entries)} lines, but line {number} had its own checkpoint"
            )


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"a float: {text}")


def _exact_integer(text: str) -> int:
    value = int(text)
    if abs(value) > _LARGEST:
        raise ValueError(f"an integer beyond 2^53: {text[:20]}")
    return value
