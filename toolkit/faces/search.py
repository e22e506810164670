"""
Which faces are near which probes: exact, and equal to comparing every pair in float64.

The norms are folded into the product: with r' = [r, -|r|^2/2, 1] and p' = [p, 1, (t^2 - |p|^2)/2], the product r'.p' is
(t^2 - distance^2)/2, above 0 exactly where the distance is below t. So one float32 product and its signs screen a
block; the few pairs it cannot rule out are decided in float64.

Memory: a block (2 MiB), the pairs that wait for their decision (under 0.5 GiB where nearly everything is near, some
MiB as a rule), the probes, and the candidates themselves. The references may come part by part and are not kept.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

WIDTH = 128
"""Numbers in a descriptor."""

MARGIN = 1e-4
"""How far beyond the threshold the float32 screening looks; what it lets through is decided in float64."""

STEPS_DOWN = (0.05, 0.10)
"""Candidates are also counted this far below the threshold, so that a reader sees what the threshold decides."""

BLOCK_BYTES = 3 << 18
"""Size of a block of products, float32: it stays in a core's own cache until its signs are looked at."""

LONGEST = 1e6
"""Length a descriptor must stay below: dlib's have 1.3 to 1.6; far beyond, float32 squares overflow, losing pairs."""

_ROUNDING = 2 * (WIDTH + 4) * float(np.finfo(np.float32).eps)
"""
Bound of float32's rounding in twice r'.p', relative to |p|^2 + |r|^2 + t^2, with room to spare: sums of 130 terms err
by at most 130 eps/2 times the sum of their sizes in any order (Higham, Accuracy and Stability, 3.1), and those sizes
sum to at most |p|^2 + |r|^2 + t^2/2. |r|^2 itself errs by 128 eps/2 of its size.
"""

_PROBES = 256  # probes in one product: 1,024 rows of references to a block
_FEW = 24  # flags found one by one
_DECIDE = 65_536  # pairs decided at a time: two float64 arrays of 64 MiB

Rows = NDArray[np.float32]
Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def candidates(probes: Rows, references: Rows | Iterable[Rows], threshold: float, top: int | None = None) -> Pairs:
    """
    Return every probe and reference no farther apart than *threshold*.

    A candidate is a pair worth a person's look (ISO/IEC 2382-37, 37.03.04).

    Args:
        probes: Descriptors of the images that were shared, shape (m, 128), float32.
        references: Descriptors of faces found in footage, shape (n, 128), float32;
            or such arrays one after the other, where they do not fit in memory.
        threshold: Largest Euclidean distance allowed; 0 is identical. dlib's
            example uses 0.6, measured on press photographs, not on CCTV.
        top: Keep this many nearest references of each probe; of equal ones the
            first. What is returned then is a cap, and must be called one.

    Returns:
        (probe, reference, distance), arrays of one length, nearest first (equal
        distances by probe, then reference); the first two number the rows of the
        arguments, the third is float64, as it was compared with the threshold.

    Raises:
        ValueError: If an argument is not an array of 128-number rows, or holds
            numbers that are no number or could not stand in a descriptor, or
            *top* is not a positive number.

    >>> same = np.zeros((1, 128), np.float32)
    >>> candidates(same, same, threshold=0.6)[2]
    array([0.])
    """
    if top is not None and top < 1:
        raise ValueError(f"top must be 1 or more, found {top}")
    probes = _rows("probes", probes)
    _checked("probes", _squares(probes))
    kept: list[Pairs] = []
    for pairs in _decided(probes, [references] if isinstance(references, np.ndarray) else references, threshold):
        kept.append(pairs)
        # Twice the cap, so that most parts are only added and the sorting is paid for seldom.
        if top is not None and sum(len(distance) for *_, distance in kept) > 2 * top * len(probes) + _DECIDE:
            kept = [_nearest(_joined(kept), top)]
    found = _joined(kept)
    probe, reference, distance = found if top is None else _nearest(found, top)
    order = np.lexsort((reference, probe, distance))
    return probe[order], reference[order], distance[order]


def distances(left: Rows, right: Rows) -> NDArray[np.float64]:
    """Return the Euclidean distance of each row of *left* to the same row of *right*, in float64."""
    difference = left.astype(np.float64) - right.astype(np.float64)
    squared: NDArray[np.float64] = np.sum(difference * difference, axis=-1)
    return np.sqrt(squared)


def counts_below(distance: NDArray[np.float64], threshold: float) -> tuple[int, int, int]:
    """
    Return how many distances are at most t, t - 0.05 and t - 0.10.

    >>> counts_below(np.array([0.3, 0.52, 0.55, 0.6]), 0.6)
    (4, 3, 1)
    """
    # Rounded, because 0.6 - 0.05 is 0.5499999999999999 and would leave out a distance of 0.55.
    limits = [threshold, *(round(threshold - step, 9) for step in STEPS_DOWN)]
    at_t, lower, lowest = (int(np.count_nonzero(distance <= limit)) for limit in limits)
    return at_t, lower, lowest


def _rows(name: str, rows: Rows) -> Rows:
    rows = np.asarray(rows, np.float32)
    if rows.ndim != 2 or rows.shape[1] != WIDTH:  # noqa: PLR2004 - rows and columns
        raise ValueError(f"{name} must have shape (n, {WIDTH}), found {rows.shape}")
    return rows


def _squares(rows: Rows) -> Rows:
    squares: Rows = np.einsum("ij,ij->i", rows, rows)  # an overflow is refused by `_checked`
    return squares


def _checked(name: str, squares: Rows) -> float:
    """Return the largest square of a length; refuse what no descriptor holds."""
    largest = float(squares.max(initial=0))
    if not largest < LONGEST**2:  # also where it is not a number
        raise ValueError(f"{name} must hold descriptors, numbers below {LONGEST:.0e}, found others")
    return largest


def _decided(probes: Rows, references: Iterable[Rows], threshold: float) -> Iterator[Pairs]:
    """Yield the candidates, the pairs that screening lets through being decided by the batch."""
    if not len(probes) or not threshold >= 0:
        return
    groups = [(first, _Folded(probes[first : first + _PROBES], threshold)) for first in range(0, len(probes), _PROBES)]
    waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], Rows]] = []
    n_waiting = 0
    for begins, block, squares in _blocks(references, len(probes)):
        largest = _checked("references", squares)
        for first, group in groups:
            row, probe = group.screened(block, squares, largest)
            if len(row):
                waiting.append((probe + first, row + begins, block[row]))
                n_waiting += len(row)
            if n_waiting >= _DECIDE:
                yield from _settled(probes, waiting, threshold)
                waiting, n_waiting = [], 0
    yield from _settled(probes, waiting, threshold)


def _blocks(references: Iterable[Rows], n_probes: int) -> Iterator[tuple[int, Rows, Rows]]:
    """Yield (number of its first row, rows, their squares), in blocks of the size that suits the product."""
    height = BLOCK_BYTES // (4 * min(n_probes, _PROBES)) & ~15
    height = min(height, BLOCK_BYTES // (4 * WIDTH))
    begins = 0
    for part in references:
        rows = _rows("references", part)
        for first in range(0, len(rows), height):
            block = rows[first : first + height]
            yield begins + first, block, _squares(block)
        begins += len(rows)


class _Folded:
    """Up to `_PROBES` probes with their norms and the threshold folded in, ready for the product."""

    def __init__(self, probes: Rows, threshold: float) -> None:
        squares = np.einsum("ij,ij->i", probes, probes, dtype=np.float64)
        threshold = min(threshold, 4 * LONGEST)  # nothing is farther apart; its square must fit float32
        self._limits = (threshold + MARGIN) ** 2 - squares
        self._sizes = float(squares.max()) + threshold**2
        self._folded = np.ones((WIDTH + 2, len(probes)), np.float32)
        self._folded[:WIDTH] = probes.T
        self._largest = -1.0
        self._rows = self._products = np.empty((0, 0), np.float32)
        self._near = np.empty(0, np.bool_)

    def screened(self, block: Rows, squares: Rows, largest: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs (row of the block, probe) that float32 cannot rule out."""
        n = len(block)
        if len(self._rows) < n:
            self._rows = np.ones((n, WIDTH + 2), np.float32)
            self._products = np.empty((n, self._folded.shape[1]), np.float32)
            self._near = np.empty(self._products.size, np.bool_)
        if largest > self._largest:
            self._largest = largest
            self._folded[WIDTH + 1] = (self._limits + _ROUNDING * (self._sizes + largest)) / 2
        self._rows[:n, :WIDTH] = block
        np.multiply(squares, -0.5, out=self._rows[:n, WIDTH])
        products = np.matmul(self._rows[:n], self._folded, out=self._products[:n])
        near = np.greater(products, 0, out=self._near[: products.size].reshape(products.shape))
        return np.divmod(_places(near.reshape(-1)), products.shape[1])


def _places(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """
    Return where the flags are set. Few as a rule: argmax stops at the next one, four times as fast as flatnonzero.

    >>> _places(np.array([False, True, False, True]))
    array([1, 3])
    """
    found: list[int] = []
    begins = 0
    while len(found) < _FEW and begins < len(flags):
        place = begins + int(flags[begins:].argmax())
        if not flags[place]:
            return np.array(found, np.int64)
        found.append(place)
        begins = place + 1
    return np.concatenate([np.array(found, np.int64), np.flatnonzero(flags[begins:]) + begins])


def _settled(
    probes: Rows, waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], Rows]], threshold: float
) -> Iterator[Pairs]:
    """Yield the pairs whose float64 distance is at most the threshold."""
    if not waiting:
        return
    probe, reference = (np.concatenate([each[part] for each in waiting]) for part in range(2))
    rows = np.concatenate([each[2] for each in waiting])
    # In parts: where nearly everything is near, the float64 rows of all pairs would not fit in memory.
    for first in range(0, len(probe), _DECIDE):
        part = slice(first, first + _DECIDE)
        distance = distances(probes[probe[part]], rows[part])
        inside = distance <= threshold
        yield probe[part][inside], reference[part][inside], distance[inside]


_NOWHERE: NDArray[np.int64] = np.empty(0, np.int64)


def _joined(parts: list[Pairs]) -> Pairs:
    none: Pairs = (_NOWHERE, _NOWHERE, np.empty(0, np.float64))
    probe, reference, distance = (np.concatenate([each[part] for each in chain([none], parts)]) for part in range(3))
    return probe, reference, distance


def _nearest(pairs: Pairs, top: int) -> Pairs:
    """Return the *top* nearest references of each probe."""
    probe, reference, distance = pairs
    order = np.lexsort((reference, distance, probe))
    begins = np.flatnonzero(np.diff(probe[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    kept = order[rank < top]
    return probe[kept], reference[kept], distance[kept]
