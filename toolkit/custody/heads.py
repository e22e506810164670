"""Whom the log's head can be checked against: signers, witnesses, and checkpoints that somebody kept elsewhere."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.custody import checkpoint, note
from toolkit.custody.chain import LOG, load
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import Unreadable, files_under, read_regular
from toolkit.custody.note import PublicKey
from toolkit.custody.signing import Signing
from toolkit.errors import IntegrityError

WITNESSED = "custody/witnessed"
"""Path of the folder of cosigned checkpoints in a case."""

UNSIGNED = "unsigned"
"""What is said of a case whose head nobody signed."""


@dataclass(frozen=True)
class Trust:
    """
    What the caller relies on.

    Args:
        signers: Public keys that may sign the log's head and the mandate, as lines, and whom they make signers.
        witnesses: Public keys of witnesses, as lines.
        kept: Files with checkpoints that were kept outside the case.
        own: Whether, where no signers are named, those that the case itself names are relied on.
    """

    signers: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    kept: Sequence[Path] = ()
    own: bool = False


def relied(trust: Trust, signing: Signing) -> list[PublicKey]:
    """Return the keys that are relied on for a log; nobody's where the caller names none, and not the case's own."""
    named = [note.public_key(text) for text in trust.signers]
    if not named:
        return list(signing.keys) if trust.own else []
    return sorted(signing.relied(named), key=str)


def signed(case_root: Path, trust: Trust, signing: Signing | None = None) -> str:
    """
    Return who signed the log's head, as reports and the terminal say it: 'unsigned', or 'signed by office (1a2b3c4d)'.

    Args:
        case_root: The case.
        trust: Whom the caller relies on.
        signing: Who signs the log, by itself; read from it where None.

    Raises:
        IntegrityError: If a signature does not hold, or there are signers and none of them signed.
    """
    signing = signing or load(case_root / LOG).signing
    keys = relied(trust, signing)
    found = checkpoint.read(case_root / CHECKPOINT, CHECKPOINT)
    if found is None:
        return UNSIGNED
    may = signing.for_head(found[0].size)
    by = note.signed_by(found[1], [key for key in keys if key in may], CHECKPOINT)
    if keys and not by:
        raise IntegrityError(f"{CHECKPOINT}: not signed by a signer ({named(keys)})")
    if not by and found[1].signatures:
        names = ", ".join(each.name for each in found[1].signatures)
        return f"{UNSIGNED} (signed by {names}, whose key is not among the signers)"
    return f"signed by {named(by)}" if by else UNSIGNED


def compare(case_root: Path, trust: Trust) -> tuple[int, list[tuple[str, str]]]:
    """
    Compare the log with every checkpoint that a witness cosigned or that somebody kept.

    Returns:
        How many were made of this log, by somebody the caller relies on; and (file, fault) of each that was not.
    """
    log = case_root / LOG
    try:
        lines = read_regular(log).split(b"\n")[:-1]
    except Unreadable:  # whoever reads the log says so
        lines = []
    folder = case_root / WITNESSED
    names = files_under(folder) if os.path.lexists(folder) else []
    cosigned = [folder / name for name in names if name.endswith(".note") or name == "."]
    witnesses = [note.public_key(text) for text in trust.witnesses]
    agree, faults = 0, []
    for path, keys in [*((path, witnesses) for path in cosigned), *((path, None) for path in trust.kept)]:
        place = path.relative_to(case_root).as_posix() if keys is not None else str(path)
        try:
            agree += _agrees(path, place, keys, lines)
        except (IntegrityError, OSError) as error:
            faults.append((place, str(error).removeprefix(f"{place}: ")))
    return agree, faults


def limits(signed_by: str, kept: int, sealed: int) -> tuple[str, ...]:
    """Return what a verification cannot tell, in words."""
    found = ["The log proves what was recorded, not that it is true or complete."]
    if not kept:
        found.append(
            "No checkpoint from outside this case was compared: whoever could write into the case"
            + (" and holds the key" if not signed_by.startswith(UNSIGNED) else "")
            + f" could have rewritten or cut all {sealed} lines of its log, and nobody could tell."
        )
    return tuple(found)


def _agrees(path: Path, place: str, keys: list[PublicKey] | None, lines: list[bytes]) -> bool:
    """Whether the log grew from the checkpoint, and, where *keys* are asked for, one of them signed it."""
    found = checkpoint.read(path, place)
    if found is None:
        raise IntegrityError(f"{place}: no such file")
    checkpoint.check_kept(found[0], lines, place)
    return keys is None or bool(note.signed_by(found[1], keys, place))


def named(keys: Sequence[PublicKey]) -> str:
    """Return names and ids of keys."""
    return ", ".join(f"{key.name} ({key.id.hex()})" for key in keys)
