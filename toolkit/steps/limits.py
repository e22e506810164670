"""
How long and how large one unit of work may get, in a process of its own.

What decodes footage, pictures and documents is other people's code on other people's bytes: it may hang, crash or ask
for all memory. So a unit runs in a worker with a limit of memory, and with an alarm that it puts off whenever it shows
that it gets on (`alive`). The alarm is the kernel's: it ends the worker also where a decoder never comes back.
"""

import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")
R = TypeVar("R")

SILENT_S = 120.0
"""Seconds without a sign of life that any unit has; what is long gets more, see who makes the limits."""

MEMORY_BYTES = 8 << 30
"""Most memory of a worker: a 4K look needs under 1 GiB, the largest frame that is decoded (64 megapixels) about 2."""

_GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """
    What one unit may take.

    Args:
        silent_s: Longest time without a sign of life.
        memory_bytes: Most memory of its own (Linux: private and writable, so that mapped files do not count).
    """

    silent_s: float = SILENT_S
    memory_bytes: int = MEMORY_BYTES

    def sentence(self, ended_by: str) -> str | None:
        """Return why a worker ended by this signal or error did, where it is one of these limits."""
        if ended_by == "SIGALRM":
            return f"no sign of life for {self.silent_s:g} s; ended"
        if ended_by.endswith("MemoryError"):  # also pyarrow's own
            return f"needed more than {self.memory_bytes / _GIB:g} GiB of memory"
        if ended_by == "SIGABRT":
            return f"gave up, as code does that gets no more memory: it may have {self.memory_bytes / _GIB:g} GiB"
        return None


_silent_s = 0.0  # what the unit at work has; 0: no limit


def within(limits: Limits, function: Callable[[U], R], unit: U) -> R:
    """Do a unit in this process, which is a worker; the kernel ends it where it takes longer than it may."""
    global _silent_s  # noqa: PLW0603 - a process does one unit at a time
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _silent_s = limits.silent_s
    alive()
    try:
        return function(unit)
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as panic:  # noqa: BLE001 - what a library in Rust raises of itself, and no process can hand to another
        raise RuntimeError(f"{type(panic).__name__}: {panic}") from None
    finally:
        _silent_s = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def alive() -> None:
    """Show that the unit at work gets on; nothing happens where it has no limit."""
    if _silent_s:
        signal.setitimer(signal.ITIMER_REAL, _silent_s)


def each_alive(things: Iterable[T]) -> Iterator[T]:
    """Yield the same things, and show with each that the unit gets on."""
    for thing in things:
        alive()
        yield thing
