"""From boxes in single looks to people passing, and of each the few views worth describing."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAME_OVERLAP = 0.25
"""Least intersection over union of a box and the last one of the same track. Who moves further between two looks begins
a new track: that costs a description, while two people in one track could cost one of them."""

LOST_AFTER_S = 2.0
"""A track ends when nothing was found in its place for so long."""

BEST_VIEWS = 5
"""Views of a track that are described."""

Box = tuple[int, int, int, int]
Boxes = NDArray[np.int32]


@dataclass(eq=False)
class Track:
    """
    One person passing, as far as boxes follow each other.

    Args:
        number: From 0, in the order in which tracks begin.
        box: The last box: left, top, right, bottom.
        seen_s: When that was.
        most: How many views are kept at most; None: all.
        views: Its best views: (quality, frame, whatever belongs to it), best first.
    """

    number: int
    box: Box
    seen_s: float
    most: int | None = BEST_VIEWS
    views: list[tuple[float, int, Any]] = field(default_factory=list)

    def keep(self, quality: float, frame: int, view: Any) -> None:  # noqa: ANN401 - as the caller needs it
        """Keep a view if it is among the best; of two equal ones the earlier."""
        self.views.append((quality, frame, view))
        self.views.sort(key=lambda kept: (-kept[0], kept[1]))
        if self.most is not None:
            del self.views[self.most :]


class Tracks:
    """The tracks of one piece of footage."""

    def __init__(self, most: int | None = BEST_VIEWS) -> None:
        """Begin without any."""
        self._most = most
        self.live: list[Track] = []
        self.begun = 0

    def ended(self, at_s: float) -> list[Track]:
        """Take out and return the tracks that nothing found from now on belongs to."""
        over = [track for track in self.live if abs(at_s - track.seen_s) > LOST_AFTER_S]
        self.live = [track for track in self.live if track not in over]
        return over

    def follow(self, boxes: Boxes, at_s: float) -> list[Track]:
        """
        Return the track of each box: of the pairs that overlap, the closest first; what is left over begins anew.

        Args:
            boxes: left, top, right, bottom, shape (n, 4).
            at_s: Time of the look.
        """
        last = np.array([track.box for track in self.live], np.int32).reshape(-1, 4)
        found = {box: self.live[track] for box, track in _pairs(overlaps(boxes, last)).items()}
        for number, corners in enumerate(boxes.tolist()):
            box = tuple(corners)
            if number not in found:
                found[number] = Track(self.begun, box, at_s, self._most)
                self.live.append(found[number])
                self.begun += 1
            found[number].box, found[number].seen_s = box, at_s
        return [found[number] for number in range(len(boxes))]


def _pairs(overlap: NDArray[np.float64]) -> dict[int, int]:
    """Return which row goes with which column: the largest first, each at most once."""
    pairs: dict[int, int] = {}
    for place in np.argsort(-overlap, axis=None, kind="stable").tolist():
        row, column = divmod(place, overlap.shape[1])
        if overlap[row, column] < SAME_OVERLAP:
            break
        if row not in pairs and column not in pairs.values():
            pairs[row] = column
    return pairs


def overlaps(boxes: Boxes, others: Boxes) -> NDArray[np.float64]:
    """
    Return the intersection over union of each box with each other, shape (n, m).

    >>> overlaps(np.array([[0, 0, 10, 10]]), np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10]])).round(2)
    array([[1.  , 0.33, 0.  ]])
    """
    one, other = boxes[:, None].astype(np.float64), others[None].astype(np.float64)
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    common = sides.clip(0).prod(-1)
    area = [(each[..., 2:] - each[..., :2]).prod(-1) for each in (one, other)]
    return np.asarray(common / np.maximum(area[0] + area[1] - common, 1))
