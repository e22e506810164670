"""Where something is that was not there before: an eighth of a frame's width and height against the background."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""left, top, right, bottom in pixels of the upright frame; right and bottom are excluded, and may lie outside it."""

Cells = NDArray[np.int16]

CELL_PX = 8
"""One cell is 8 x 8 pixels; of each, four are read."""

CHANGE = 8
"""Levels of brightness, of 256, by which a cell must differ from the background: on the synthetic street (H.264 at
0.4 Mbit/s) grain and coding change 1 cell in 1,000 by more, and raising it to 16 finds a person 10 % smaller."""

_SHARE_OF_FACE = 0.75  # a moving thing whose height or width is less than this share of a face is a leaf or a clock
_GAP = 2  # cells: what is no further apart is one thing, for clothes and hair can have the street's own brightness
_FORGETS_IN_S = 20.0  # a running background has taken over 63 % of a change after so many seconds
_EVERYTHING = 0.5  # share of cells from which no place is better than another: the camera moved, or a cut


def cells(luma: NDArray[np.uint8]) -> Cells:
    """
    Return brightness per cell, shape (h // 8, w // 8).

    Args:
        luma: Brightness, shape (h, w).
    """
    rows, columns = (side // CELL_PX * CELL_PX for side in luma.shape)
    parts = [luma[y:rows:CELL_PX, x:columns:CELL_PX] for y in (2, 6) for x in (2, 6)]
    total = parts[0].astype(np.int16)
    for part in parts[1:]:
        total += part
    return total >> 2


class Background:
    """
    What a fixed camera shows when nobody is there.

    Args:
        stills: Cells of frames spread over the time it stands for, shape (n, h, w): their median is
            the background. Empty: it is learned from what is looked at, the first frame being all background.
        min_face_px: Smallest face wanted; what moves in smaller patches is left alone.
    """

    def __init__(self, stills: Sequence[Cells], min_face_px: int) -> None:
        """Take the median, if there is anything to take it of."""
        self._learned = np.median(stills, axis=0).astype(np.float32) if len(stills) else None
        self._learns = not len(stills)
        self._last_s = 0.0
        self._least = max(1, int(_SHARE_OF_FACE * min_face_px / CELL_PX))
        self._margin = -(-min_face_px // (2 * CELL_PX))

    def regions(self, frame: Cells, at_s: float) -> list[Box] | None:
        """
        Return the boxes, disjoint, that hold what moves, each with a margin of half a face; None: look everywhere.

        Args:
            frame: Its cells.
            at_s: Its time, seconds; a learned background needs it to know how much to learn.
        """
        if self._learned is None or self._learned.shape != frame.shape:
            self._learned, self._last_s = frame.astype(np.float32), at_s
            return None
        away = frame - self._learned
        light = np.float32(np.median(away))  # clouds and automatic exposure change every cell alike
        moving = np.abs(away - light) > CHANGE
        if self._learns:
            self._learned += away * np.float32(min(1.0, abs(at_s - self._last_s) / _FORGETS_IN_S))
            self._last_s = at_s
        if moving.mean() > _EVERYTHING:
            return None
        patches = [box for box in _patches(moving) if min(box[2] - box[0], box[3] - box[1]) >= self._least]
        return _joined([self._widened(box, frame.shape) for box in patches])

    def _widened(self, box: Box, shape: tuple[int, ...]) -> Box:
        left, top, right, bottom = box
        rows, columns = shape
        # The last cells stand for the rest of the frame too, where its sides are no multiple of 8.
        right, bottom = (
            far + self._margin if far + self._margin < limit else limit + 1
            for far, limit in ((right, columns), (bottom, rows))
        )
        left, top = max(left - self._margin, 0), max(top - self._margin, 0)
        return left * CELL_PX, top * CELL_PX, right * CELL_PX, bottom * CELL_PX


def _patches(mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> Iterator[Box]:
    """Yield boxes around what is set, cut apart wherever rows or columns between are empty, more than a gap."""
    for first, last in _runs(mask.any(0)):
        for upper, lower in _runs(mask[:, first:last].any(1)):
            part = mask[upper:lower, first:last]
            if len(list(_runs(part.any(0)))) == 1:
                yield left + first, top + upper, left + last, top + lower
            else:
                yield from _patches(part, left + first, top + upper)


def _runs(line: NDArray[np.bool_] | np.bool_) -> Iterator[tuple[int, int]]:
    """
    Yield where True begins and ends; up to two False between are no end.

    >>> list(_runs(np.array([False, True, True, False, True, False, False, False, True])))
    [(1, 5), (8, 9)]
    """
    places = np.flatnonzero(line)
    if len(places):
        far = np.flatnonzero(np.diff(places) > _GAP + 1)
        firsts, lasts = places[[0, *(far + 1)]], places[[*far, -1]]
        yield from zip(firsts.tolist(), (lasts + 1).tolist(), strict=True)


def _joined(boxes: list[Box]) -> list[Box]:
    """
    Replace boxes that overlap by the box around them, until none do.

    >>> _joined([(0, 0, 2, 2), (1, 1, 5, 3), (8, 8, 9, 9), (4, 0, 6, 1)])
    [(0, 0, 6, 3), (8, 8, 9, 9)]
    """
    apart: list[Box] = []
    for box in boxes:
        joined = box
        while touching := [other for other in apart if _overlap(joined, other)]:
            apart = [other for other in apart if other not in touching]
            around = np.array([joined, *touching])
            joined = (*around[:, :2].min(0).tolist(), *around[:, 2:].max(0).tolist())
        apart.append(joined)
    return sorted(apart)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
