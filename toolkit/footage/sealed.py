"""
A file of which no byte is decoded that was not hashed: the same bytes that gave its SHA-256 are the ones that are read.

A path may lead to another file a moment later, and a file can be written over and put back. So a file is hashed block
by block when it is cut into pieces, and every block that a decoder asks for later, in any process, is compared first.
"""

import errno
import hashlib
import os
import stat
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from toolkit.errors import IntegrityError

BLOCK_BYTES = 1 << 20
"""10 GB of footage have 10,000 blocks, whose digests take 300 kB."""

_KEPT = 8  # blocks in memory: a container is read in a few places at a time
_WIDTH = hashlib.sha256().digest_size
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY  # no link, and no waiting for a pipe


@dataclass(frozen=True, repr=False)
class Blocks:
    """
    What a file is, block by block.

    Args:
        sha256: Of the whole, in hex.
        n_bytes: Its length.
        digests: SHA-256 of each block, one after the other.
    """

    sha256: str
    n_bytes: int
    digests: bytes


def blocks_of(path: Path) -> Blocks:
    """
    Read a file once, and return its digest and those of its blocks.

    Raises:
        OSError: If it cannot be read, or is no regular file.
    """
    whole, digests, n_bytes = hashlib.sha256(), bytearray(), 0
    with _opened(path) as file:
        while block := file.read(BLOCK_BYTES):
            whole.update(block)
            digests += hashlib.sha256(block).digest()
            n_bytes += len(block)
    return Blocks(whole.hexdigest(), n_bytes, bytes(digests))


class SealedFile:
    """
    A file for a decoder to read; each block is compared with its digest before any byte of it is handed over.

    Args:
        file: The file, open.
        blocks: What it must be.
        source: Its path in the case, for the error.
    """

    def __init__(self, file: BinaryIO, blocks: Blocks, source: str) -> None:
        """Begin at its start; nothing is read yet."""
        self._file, self._blocks, self._source = file, blocks, source
        self._at = 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def read(self, n_bytes: int = -1) -> bytes:
        """
        Return the next bytes, none at the end; at most to the end of a block, as a raw file may.

        Raises:
            IntegrityError: If the file does not hold what was hashed.
        """
        if self._at >= self._blocks.n_bytes or n_bytes == 0:
            return b""
        number, within = divmod(self._at, BLOCK_BYTES)
        found = self._block(number)[within : None if n_bytes < 0 else within + n_bytes]
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, and return it."""
        self._at = max(offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._blocks.n_bytes}[whence], 0)
        return self._at

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._at

    def _block(self, number: int) -> bytes:
        if number not in self._kept:
            self._file.seek(number * BLOCK_BYTES)
            block = self._file.read(min(BLOCK_BYTES, self._blocks.n_bytes - number * BLOCK_BYTES))
            if hashlib.sha256(block).digest() != self._blocks.digests[number * _WIDTH : (number + 1) * _WIDTH]:
                raise IntegrityError(
                    f"{self._source}: changed while it was indexed: at byte {number * BLOCK_BYTES} it is not what was "
                    "sealed; nothing of that is used, run 'toolkit verify CASE'"
                )
            self._kept[number] = block
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return self._kept[number]


@contextmanager
def opened_sealed(path: Path, blocks: Blocks, source: str) -> Iterator[SealedFile]:
    """Open a file that was hashed; see `SealedFile`."""
    with _opened(path) as file:
        yield SealedFile(file, blocks, source)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a device may never end
            raise OSError(errno.EINVAL, "not a regular file")
        yield file
