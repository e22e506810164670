"""Which faces are near which probes: exact, and equal to comparing every pair in float64."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

WIDTH = 128
"""Numbers in a descriptor."""

MARGIN = 1e-4
"""How far beyond the threshold the float32 screening looks; what it lets through is decided in float64."""

STEPS_DOWN = (0.05, 0.10)
"""Candidates are also counted this far below the threshold, so that a reader sees what the threshold decides."""

_ROUNDING = 2 * WIDTH * float(np.finfo(np.float32).eps)
"""Bound of float32's rounding in |p|^2 + |r|^2 - 2pr, relative to |p|^2 + |r|^2 (sums of 128 terms, doubled)."""

_PROBES, _REFERENCES = 256, 65_536  # a block of distances: 64 MiB of float32

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def candidates(probes: NDArray[np.float32], references: NDArray[np.float32], threshold: float) -> Pairs:
    """
    Return every probe and reference no farther apart than *threshold*.

    A candidate is a pair worth a person's look (ISO/IEC 2382-37, 37.03.04).

    Args:
        probes: Descriptors of the images that were shared, shape (m, 128), float32.
        references: Descriptors of faces found in footage, shape (n, 128), float32.
        threshold: Largest Euclidean distance allowed; 0 is identical. dlib's
            example uses 0.6, measured on press photographs, not on CCTV.

    Returns:
        (probe, reference, distance), arrays of one length, nearest first (equal
        distances by probe, then reference); the first two index the rows of the
        arguments, the third is float64, as it was compared with the threshold.

    Raises:
        ValueError: If an argument is not an array of 128-number rows, or holds
            numbers that are no number or could not stand in a descriptor.

    >>> same = np.zeros((1, 128), np.float32)
    >>> candidates(same, same, threshold=0.6)[2]
    array([0.])
    """
    probes, references = _rows("probes", probes), _rows("references", references)
    found = [_decided(probes, references, near, threshold) for near in _screened(probes, references, threshold)]
    probe, reference, distance = (np.concatenate([each[part] for each in [_NONE, *found]]) for part in range(3))
    order = np.lexsort((reference, probe, distance))
    return probe[order], reference[order], distance[order]


def distances(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float64]:
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


_NONE: Pairs = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def _rows(name: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = np.asarray(rows, np.float32)
    if rows.ndim != 2 or rows.shape[1] != WIDTH:  # noqa: PLR2004 - rows and columns
        raise ValueError(f"{name} must have shape (n, {WIDTH}), found {rows.shape}")
    # dlib's descriptors have a length of 1.3 to 1.6; far beyond that float32 squares overflow and pairs would be lost.
    if not np.all(np.abs(rows) < 1e6):  # noqa: PLR2004
        raise ValueError(f"{name} must hold numbers between -1e6 and 1e6, found others")
    return rows


def _screened(
    probes: NDArray[np.float32], references: NDArray[np.float32], threshold: float
) -> Iterator[NDArray[np.int64]]:
    """Yield, block by block, the pairs (probe, reference) that float32 cannot rule out, shape (k, 2)."""
    if threshold < 0:
        return
    for first_reference in range(0, len(references), _REFERENCES):
        block = references[first_reference : first_reference + _REFERENCES]
        block_squares = _squares(block)
        for first_probe in range(0, len(probes), _PROBES):
            few = probes[first_probe : first_probe + _PROBES]
            few_squares = _squares(few)
            slack = _ROUNDING * float(few_squares.max() + block_squares.max())
            limit = np.float32((threshold + MARGIN) ** 2 + slack)
            squared = few @ block.T
            squared *= -2
            squared += block_squares
            squared += few_squares[:, None]
            yield np.argwhere(squared <= limit) + np.array((first_probe, first_reference))


def _squares(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    squares: NDArray[np.float32] = np.einsum("ij,ij->i", rows, rows)
    return squares


def _decided(
    probes: NDArray[np.float32], references: NDArray[np.float32], near: NDArray[np.int64], threshold: float
) -> Pairs:
    """Keep the pairs whose float64 distance is at most the threshold."""
    # In parts: where nearly everything is near, the float64 rows of all pairs would not fit in memory.
    parts = [near[first : first + _REFERENCES] for first in range(0, len(near), _REFERENCES)]
    kept = []
    for pairs in parts:
        distance = distances(probes[pairs[:, 0]], references[pairs[:, 1]])
        inside = distance <= threshold
        kept.append((pairs[inside, 0], pairs[inside, 1], distance[inside]))
    probe, reference, distance = (np.concatenate([each[part] for each in [_NONE, *kept]]) for part in range(3))
    return probe, reference, distance
