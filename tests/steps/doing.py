"""What the tests of the workers have done by them: importable by name, because workers are other processes."""

import os
import signal
import time
from pathlib import Path

from toolkit.errors import IntegrityError
from toolkit.steps.limits import each_alive


def square(n: int) -> int:
    """Return a small result."""
    return n * n


def pid(_: int) -> int:
    """Return which process did it."""
    return os.getpid()


def fails(n: int) -> int:
    """Fail always at 3."""
    if n == 3:
        raise ValueError("three is refused")
    return n


def noted(unit: tuple[Path, int]) -> int:
    """Note that it began, then end: at 3 its process is killed as the kernel does when memory is out; else slowly."""
    folder, n = unit
    with (folder / str(n)).open("a") as file:
        file.write("x")
    if n == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.3)
    return n


def killed_once(unit: tuple[Path, int]) -> int:
    """Kill its process the first time."""
    folder, n = unit
    if n == 3 and not (folder / "was here").exists():
        (folder / "was here").touch()
        os._exit(9)
    return n


def empties_the_case(root: Path) -> int:
    """Take from a case what shows that it is this one, as another case under the same path would lack it."""
    for path in (root / "cache/cluster").iterdir():
        path.write_text("another")
    return 1


def must_act(n: int) -> int:
    """Find at 2 what a person must decide about."""
    if n == 2:
        raise IntegrityError(f"unit {n} is not what was sealed")
    return n


def hangs(n: int) -> int:
    """Never come back at 3, without a word."""
    if n == 3:
        time.sleep(60)
    return n


def gets_on(n: int) -> int:
    """Take longer than the limit, and say now and then that it gets on."""
    for _ in each_alive(range(8)):
        time.sleep(0.25)
    return n


def swallows(n: int) -> int:
    """Ask for two gigabytes at 3."""
    return len(bytearray(2 << 30)) if n == 3 else n


def crashes(n: int) -> int:
    """Crash at 3, as a fault in a decoder does."""
    if n == 3:
        signal.raise_signal(signal.SIGSEGV)
    return n


def slow(unit: tuple[Path, int]) -> int:
    """Leave its process id, and take its time after the first two."""
    folder, n = unit
    (folder / f"{n}.pid").write_text(str(os.getpid()))
    if n >= 2:
        time.sleep(60)
    (folder / f"{n}.done").touch()
    return n


class Deadly(type(Path())):  # type: ignore[misc]
    """A path whose file ends whoever opens it, as a header that is a trap for a decoder does."""

    def open(self, *_: object, **__: object):  # type: ignore[override]
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)
