"""The lines of `custody/log.jsonl`, read and checked: canonical, each after the last, as the checkpoint has them."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import rfc8785

from toolkit.custody import checkpoint
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.merkle import Tree
from toolkit.custody.note import Note
from toolkit.errors import IntegrityError

LOG = "custody/log.jsonl"
"""Path of the log in a case."""
START = "0" * 64
"""What the first line commits to."""

_LARGEST = 2**53 - 1  # RFC 8785: the integers that every reader of JSON has exactly
_PRIVATE_USE = 0xEE  # first byte, in UTF-8, of U+E000 and above
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
    """The log as it is on the disk: lines, the tree over them, how many the checkpoint names, it, and a torn tail."""

    entries: list[Entry]
    tree: Tree
    headed: int
    note: Note | None
    tail: bytes
    whole_bytes: int


def load(path: Path) -> Contents:
    """
    Return the log, checked, with its torn tail; empty where there is no log.

    Raises:
        IntegrityError: If a line is not canonical JSON, does not follow the one before, or is not what the checkpoint
            commits to.
    """
    content = path.read_bytes() if path.exists() else b""
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
    _check_headless(entries, headed)
    return Contents(entries, tree, headed, head[1] if head else None, tail, len(content) - len(tail))


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
        value = json.loads(
            line.decode(),
            object_pairs_hook=_no_duplicates,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_exact_integer,
        )
        canonical = _canonical(value, line)
    except (ValueError, RecursionError) as error:
        raise IntegrityError(f"{LOG}: line {number} cannot be read: {error}") from error
    if canonical != line:
        raise IntegrityError(f"{LOG}: line {number} is not canonical JSON (RFC 8785)")
    if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in ("prev", "at", "event")):
        raise IntegrityError(f"{LOG}: line {number}: expected an object with n, prev, at and event")
    return value


def _canonical(value: Any, line: bytes) -> bytes:  # noqa: ANN401
    """
    Return the canonical form of what was read from *line*.

    Without floats, the standard library writes it, six times as fast; only the order of keys differs when
    characters from U+E000 on are among them (RFC 8785 sorts by UTF-16).
    """
    if max(line, default=0) >= _PRIVATE_USE:
        return rfc8785.dumps(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


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


def _check_headless(entries: list[Entry], headed: int) -> None:
    """Raise IntegrityError if a line beyond the checkpoint must have had its own."""
    # A kill between line and checkpoint leaves one line beyond it; units before that have no checkpoint at all.
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
