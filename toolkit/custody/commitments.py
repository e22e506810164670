"""
What the log must commit to and may not hold: a salted digest in the log, the value beside it, where it can be erased.

`custody/openings.jsonl` holds one line a value: the commitment, a random salt of 32 bytes, the value. The log's line
holds only SHA-256(salt, value): without the salt nobody can find the value by trying (a name, a reference or a
descriptor can be guessed), so that erasing a line here erases the value, and the log stays as it is.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from toolkit.custody import write
from toolkit.custody.digest import canonical, read_if_there
from toolkit.errors import IntegrityError

OPENINGS = "custody/openings.jsonl"
"""Path of the salts and values in a case."""

_SALT_BYTES = 32


def commit(case_root: Path, values: Iterable[str]) -> list[str]:
    """Keep the values with salts of their own and return their commitments, in hex; hold the case's lock."""
    made, path = [], case_root / OPENINGS
    content = _content(case_root)
    if not content.endswith(b"\n") and content:
        write.truncate(path, content.rfind(b"\n") + 1)  # what a killed process left: nothing commits to it
    for value in values:
        salt = os.urandom(_SALT_BYTES)
        made.append(_commitment(salt, value))
        write.append_line(path, _line(salt, value))
    return made


def opened(case_root: Path) -> dict[str, str]:
    """
    Return commitment -> value of what was not erased.

    Raises:
        IntegrityError: If a value is not what was committed to.
    """
    found = {}
    lines = _content(case_root).split(b"\n")[:-1]
    for number, line in enumerate(lines, 1):
        try:
            kept = json.loads(line)
            commitment, value = kept["commitment"], kept["value"]
            salt = bytes.fromhex(kept["salt"])
            right = line == _line(salt, value) and commitment == _commitment(salt, value)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IntegrityError(f"{OPENINGS}: line {number} cannot be read: {error}") from error
        if not right:
            raise IntegrityError(f"{OPENINGS}: line {number} is not what was committed to")
        found[commitment] = value
    return found


def check(case_root: Path, named: Iterable[str]) -> str:
    """
    Return what is wrong with the values that are kept, or ''.

    Args:
        case_root: The case.
        named: The commitments that the log has. Bytes after the last newline are what a killed process left, unless
            they hold one of these.
    """
    try:
        opened(case_root)
    except IntegrityError as error:
        return str(error).removeprefix(f"{OPENINGS}: ")
    torn = _content(case_root).rpartition(b"\n")[2]
    if any(made.encode() in torn for made in named):
        return "its last line does not end: expected a newline"
    return ""


def erase(case_root: Path, commitments: Iterable[str]) -> int:
    """Erase values and salts for good; return how many. The log, which holds the commitments, stays as it is."""
    gone, path = set(commitments), case_root / OPENINGS
    *lines, torn = _content(case_root).split(b"\n")
    kept = [line for line in lines if json.loads(line)["commitment"] not in gone]
    if len(kept) < len(lines) or torn:
        write.write_bytes(path, b"".join(line + b"\n" for line in kept))
    return len(lines) - len(kept)


def _content(case_root: Path) -> bytes:
    """Return what is in the file; nothing where there is none."""
    return read_if_there(case_root / OPENINGS) or b""


def _line(salt: bytes, value: str) -> bytes:
    return canonical({"commitment": _commitment(salt, value), "salt": salt.hex(), "value": value})


def _commitment(salt: bytes, value: str) -> str:
    return hashlib.sha256(salt + value.encode()).hexdigest()
