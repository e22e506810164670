"""
Files that were forgotten on purpose: what the log keeps of them.

An `intent` with `forgets` names the files before they are removed, an entry `forgotten` with `files` after it: path,
SHA-256 and rows of each, and `why`; `at` says when. Such a file is not missing. One that vanished without it is, and
one that is there again although it was forgotten is a fault too. Only descriptors are ever forgotten so: a tombstone of
anything else counts for nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from toolkit.errors import IntegrityError

FORGETTABLE = "tables/index/descriptors/"
"""Where the files lie that may be forgotten."""


class Tombstone(NamedTuple):
    """
    What is known of a file that was forgotten.

    Args:
        path: Its path in the case.
        sha256: The digest it had.
        rows: How many rows it had.
        at: When it was forgotten; where that was only begun, when it was begun.
        why: Why, in words.
    """

    path: str
    sha256: str
    rows: int
    at: str
    why: str


class Forgotten(NamedTuple):
    """Tombstones by path: of what was forgotten and not written again since, and of what a killed process began to."""

    done: dict[str, Tombstone]
    begun: dict[str, Tombstone]

    @property
    def all(self) -> dict[str, Tombstone]:
        """Both."""
        return self.begun | self.done


def forgotten(entries: Iterable[Mapping[str, Any]]) -> Forgotten:
    """
    Return what the log says is forgotten.

    Raises:
        IntegrityError: If a tombstone is none.
    """
    found = Forgotten({}, {})
    for entry in entries:
        outputs = entry.get("outputs")
        if entry["event"] in ("unit", "outcome") and isinstance(outputs, dict):
            for path in found.all.keys() & outputs.keys():  # written again
                found.done.pop(path, None)
                found.begun.pop(path, None)
        elif entry["event"] == "forgotten":
            stones = tombstones(entry, "files")
            found.done.update(stones)
            for path in stones:
                found.begun.pop(path, None)
        elif entry["event"] == "intent" and "forgets" in entry:
            found.begun.update(tombstones(entry, "forgets"))
    return found


def tombstones(entry: Mapping[str, Any], key: str) -> dict[str, Tombstone]:
    """
    Return the tombstones of an entry, by path.

    Raises:
        IntegrityError: If they are none.
    """
    try:
        stones = [
            Tombstone(str(file["path"]), str(file["sha256"]), int(file["rows"]), str(entry["at"]), str(entry["why"]))
            for file in entry[key]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"custody/log.jsonl: line {entry['n'] + 1}: expected tombstones, found none") from error
    return {stone.path: stone for stone in stones if stone.path.startswith(FORGETTABLE)}


def listed(stones: Iterable[Tombstone]) -> list[dict[str, str | int]]:
    """Return tombstones as an entry lists them."""
    return [{"path": stone.path, "sha256": stone.sha256, "rows": stone.rows} for stone in sorted(stones)]
