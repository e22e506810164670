"""What decides the bytes of a result: the code and the models of a process, and the case that it sees."""

import secrets
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from toolkit.custody import write
from toolkit.custody.digest import digest_of, file_digest
from toolkit.errors import UsageError
from toolkit.steps.job import code_digest

R = TypeVar("R")

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


class Vouched(Executor):
    """A cluster whose workers say with each result what they worked with; a result of anything else is refused."""

    def __init__(self, executor: Executor, address: str, proof: Path) -> None:
        """Ask nobody yet."""
        self._executor, self._address, self._proof, self._here = executor, address, proof, identity(proof)

    def check(self, worker: str, there: dict[str, str]) -> None:
        """Raise UsageError, which names the worker, unless it works with the same code, models and case."""
        if found := unlike(self._here, there, self._proof):
            raise UsageError(
                f"--scheduler {self._address}: worker {worker} has {', '.join(found)}; nothing of it is used"
            )

    def submit(self, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> "Future[R]":  # noqa: ANN401
        """Have something done, and compare what it was done with."""
        handed: Future[R] = Future()
        partly = partial(function, *args, **kwargs)
        self._executor.submit(with_identity, self._proof, partly).add_done_callback(partial(self._hand, handed))
        return handed

    def _hand(self, handed: "Future[R]", done: "Future[tuple[str, dict[str, str], R]]") -> None:
        try:
            name, there, result = done.result()
            self.check(f"on {name}", there)
        except CancelledError:
            handed.cancel()
            handed.set_running_or_notify_cancel()
        except Exception as error:  # noqa: BLE001 - handed on
            handed.set_exception(error)
        else:
            handed.set_result(result)


def told(proof: Path) -> tuple[str, dict[str, str]]:
    """Return the name of this machine, and what this worker works with."""
    return host(), identity(proof)


def with_identity(proof: Path, function: Callable[[], R]) -> tuple[str, dict[str, str], R]:
    """Do a unit, and say where and with what."""
    result = function()
    return *told(proof), result
