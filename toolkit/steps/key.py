"""`toolkit key`: keys that lie outside every case, and what is signed with them."""

import os
from pathlib import Path

from toolkit.case import Case
from toolkit.custody import lock, note, write
from toolkit.custody.chain import LOG, Entry
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.log import Log
from toolkit.custody.mandate import MANDATE_NOTE, text_of
from toolkit.errors import AuthorityError, UsageError
from toolkit.steps.job import keep_access, key_in, now, open_log, the_key


def new_key(path: str | Path, *, name: str, witness: bool = False) -> str:
    """
    Write a new private key, readable by its owner only, and return its public key: the line for `case.toml`.

    Args:
        path: A file that does not exist, outside any case.
        name: A post or office, never a person.
        witness: Whether it cosigns heads, with the time, and does not sign for the case itself.

    Raises:
        UsageError: If the file exists, lies in a case, or the name holds a space, a plus or what is no UTF-8.
    """
    wanted = Path(path)
    inside = next(
        (folder for folder in Path(os.path.realpath(wanted)).parents if (folder / "case.toml").exists()), None
    )
    if inside:
        raise UsageError(f"{path}: lies in the case {inside}: whoever copies the case would have the key")
    made = note.new_key(name, note.WITNESS if witness else note.SIGNER)
    try:
        descriptor = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UsageError(f"{path}: expected a name that is free, in a folder that exists: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(made.to_text() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return str(made.public)


def public_key(path: str | Path) -> str:
    """
    Return the public key that goes with the private key in a file.

    Raises:
        UsageError: If the file holds no private key.
    """
    return str(key_in(path).public)


def sign(case: Case, *, lost: bool = False) -> list[str]:
    """
    Sign the mandate as it stands, and the log: who signs from now on, where that changes, and its head.

    A log that nobody signed is adopted: whoever signs has looked at its lines, which are shown. Where `case.toml` lists
    other signers than the log, the key must be one of the old. Return what was signed, in words.

    Args:
        case: The case.
        lost: No key of the old signers is left: a new one signs, and `verify` says so for ever (V527).

    Raises:
        AuthorityError: If the key is not that of a signer.
        IntegrityError: If the log does not hold together; above all, if a line of it is signed by nobody, or another.
        UsageError: If there is no key.
    """
    key, signers = the_key(case), [note.public_key(text) for text in case.settings.signers]
    if key is None:
        raise UsageError("expected a key to sign with: --key FILE, or TOOLKIT_KEY")
    signed = []
    with lock.locked(case.root):
        log = open_log(case, adopt=True)
        lost = lost and key.public not in log.signing.keys
        _refuse_stranger(key, signers, log, lost=lost)
        signed += _sign_log(case, log, key, signers, lost=lost) if log.entries else []
        if case.settings.mandate is not None and key.public in signers:
            text = text_of((case.root / "case.toml").read_text("utf-8"))
            write.write_bytes(case.root / MANDATE_NOTE, note.Note(text, (key.sign(text),)).to_bytes())
            signed.append(f"{MANDATE_NOTE}: the mandate, signed by {key.name}")
    return signed


def _refuse_stranger(key: note.PrivateKey, signers: list[note.PublicKey], log: Log, *, lost: bool) -> None:
    """Raise AuthorityError unless the key may sign: one of the log's signers; where there are none, of case.toml's."""
    old = log.signing.keys
    if old and not signers:
        raise AuthorityError("case.toml lists no signers, and the case is signed: signed once is signed from then on")
    if key.public not in (old or signers) and not (lost and key.public in signers):
        where = "the log does not name" if old else "case.toml does not list"
        raise AuthorityError(f"{where} {key.public} among its signers")


def _sign_log(case: Case, log: Log, key: note.PrivateKey, signers: list[note.PublicKey], *, lost: bool) -> list[str]:
    """Append the line that says who signs, where that changes, sign the head, and say so."""
    shown = [] if log.signing.keys else [_told(entry) for entry in log.entries]
    if set(log.signing.keys) != set(signers):
        log.change_signers(signers, now(), lost=lost)
        names = ", ".join(each.name for each in signers)
        shown.append(f"{LOG}: line {len(log.entries)}: {names} sign from now on{', the old keys being lost' * lost}")
    elif key.public in signers:
        keep_access(case, log)
        log.sign()
    return [*shown, f"{CHECKPOINT}: {len(log.entries)} lines, signed by {key.name}"]


def _told(entry: Entry) -> str:
    """Return what a line that nobody signed says, for whoever is about to answer for it."""
    return f"{LOG}: line {entry['n'] + 1}, not signed: {entry['event']} {entry.get('step', '')}, {entry['at']}"
