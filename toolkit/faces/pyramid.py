"""
dlib's sheet of scales: one picture in every size, side by side, so that one pass of the detector sees them all.

Sizes, places and the way back are dlib's (`compute_tiled_image_pyramid_details`, `tiled_pyramid_to_image`), because the
detector samples its sheet every 8 pixels: laid out otherwise, it would find slightly different boxes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

STEP = 6
"""Each scale has 5/6 of the width and height of the one before (`pyramid_down<6>`)."""

GAP_PX = 10
EDGE_PX = 11
"""Empty pixels between scales and around the sheet: what dlib assumes for this detector's version."""

_LEAST_ROWS = 5


@dataclass(frozen=True)
class Sheet:
    """
    Where each scale of a picture lies.

    Args:
        height: Rows of the sheet.
        width: Columns of the sheet.
        places: left, top, width, height of each scale, largest first, shape (levels, 4).
    """

    height: int
    width: int
    places: NDArray[np.int64]

    def to_picture(self, centres: Reals, window: tuple[int, int], dropped: int) -> NDArray[np.int64]:
        """
        Return the boxes in the picture for windows around points of the sheet.

        Args:
            centres: x, y on the sheet, shape (n, 2).
            window: Width and height of every window.
            dropped: How many scales larger than the first of the sheet were left out.

        Returns:
            left, top, right, bottom, the last two included as dlib does, shape (n, 4).
        """
        levels = self._levels(centres)
        half = (np.array(window) - 1) / 2
        corners = np.stack([centres - half, centres + half], 1) - self.places[levels, None, :2]
        for level in range(int(levels.max(initial=0)) + dropped):
            deeper = levels + dropped > level
            corners[deeper] = corners[deeper] * (STEP / (STEP - 1)) + 0.3
        return rounded(corners).reshape(-1, 4)

    def _levels(self, centres: Reals) -> NDArray[np.int64]:
        """Return the scale in which each point lies, or the nearest to it."""
        points = np.floor(centres + 0.5)[:, None]
        first = self.places[None, :, :2]
        last = first + self.places[None, :, 2:] - 1
        away = np.maximum(np.maximum(first - points, points - last), 0)
        return np.asarray(np.argmin((away**2).sum(2), 1), np.int64)


def sheet(height: int, width: int) -> Sheet:
    """
    Lay out the scales of a picture: downwards first, then a second column upwards in the free space at the right.

    >>> found = sheet(360, 640)
    >>> found.height, found.width, len(found.places)
    (1353, 662, 22)
    """
    sizes = _sizes(height, width)
    rows = _rows(sizes)
    places: list[tuple[int, int, int, int]] = []
    y = EDGE_PX
    for w, h in sizes:
        if y >= rows + EDGE_PX:
            break
        places.append((EDGE_PX, y, w, h))
        y += h + GAP_PX
    bottom = y - GAP_PX - 1
    for w, h in sizes[len(places) :]:
        left, top = EDGE_PX + width - w, bottom - h + 1
        if top <= EDGE_PX + height - 1:  # it would lie on the first scale
            break
        places.append((left, top, w, h))
        bottom = top - GAP_PX - 1
    return Sheet(rows + 2 * EDGE_PX, width + 2 * EDGE_PX, np.array(places, np.int64))


def smaller(side: int) -> int:
    """Return the side of the next scale."""
    return (STEP - 1) * side // STEP


def rounded(values: Reals) -> NDArray[np.int64]:
    """
    Round to whole numbers, halves away from zero, as dlib does.

    >>> rounded(np.array([0.5, 1.5, -0.5, -0.4]))
    array([ 1,  2, -1,  0])
    """
    return np.trunc(values + np.copysign(0.5, values)).astype(np.int64)


def _sizes(height: int, width: int) -> list[tuple[int, int]]:
    """Width and height of every scale, as long as it has five rows."""
    sizes = [(width, height)]
    while True:
        height, width = smaller(height), smaller(width)
        if not width or height < _LEAST_ROWS:
            return sizes
        sizes.append((width, height))


def _rows(sizes: list[tuple[int, int]]) -> int:
    """Rows of the first column: it ends where the next scale fits beside the last, and the rest balances it."""
    width, height = sizes[0]
    total = sum(h + GAP_PX for _, h in sizes) - 2 * GAP_PX
    rows = used = 0
    for w, h in sizes:
        if w <= width - used - GAP_PX and (rows - height) * 2 >= total - height:
            break
        rows += h + GAP_PX
        used = w
    return rows - GAP_PX
