"""Soft shapes and seeded noise on float32 maps: the pencils of this room."""

import zlib

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Map = NDArray[np.float32]
"""A picture or a map of numbers: (rows, columns) or (rows, columns, channels), float32."""


def as_map(numbers: ArrayLike) -> Map:
    """The numbers as float32."""
    return np.asarray(numbers, np.float32)


def smoothstep(start: ArrayLike, end: ArrayLike, x: ArrayLike) -> Map:
    """
    Zero before *start*, one after *end*, smooth between; *start* may be the larger, which turns it round.

    >>> smoothstep(0, 1, [-1.0, 0.5, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    begin, stop, at = (as_map(value) for value in (start, end, x))
    t = np.clip((at - begin) / (stop - begin), 0, 1)
    return as_map(t * t * (3 - 2 * t))


def ridge(x: ArrayLike, centre: ArrayLike, width: ArrayLike) -> Map:
    """A bell of height one around *centre*, 1/e high at *width* from it."""
    along, middle, spread = (as_map(value) for value in (x, centre, width))
    return as_map(np.exp(-(((along - middle) / spread) ** 2)))


def bump(x: ArrayLike, y: ArrayLike, at: tuple[ArrayLike, ArrayLike], size: tuple[ArrayLike, ArrayLike]) -> Map:
    """A bell of height one at the point *at*, 1/e high at *size* from it."""
    return ridge(x, at[0], size[0]) * ridge(y, at[1], size[1])


def mix(below: ArrayLike, above: ArrayLike, share: ArrayLike) -> Map:
    """Colours *below* covered by colours *above* where *share* (rows, columns) is one."""
    under, over, part = (as_map(value) for value in (below, above, share))
    return as_map(under + (over - under) * part[..., None])


def ramp(palette: Map, t: float) -> Map:
    """
    The colour at *t* (0 to 1) of a row of colours.

    >>> ramp(np.array([[0, 0, 0], [1, 1, 1]], np.float32), 0.25).tolist()
    [0.25, 0.25, 0.25]
    """
    place = np.clip(t, 0, 1) * (len(palette) - 1)
    low = min(int(place), len(palette) - 2)
    return as_map(palette[low] * (1 + low - place) + palette[low + 1] * (place - low))


def blur(image: Map, sigma: float, sigma_y: float | None = None) -> Map:
    """Gaussian blur, *sigma* in pixels across and, where given, *sigma_y* down."""
    return as_map(cv2.GaussianBlur(image, (0, 0), sigma, sigmaY=sigma if sigma_y is None else sigma_y))


class Noise:
    """Named, seeded noise: the same (seed, name) gives the same numbers whatever was drawn before."""

    def __init__(self, *seed: int) -> None:
        """Seed: any whole numbers, zero or more."""
        self.seed = seed

    def numbers(self, name: str) -> np.random.Generator:
        """The generator that belongs to *name*."""
        return np.random.default_rng([*self.seed, zlib.crc32(name.encode())])

    def map(self, name: str, grid: tuple[int, int], shape: tuple[int, int]) -> Map:
        """Normal noise of *grid* (across, down) cells, enlarged smoothly to *shape* (rows, columns)."""
        across, down = grid
        cells = self.numbers(name).standard_normal((down, across)).astype(np.float32)
        return as_map(cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_CUBIC))
