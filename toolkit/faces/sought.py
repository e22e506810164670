"""How small a face to seek, where and when: large faces at every look, small ones less often."""

from collections.abc import Sequence

from toolkit.faces.tracks import Box, Track

LARGE_PX = 80
"""Faces from this size are sought at every look. To seek those half as large takes four times as long, and they cross
the picture half as fast, so it is enough to do it half as often."""

SMALL_EVERY_S = 1.0
"""So often small faces are sought in what moves ..."""

BESIDE_LARGE_EVERY_S = 2.0
"""... and so often where a large face is being followed: most of what moves there is that person."""

_SAME_PLACE = 0.5  # share of a region that must have been searched to count as searched


class Sought:
    """
    When and where small faces were sought.

    Args:
        min_face_px: The smallest face wanted, pixels.
        every_look: Seek it at every look, everywhere.
    """

    def __init__(self, min_face_px: int, *, every_look: bool = False) -> None:
        """Nothing was searched yet."""
        self.min_face_px = min_face_px
        self._always = every_look or min_face_px * 2 > LARGE_PX
        self._searched: list[tuple[Box, float]] = []

    def smallest_px(self, region: Box, at_s: float, tracks: Sequence[Track]) -> int:
        """
        Return the smallest face to seek in a region now, and remember it.

        Args:
            region: left, top, right, bottom.
            at_s: Time of the look.
            tracks: The people who are being followed.
        """
        if self._always:
            return self.min_face_px
        self._searched = [(box, then_s) for box, then_s in self._searched if abs(at_s - then_s) < BESIDE_LARGE_EVERY_S]
        large = any(_size(track.box) >= LARGE_PX and _inside(track.box, region) for track in tracks)
        every_s = BESIDE_LARGE_EVERY_S if large else SMALL_EVERY_S
        # Looks do not fall on exact times: one that is nearly due is due.
        recent = [box for box, then_s in self._searched if abs(at_s - then_s) < 0.8 * every_s]
        if sum(_common(box, region) for box in recent) >= _SAME_PLACE * _area(region):
            return LARGE_PX
        self._searched.append((region, at_s))
        return self.min_face_px


def _size(box: Box) -> int:
    return min(box[2] - box[0], box[3] - box[1]) + 1


def _area(box: Box) -> int:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _common(one: Box, other: Box) -> int:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    return _area((left, top, min(one[2], other[2]), min(one[3], other[3])))


def _inside(box: Box, region: Box) -> bool:
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return region[0] <= middle[0] < region[2] and region[1] <= middle[1] < region[3]
