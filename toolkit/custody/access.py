r"""
`custody/access.jsonl`: who read the case, when, why, and to whom it was given.

A line is one JSON object in canonical form: `at`, `operation` (one of `OPERATIONS`), `what` was asked, and, as far as
they were stated, `by` and `to` (posts, never names) and `reason`. Readers append side by side: each takes a shared
lock on the file and writes its line in one call, after a newline where a killed writer left half a line. The next
step that writes takes the lock alone, and its log commits to the file as far as it goes: an entry `access` with the
number of lines, of bytes, and the SHA-256 of those bytes. Nothing commits yet to what comes after the last such entry.

What changes the case has its own entries in the log. Whoever opens the files without this tool is in neither.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from toolkit.custody import write
from toolkit.custody.digest import canonical
from toolkit.errors import UsageError

ACCESS = "custody/access.jsonl"
"""Path of the access log in a case."""

OPERATIONS = ("collection", "alteration", "consultation", "disclosure", "combination", "erasure")
"""What section 62 of the Data Protection Act 2018 wants logged."""

_POST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,63}")


def post(text: str, place: str) -> str:
    """
    Return a post's reference as it stands.

    Args:
        text: The reference.
        place: Where it was given, for the message.

    Raises:
        UsageError: If it cannot be one; a space makes it a person's name.

    >>> post("POST-REVIEW-LEAD", "--as")
    'POST-REVIEW-LEAD'
    """
    if not _POST.fullmatch(text):
        raise UsageError(f"{place}: expected the reference of a post, such as POST-REVIEW-LEAD, found {text!r}")
    return text


def append(case_root: Path, line: Mapping[str, str]) -> None:
    """
    Append a line; it is on the disk then. Others may append at the same time.

    Raises:
        IntegrityError: If a folder that is written to is a link, or the file has another name.
        ResourceError: If the disk does not take it.
        ValueError: If the operation is none of the six.
    """
    if line["operation"] not in OPERATIONS:
        raise ValueError(f"operation must be one of {', '.join(OPERATIONS)}, found {line['operation']!r}")
    write.refuse_links(case_root)
    write.append_shared(case_root / ACCESS, canonical(dict(line)))


def read(case_root: Path) -> list[dict[str, Any]]:
    """Return the lines, in order; one that a killed writer left in part is {'torn': what there is of it}."""
    return [_line(line) for line in _whole(case_root).split(b"\n") if line]


def unsealed(case_root: Path, entries: Iterable[Mapping[str, Any]], *, again: bool = False) -> dict[str, Any] | None:
    """Return the entry that commits to the lines as they are; None where the log has it, and not *again*."""
    content = _whole(case_root)
    last = _last(entries)
    if len(content) == (last["bytes"] if last else 0) and not again:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    return {"event": "access", "lines": content.count(b"\n"), "bytes": len(content), "sha256": sha256}


def check(case_root: Path, entries: Iterable[Mapping[str, Any]]) -> tuple[str, int]:
    """Return what is wrong with the lines that the log committed to, or '', and how many came after them."""
    last, content = _last(entries), _whole(case_root)
    if last is None:
        return "", content.count(b"\n")
    known = content[: last["bytes"]]
    if len(known) < last["bytes"]:
        return f"cut: {len(content):,} bytes, line {last['n'] + 1} of the log names {last['bytes']:,}", 0
    if hashlib.sha256(known).hexdigest() != last["sha256"]:
        return f"the first {last['lines']} lines are not those that line {last['n'] + 1} of the log names", 0
    return "", content.count(b"\n") - known.count(b"\n")


def _whole(case_root: Path) -> bytes:
    """Return the lines that have ended."""
    path = case_root / ACCESS
    content = write.read_alone(path) if os.path.lexists(path) else b""
    return content[: content.rfind(b"\n") + 1]


def _last(entries: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    found = [entry for entry in entries if entry["event"] == "access"]
    return found[-1] if found else None


def _line(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"torn": line.decode(errors="backslashreplace")}
