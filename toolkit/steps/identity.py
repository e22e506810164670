"""What decides the bytes of a result: the code and the models of a process, and the case that it sees."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from toolkit.custody import write
from toolkit.custody.digest import digest_of, file_digest
from toolkit.steps.job import code_digest

PROOF = "cache/cluster"
"""Folder of a case in which a run leaves a word that only its own case holds."""


@cache
def models_digest() -> str:
    """Return the digest of the models' files, as they are on this machine."""
    from toolkit.faces import models  # noqa: PLC0415 - loads dlib

    folder = models.weights_folder()
    return digest_of({name: file_digest(folder / name) for name in sorted(models.SHA256)})


def identity(proof: Path) -> dict[str, str]:
    """Return what this process works with: digests of code and models, and the word that its case holds."""
    try:
        word = proof.read_text()
    except OSError as error:
        word = f"not there ({error.strerror})"
    return {"code": code_digest(), "models": models_digest(), "case": word}


def unlike(here: dict[str, str], there: dict[str, str], proof: Path) -> list[str]:
    """
    Return how another process differs, in words.

    >>> here = {"code": "a" * 64, "models": "b" * 64, "case": "w"}
    >>> unlike(here, here | {"code": "c" * 64}, Path("/c/cache/cluster/w"))
    ['other code (cccccccccccc, here aaaaaaaaaaaa)']
    """
    found = [
        f"other {name} ({there[name][:12]}, here {here[name][:12]})"
        for name in ("code", "models")
        if there[name] != here[name]
    ]
    if there["case"] != here["case"]:
        found.append(f"not this case under {proof.parents[2]}")
    return found


def host() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


@contextmanager
def proof_in(root: Path) -> Iterator[Path]:
    """Leave a word in a case while work is done elsewhere: who can say it sees the same case."""
    path = root / PROOF / secrets.token_hex(8)
    write.write_text(path, secrets.token_hex(16))
    try:
        yield path
    finally:
        write.remove(path)
