"""One process at a time works on a case: a lock of the kernel, which a killed process cannot leave behind."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from toolkit.custody import write
from toolkit.errors import CaseLocked, ResourceError

WAIT_S = 1.0
"""How long a second process waits for the first; goal G11 wants its answer in under two seconds."""


@contextmanager
def locked(case_root: Path) -> Iterator[None]:
    """
    Hold the case for the block.

    The kernel's lock on `custody/lock` decides; `custody/lock.json` beside it says who holds it, for the message only,
    so a stale one is harmless.

    Raises:
        CaseLocked: If another process, or another block of this one, holds it.
        IntegrityError: If a folder that is written to is a link.
        ResourceError: If the folder cannot be written, or its file system has no locks.
    """
    path, owner = case_root / "custody" / "lock", case_root / "custody" / "lock.json"
    write.refuse_links(case_root)
    write.make_folder(path.parent)
    lock = filelock.FileLock(path, timeout=WAIT_S, fallback_to_soft=False, thread_local=False)
    try:
        lock.acquire()
    except (filelock.Timeout, RuntimeError) as error:  # RuntimeError: this very thread holds it through another object
        raise CaseLocked(f"{case_root}: {_holder(owner)} is working on this case; try again when it is done") from error
    except OSError as error:
        raise ResourceError(f"{path}: cannot be locked: {error.strerror or error}") from error
    try:
        write.write_text(owner, json.dumps({"host": socket.gethostname(), "pid": os.getpid()}))
        yield
    finally:
        try:
            write.remove(owner)
        finally:
            lock.release()


def _holder(owner: Path) -> str:
    """Return 'process 4711 on host x', as far as it is known."""
    try:
        found = json.loads(owner.read_bytes())
        return f"process {found['pid']} on {found['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
