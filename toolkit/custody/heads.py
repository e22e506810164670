"""Whom the log's head can be checked against: signers, witnesses, and checkpoints that somebody kept elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.custody import checkpoint, note
from toolkit.custody.chain import LOG
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.note import PublicKey
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
        signers: Public keys that may sign the log's head and the mandate, as lines.
        witnesses: Public keys of witnesses, as lines.
        kept: Files with checkpoints that were kept outside the case.
    """

    signers: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    kept: Sequence[Path] = ()


def signed(case_root: Path, trust: Trust) -> str:
    """
    Return who signed the log's head, as reports and the terminal say it: 'unsigned', or 'signed by office (1a2b3c4d)'.

    Raises:
        IntegrityError: If a signature does not hold, or there are signers and none of them signed.
    """
    keys = [note.public_key(text) for text in trust.signers]
    found = checkpoint.read(case_root / CHECKPOINT, CHECKPOINT)
    if found is None:
        return UNSIGNED
    by = note.signed_by(found[1], keys, CHECKPOINT)
    if keys and not by:
        raise IntegrityError(f"{CHECKPOINT}: not signed by a signer ({_named(keys)})")
    if not by and found[1].signatures:
        names = ", ".join(each.name for each in found[1].signatures)
        return f"{UNSIGNED} (signed by {names}, whose key is not among the signers)"
    return f"signed by {_named(by)}" if by else UNSIGNED


def compare(case_root: Path, trust: Trust) -> tuple[int, list[tuple[str, str]]]:
    """
    Compare the log with every checkpoint that a witness cosigned or that somebody kept.

    Returns:
        How many were made of this log, by somebody the caller relies on; and (file, fault) of each that was not.
    """
    log = case_root / LOG
    lines = log.read_bytes().split(b"\n")[:-1] if log.is_file() else []
    folder = case_root / WITNESSED
    cosigned = sorted(path for path in folder.iterdir() if path.suffix == ".note") if folder.is_dir() else []
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


def _named(keys: Sequence[PublicKey]) -> str:
    return ", ".join(f"{key.name} ({key.id.hex()})" for key in keys)
