"""
A segment looked at as closely as it moves.

Key frames first: of the rest, only what lies beside a key frame that differs from the empty street is decoded, and of
that, only the frames to look at and those they are made from. So a person is missed who comes and goes between two key
frames; every frame that was passed over is counted.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from operator import itemgetter

import av
import numpy as np
from av.video.frame import VideoFrame

from toolkit.footage.container import Container
from toolkit.footage.looks import Look, Looks
from toolkit.footage.motion import Background, Cells, cells
from toolkit.footage.segments import Segment, held, numbered
from toolkit.footage.tally import Examined, clock
from toolkit.problems import Origin, Problem

KEY_EVERY_S = Fraction(1)
"""Key frames nearer than this to the one before are not compared: in some formats every frame is a key frame."""

WHOLE_EVERY_S = 60.0
"""At least so often a key frame is looked at whole, for people who stand as still as the street."""

_FEW = 3  # fewer key frames than this make no median; then nothing that stands there is told from the street, and
_BRIEF_S = 10  # ... footage no longer than this is looked at whole: longer footage is worth learning a background for


@dataclass(frozen=True)
class Sampling:
    """
    How closely to look.

    Args:
        looks_per_s: Looks a second where something moves.
        min_face_px: Smallest face wanted, pixels.
        every_frame: Look at every frame, everywhere.
    """

    looks_per_s: float = 2.0
    min_face_px: int = 40
    every_frame: bool = False


@dataclass(frozen=True)
class _Group:
    """A key frame and the frames that are shown until the next: packets [first, last] of the segment decode them."""

    first: int
    last: int
    starts_pts: int
    ends_pts: int | None


def looks_at(
    container: Container,
    segment: Segment,
    sampling: Sampling,
    between_s: tuple[Fraction | None, Fraction | None] = (None, None),
) -> "Sampled | Looks":
    """
    Return the looks at one segment, however it must be decoded.

    Args:
        container: What `probe` returned.
        segment: One of its `segments`.
        sampling: How closely to look.
        between_s: Elapsed times to look between, from and to (excluded); None is open.
    """
    if segment.alone:
        return Sampled(container, segment, sampling, between_s)
    if sampling.every_frame:
        return Looks(container, math.inf, between_s)
    return Looks(container, sampling.looks_per_s, between_s, Background([], sampling.min_face_px))


class Sampled:
    """
    The looks at one segment, and then what was and was not examined.

    Args:
        container: What `probe` returned.
        segment: One of its segments that can be decoded alone.
        sampling: How closely to look.
        between_s: Elapsed times to look between, from and to (excluded); None is open.
    """

    def __init__(
        self,
        container: Container,
        segment: Segment,
        sampling: Sampling,
        between_s: tuple[Fraction | None, Fraction | None] = (None, None),
    ) -> None:
        """Open nothing yet."""
        self._container, self._segment, self._sampling, self._between_s = container, segment, sampling, between_s
        self._done = False

    def __iter__(self) -> Iterator[Look]:
        """Decode what is needed, one thread, and yield the frames to look at."""
        self._begin()
        groups = [group for group in self._groups() if self._overlaps(group)]
        background, moving = self._moving(groups)
        whole = self._whole(groups)
        for active, pairs in groupby(zip(groups, moving, strict=True), key=itemgetter(1)):
            run = [group for group, _ in pairs]
            if active:
                yield from self._looks(self._decoded(run[0].first, run[-1].last), run, background, whole)
            else:
                for group in run:
                    if group.starts_pts in whole:
                        yield from self._looks(self._decoded(group.first, group.first), run, background, whole)
        self._done = True

    def examined(self) -> Examined:
        """
        Return what was examined, what was not and why, once all looks are taken.

        Raises:
            RuntimeError: If the looks were not taken to the end.
        """
        if not self._done:
            raise RuntimeError("what was examined is known only after the last look")
        frames, outside = self._segment.frames, sum(not self._inside(pts) for pts in self._numbers)
        causes = {
            "frame_undecodable": min(len(self._failed), frames - outside - self._looked_at),
            "out_of_period": outside,
        }
        causes["frame_not_sampled"] = frames - self._looked_at - sum(causes.values())
        return Examined(
            declared=frames,
            decoded=len(self._seen),
            looked_at=self._looked_at,
            not_examined={cause: n for cause, n in sorted(causes.items()) if n},
            decoded_to_s=self._elapsed(max(self._numbers)) if self._numbers else Fraction(0),
            problems=self._damage(),
        )

    def _begin(self) -> None:
        self._done = False
        self._packets, self._decoder = held(self._container, self._segment)
        # Every packet of a segment has its time: without it the file would have been one piece, decoded in order.
        self._pts = [int(packet.pts or 0) for packet in self._packets]
        self._tick_s = Fraction(self._packets[0].time_base)
        self._numbers = numbered(self._pts[: self._segment.packets], self._segment)
        self._looked_at = 0
        self._failed: set[int | None] = set()
        self._seen: set[int] = set()
        self._looks_per_s = Fraction(str(self._sampling.looks_per_s))
        self._fault: tuple[int, str] | None = None
        self._skip = self._skips()

    def _groups(self) -> list[_Group]:
        """Cut the segment at its key frames."""
        starts: list[int] = []
        latest = self._pts[0] - 1
        for place, pts in enumerate(self._pts[: self._segment.packets]):
            far = not starts or (pts - self._pts[starts[-1]]) * self._tick_s >= KEY_EVERY_S
            if not starts or (self._packets[place].is_keyframe and pts > latest and far):
                starts.append(place)
            latest = max(latest, pts)
        groups = []
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            ends = self._segment.ends_pts if end is None else self._pts[end]
            # Frames shown before the first key frame of the file, if any, belong to its group.
            begins = self._pts[start] if start else min(self._pts)
            own = [
                place
                for place, pts in enumerate(self._pts[: self._segment.packets])
                if pts >= begins and (ends is None or pts < ends)
            ]
            groups.append(_Group(start, own[-1], self._pts[start], ends))
        return groups

    def _moving(self, groups: list[_Group]) -> tuple[Background | None, list[bool]]:
        """Compare the key frames: return the background, and beside which key frames something moves."""
        everywhere = [True] * len(groups)
        min_face_px = self._sampling.min_face_px
        if self._sampling.every_frame or not groups:
            return None, everywhere
        places = [group.first for group in groups]
        after = self._segment.packets  # the key frame with which the next segment begins
        if groups[-1].ends_pts == self._segment.ends_pts and len(self._pts) > after and self._inside(self._pts[after]):
            places.append(after)
        keys = [self._key_cells(place) for place in places] if len(places) >= _FEW else []
        known = [key for key in keys if key is not None]
        if len(known) < _FEW or len({key.shape for key in known}) > 1:
            ends_pts = groups[-1].ends_pts or max(self._pts)
            length_s = (ends_pts - groups[0].starts_pts) * self._tick_s
            return (None if length_s <= _BRIEF_S else Background([], min_face_px)), everywhere
        background = Background(known, min_face_px)
        differs = [key is None or background.regions(key, 0.0) != [] for key in keys]
        return background, [any(differs[place : place + 2]) for place in range(len(groups))]

    def _key_cells(self, place: int) -> Cells | None:
        frames = [frame for frame in self._decoded(place, place) if not frame.is_corrupt]
        return cells(Look(0, Fraction(0), Fraction(0), frames[0]).luma) if frames else None

    def _whole(self, groups: list[_Group]) -> set[int]:
        """Return the times of the key frames that are looked at whole."""
        chosen: list[int] = []
        for group in groups:
            if not chosen or (group.starts_pts - chosen[-1]) * self._tick_s >= WHOLE_EVERY_S:
                chosen.append(group.starts_pts)
        return set(chosen)

    def _looks(
        self, frames: Iterator[VideoFrame], run: list[_Group], background: Background | None, whole: set[int]
    ) -> Iterator[Look]:
        last_cell: int | None = None
        starts = {group.starts_pts for group in run}
        for frame in frames:
            if not self._belongs(frame, run):
                continue
            pts = int(frame.pts or 0)
            look = Look(self._numbers[pts], pts * self._tick_s, self._elapsed(pts), frame)
            cell = math.floor(look.pts_s * self._looks_per_s)
            if self._sampling.every_frame or pts in whole or (background is None and cell != last_cell):
                last_cell = cell
                self._looked_at += 1
                yield look
            elif background and (cell != last_cell or pts in starts):
                last_cell = cell
                regions = background.regions(cells(look.luma), float(look.pts_s))
                if regions != []:
                    self._looked_at += 1
                    yield replace(look, regions=None if regions is None else tuple(regions))

    def _decoded(self, first: int, last: int) -> Iterator[VideoFrame]:
        """Decode packets *first* to *last* of the segment; one that fails is counted, and the next is tried."""
        self._decoder.flush_buffers()
        self._decoder.skip_frame = self._skip
        for packet in (*self._packets[first : last + 1], None):
            try:
                frames = self._decoder.decode(packet)
            except av.FFmpegError as error:
                self._fails(packet.pts if packet else None, error.strerror or str(error))
                continue
            self._seen.update(frame.pts for frame in frames if frame.pts is not None)
            yield from frames

    def _belongs(self, frame: VideoFrame, run: list[_Group]) -> bool:
        """Tell whether a frame is one of the run's and inside the window; count it where it is damaged."""
        pts, ends = frame.pts, run[-1].ends_pts
        if pts not in self._numbers or (ends is not None and pts >= ends) or not self._inside(pts):
            return False
        if frame.is_corrupt:
            self._fails(pts, "the decoder marks it as damaged")
        return not frame.is_corrupt

    def _skips(self) -> str:
        """
        Return which frames need not be decoded: those that no other is made from, where enough others are left.

        A frame shown after all that came before it in the file is one that others are made from.
        """
        if self._sampling.every_frame:
            return "DEFAULT"
        pts = np.array(self._pts, np.int64)
        anchors = pts[pts == np.maximum.accumulate(pts)]
        gap = int(np.diff(anchors).max(initial=0)) * self._tick_s
        return "NONREF" if len(anchors) > 1 and gap * self._looks_per_s <= 1 else "DEFAULT"

    def _elapsed(self, pts: int) -> Fraction:
        return pts * self._tick_s - self._container.start_s

    def _inside(self, pts: int) -> bool:
        earliest, latest = self._between_s
        at_s = self._elapsed(pts)
        return (earliest is None or at_s >= earliest) and (latest is None or at_s < latest)

    def _overlaps(self, group: _Group) -> bool:
        earliest, latest = self._between_s
        after = latest is not None and self._elapsed(group.starts_pts) >= latest
        before = earliest is not None and group.ends_pts is not None and self._elapsed(group.ends_pts) <= earliest
        return not after and not before

    def _fails(self, pts: int | None, reason: str) -> None:
        self._failed.add(pts)
        if self._fault is None:
            self._fault = (self._numbers.get(pts or 0, self._segment.first_frame), reason)

    def _damage(self) -> tuple[Problem, ...]:
        if self._fault is None:
            return ()
        number, reason = self._fault
        message = f"frames damaged from {clock(self._elapsed(min(self._numbers)))} on: {len(self._failed)} ({reason})"
        origin = Origin(self._container.source, f"frame {number}")
        return (Problem("M114", origin, message, f"{len(self._seen)} sound frames kept"),)
