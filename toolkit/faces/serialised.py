"""
dlib's way of writing numbers to a file: one value after another, without an index.

- an int is a control byte (low nibble: how many bytes follow; 0x80: negative) and that many bytes, lowest first;
- a real is two ints, mantissa and exponent of two; a text is its length and its letters;
- a tensor is the int 2, four dimensions (samples, channels, rows, columns) and raw little-endian float32;
- a part of a tensor is the int 1 and four dimensions.

These are facts about the format, found in dlib's public source (serialize.h, float_details.h, cuda/tensor.h).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LARGEST_INT_BYTES = 8


class Source:
    """
    Bytes, and how far they have been read. Every method reads what its name says, or raises ValueError.

    >>> Source(bytes([0x81, 5, 1, 2, 111, 107])).whole()
    -5
    """

    def __init__(self, content: bytes) -> None:
        """Begin at the first byte."""
        self.content = content
        self.at = 0

    def skip(self, count: int) -> bytes:
        """Read that many bytes as they are."""
        piece = self.content[self.at : self.at + count]
        if len(piece) != count:
            raise ValueError(f"{len(piece)} bytes where {count} were expected")
        self.at += count
        return piece

    def whole(self) -> int:
        """Read an int."""
        control = self.skip(1)[0]
        if control & 0x70 or not 1 <= control & 0x0F <= _LARGEST_INT_BYTES:
            raise ValueError(f"control byte 0x{control:02x}")
        value = int.from_bytes(self.skip(control & 0x0F), "little")
        return -value if control & 0x80 else value

    def wholes(self, count: int) -> tuple[int, ...]:
        """Read ints."""
        return tuple(self.whole() for _ in range(count))

    def wholes_until(self, last: int) -> Iterator[int]:
        """Read ints up to and including *last*."""
        while (value := self.whole()) != last:
            yield value
        yield last

    def expect(self, value: int) -> None:
        """Read an int that can only be *value*."""
        if (found := self.whole()) != value:
            raise ValueError(f"{found} where {value} was expected")

    def reals(self, count: int) -> list[float]:
        """Read real numbers."""
        return [self.whole() * 2.0 ** self.whole() for _ in range(count)]

    def text(self) -> str:
        """Read a text."""
        return self.skip(self.whole()).decode("ascii")

    def part(self) -> tuple[int, ...]:
        """Read the dimensions of a part of a tensor."""
        self.expect(1)
        return self.wholes(4)

    def tensor(self) -> Floats:
        """Read a tensor."""
        self.expect(2)
        shape = self.wholes(4)
        return np.frombuffer(self.skip(4 * int(np.prod(shape))), "<f4").reshape(shape)
