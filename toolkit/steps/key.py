"""`toolkit key`: keys that lie outside every case, and what is signed with them."""

import os
from pathlib import Path

from toolkit.case import Case
from toolkit.custody import lock, note, write
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.mandate import MANDATE_NOTE, text_of
from toolkit.errors import AuthorityError, UsageError
from toolkit.steps.job import key_in, open_log, the_key


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


def sign(case: Case) -> list[str]:
    """
    Sign the mandate as it stands, and the head of the log where there is one; return what was signed.

    Raises:
        AuthorityError: If the key is not that of a signer.
        IntegrityError: If the log does not hold together.
        UsageError: If there is no key.
    """
    key, signers = the_key(case), [note.public_key(text) for text in case.settings.signers]
    if key is None:
        raise UsageError("expected a key to sign with: --key FILE, or TOOLKIT_KEY")
    if key.public not in signers:
        raise AuthorityError(f"case.toml does not list {key.public} among its signers")
    signed = []
    with lock.locked(case.root):
        if case.settings.mandate is not None:
            text = text_of((case.root / "case.toml").read_text("utf-8"))
            write.write_bytes(case.root / MANDATE_NOTE, note.Note(text, (key.sign(text),)).to_bytes())
            signed.append(f"{MANDATE_NOTE}: the mandate, signed by {key.name}")
        log = open_log(case, adopt=True)
        if log.entries:
            log.sign()
            signed.append(f"{CHECKPOINT}: {len(log.entries)} lines, signed by {key.name}")
    return signed
