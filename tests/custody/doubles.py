"""Disks that count, fail, stop half way or kill their own process at a call. They stand in for `write.disk`."""

import errno
import os
import signal
from functools import partial

from toolkit.custody.disk import Disk


class Interrupted:
    """A disk that does something else at its n-th call, counted from 1; the kinds below say what."""

    def __init__(self, at):
        """Interrupt call number *at*."""
        self.at, self.calls, self.disk = at, 0, Disk()

    def __getattr__(self, name):
        """Return a call of the disk, counted."""
        return partial(self.step, getattr(self.disk, name))

    def step(self, call, *arguments):
        """Count a call; do it, or what happens in its place."""
        self.calls += 1
        return self.happens(call, *arguments) if self.calls == self.at else call(*arguments)


class KilledBefore(Interrupted):
    """`kill -9` just before the call."""

    def happens(self, *_):
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


class KilledAfter(Interrupted):
    """`kill -9` just after the call."""

    def happens(self, call, *arguments):
        """Call and die."""
        call(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)


class KilledHalfWay(Interrupted):
    """`kill -9` when half of the bytes are written; before any other call."""

    def happens(self, call, *arguments):
        """Write half and die."""
        if call.__name__ == "write":
            descriptor, data = arguments
            os.write(descriptor, bytes(data)[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)


class Full(Interrupted):
    """No space left from the n-th call on, and that call, if a write, takes half; what frees space still works."""

    def step(self, call, *arguments):
        """Call, or refuse."""
        self.calls += 1
        if self.calls < self.at or call.__name__ in ("unlink", "truncate"):
            return call(*arguments)
        if call.__name__ == "write" and self.calls == self.at:
            descriptor, data = arguments
            return os.write(descriptor, bytes(data)[: max(1, len(data) // 2)])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Failing(Interrupted):
    """A disk whose n-th call fails with an error of the operating system, once."""

    def __init__(self, at, number):
        """Fail call number *at* with this errno."""
        super().__init__(at)
        self.number = number

    def happens(self, *_):
        """Refuse."""
        raise OSError(self.number, os.strerror(self.number))


class ShortOnce(Interrupted):
    """A disk whose n-th call, if it writes, takes one byte."""

    def __init__(self, at, _=0):
        """Write one byte at call number *at*."""
        super().__init__(at)

    def happens(self, call, *arguments):
        """Write one byte."""
        if call.__name__ != "write":
            return call(*arguments)
        descriptor, data = arguments
        return os.write(descriptor, bytes(data)[:1])


class Forgetful(Disk):
    """A disk that does not wait for its bytes: for tests of what is written, not of when."""

    def fsync(self, descriptor):
        """Do not wait."""

    def fsync_folder(self, folder):
        """Do not wait."""


class Slow(Disk):
    """A disk that takes three bytes at a time."""

    def write(self, descriptor, data):
        """Write three bytes."""
        return os.write(descriptor, bytes(data[:3]))
