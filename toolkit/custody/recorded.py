"""
What the log says a file of the case must be, asked before a byte of the file is parsed.

A Parquet file that was altered is read by most readers without a word, and answers differently. So no table is opened
whose SHA-256 is not the one that the log has of it. Each file is hashed once in a process, and again when its size,
times or inode change.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit.custody import tombstones
from toolkit.custody.chain import LOG, load
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import Unreadable, digest_once, shown
from toolkit.custody.verify import expected_outputs
from toolkit.errors import IntegrityError, UsageError

_SHORT = 12


@dataclass(frozen=True)
class Recorded:
    """
    What the log has of the outputs.

    Args:
        outputs: Path in the case -> SHA-256.
        begun: Steps that were begun and not finished since.
        also: Path -> SHA-256 of what may be there as well: what such a step said that it would write next, and what was
            forgotten and put back, which `verify` names and the next sweep takes away.
        going: Paths of what somebody began to forget; they may be gone.
    """

    outputs: dict[str, str]
    begun: frozenset[str]
    also: dict[str, str]
    going: frozenset[str]


_State = tuple[int, ...]
_known: dict[Path, tuple[tuple[_State, _State], Recorded]] = {}
"""By case, what its log said when log and checkpoint had these states."""


def recorded(case_root: Path) -> Recorded:
    """
    Return what the log has of the outputs of a case.

    Raises:
        IntegrityError: If the log does not hold together.
    """
    state = _state(case_root / LOG), _state(case_root / CHECKPOINT)
    if case_root in _known and _known[case_root][0] == state:
        return _known[case_root][1]
    entries = load(case_root / LOG).entries
    last = {str(entry.get("step")): entry["event"] for entry in entries if entry["event"] in ("intent", "outcome")}
    begun = frozenset(step for step, event in last.items() if event == "intent")
    forgotten = tombstones.forgotten(entries)
    also = {path: stone.sha256 for path, stone in forgotten.done.items()}
    for entry in entries:
        if entry["event"] == "unit" and str(entry.get("step")) in begun:
            also |= entry.get("found", {}).get("coming", {})
    found = Recorded(expected_outputs(entries), begun, also, frozenset(forgotten.begun))
    _known[case_root] = state, found
    return found


def check(case_root: Path, paths: Iterable[Path], whole: Collection[Path] = ()) -> None:
    """
    Check that files are what the log has of them; nothing of them is parsed.

    Args:
        case_root: The case.
        paths: Files of it.
        whole: Files and folders of which *paths* must be all that the log names.

    Raises:
        IntegrityError: If a file has other content, is missing, or is not named by the log; says which.
        UsageError: If that is because its step was begun and not finished.
    """
    known = recorded(case_root)
    names = {path.relative_to(case_root).as_posix(): path for path in paths}
    tops = {path.relative_to(case_root).as_posix() for path in whole}
    missing = {name for name in known.outputs if not tops.isdisjoint((name, name.rpartition("/")[0]))}
    missing -= names.keys() | known.going
    for name in sorted(names.keys() | missing):
        if fault := _fault(names.get(name), known.outputs.get(name), known.also.get(name)):
            _refuse(name, fault, known)


def _fault(path: Path | None, sha256: str | None, also: str | None) -> str | None:
    """Return in which way a file is not what the log has of it; None where it is."""
    if path and also and digest_once(path) == also:
        return None
    if sha256 is None:
        return "no outcome or unit in the log names it"
    if path is None:
        return f"missing; the log has it as {sha256[:_SHORT]}"
    try:
        now = digest_once(path)
    except Unreadable as error:
        return f"{error.message}; the log has it as {sha256[:_SHORT]}"
    return None if now == sha256 else f"expected the logged digest {sha256[:_SHORT]}, found {now[:_SHORT]}"


def _refuse(name: str, fault: str, known: Recorded) -> None:
    parts = name.split("/")
    step = parts[1] if parts[0] == "tables" else parts[0].rstrip("s")
    if step in known.begun:
        raise UsageError(
            f"the last '{step}' was not finished: run 'toolkit {step} CASE' again ({shown(name)}: {fault})"
        )
    raise IntegrityError(
        f"{shown(name)}: {fault}; not opened. Put back what was there, or write it again: 'toolkit run CASE'"
    )


def _state(path: Path) -> _State:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
