"""
One pass over a footage file: every frame decoded, some looked at, the rest counted by cause.

The grid of looks is laid over presentation time: with 2 looks a second, the first sound frame of each half second. A
file of variable frame rate is therefore looked at as often as any other, and the same frames are chosen on every run.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from toolkit.footage.container import Container, open_container, video_of
from toolkit.footage.motion import Background, Box, cells
from toolkit.footage.tally import Examined, Tally

_LUMA_FIRST = frozenset(
    ("gray", "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv411p", "yuv410p", "nv12", "nv21")
)
"""Pixel formats whose first plane is 8-bit brightness, one byte a pixel: taken as it is."""


REORDERED_S, STANDS_FRAMES = Fraction(1), 100
"""How far a frame's time goes back where frames are only reordered, and for how many frames a clock may stand."""


@dataclass(frozen=True)
class Look:
    """
    One frame that is looked at.

    Args:
        frame: Its number among the decoded frames, from 0.
        pts_s: Presentation time as read from the file, exact.
        elapsed_s: Time since the beginning of the file, as a player shows it; at least, after its clock was reset.
        decoded: The decoder's frame; pixels are taken from it when asked for.
        regions: Where to look: disjoint boxes of the upright frame; None is everywhere.
        after_reset: Whether the file's clock was reset before: nobody can say how much later the frame is.
    """

    frame: int
    pts_s: Fraction
    elapsed_s: Fraction
    decoded: VideoFrame
    regions: tuple[Box, ...] | None = None
    after_reset: bool = False

    @cached_property
    def luma(self) -> NDArray[np.uint8]:
        """Brightness, shape (height, width), upright: the decoder's own plane where it has one."""
        if self.decoded.format.name not in _LUMA_FIRST:
            return self._upright(self._converted("gray"))
        plane = self.decoded.planes[0]
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return self._upright(lines[: self.decoded.height, : self.decoded.width])

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """Colours, shape (height, width, 3), upright; converted on first use."""
        return self._upright(self._converted("rgb24"))

    def _converted(self, pixel_format: str) -> NDArray[np.uint8]:
        return np.asarray(self.decoded.to_ndarray(format=pixel_format), np.uint8)

    def _upright(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Apply the rotation that the file declares: degrees counterclockwise, in quarters."""
        return np.ascontiguousarray(np.rot90(pixels, round(self.decoded.rotation / 90)))


class Looks:
    """
    The looks at one file, and then what was and was not examined.

    >>> looks = Looks(container, looks_per_s=2)  # doctest: +SKIP
    >>> found = [detect(look.luma) for look in looks]  # doctest: +SKIP
    >>> looks.examined().not_examined  # doctest: +SKIP
    {'frame_not_sampled': 253}

    Args:
        container: What `probe` returned.
        looks_per_s: Looks in each second of presentation time; more than 0, infinite: every frame.
        between_s: Elapsed times to look between, from and to (excluded); None is open. Frames
            outside are `out_of_period`: for a file that the mandate's window covers in part. So
            are those after a reset of the file's clock, where the window ends.
        background: Where given, only what differs from it is looked at; it learns from the looks.

    Raises:
        ValueError: If *looks_per_s* is not more than 0.
    """

    def __init__(
        self,
        container: Container,
        looks_per_s: float,
        between_s: tuple[Fraction | None, Fraction | None] = (None, None),
        background: Background | None = None,
    ) -> None:
        """Open nothing yet: the file is read while the looks are taken."""
        if not looks_per_s > 0:
            raise ValueError(f"looks_per_s must be more than 0, found {looks_per_s}")
        self._container = container
        self._looks_per_s = None if math.isinf(looks_per_s) else Fraction(str(looks_per_s))
        self._background = background
        self._between_s = between_s
        self._tally: Tally | None = None

    def __iter__(self) -> Iterator[Look]:
        """Decode the file from its start, one thread, and yield the frames to look at."""
        self._tally = None
        tally, clock = Tally(), _Clock()
        last_cell: int | None = None
        for number, (decoded, pts_s) in enumerate(_frames(self._container, tally)):
            elapsed_s = clock.elapsed(pts_s - self._container.start_s)
            cell = number if self._looks_per_s is None else math.floor(pts_s * self._looks_per_s)
            if decoded.is_corrupt:
                tally.leave_out("frame_undecodable", number)
            elif not self._inside(elapsed_s, clock.was_reset):
                tally.leave_out("out_of_period", number)
            elif cell == last_cell:
                tally.leave_out("frame_not_sampled", number)
            else:
                # Not "later than the last": after a clock that jumps back, the street is still looked at.
                last_cell = cell
                look = self._seen(Look(number, pts_s, elapsed_s, decoded, after_reset=clock.was_reset))
                if look.regions == ():
                    tally.leave_out("frame_not_sampled", number)
                    continue
                tally.looked_at += 1
                yield look
        self._tally = tally

    def examined(self) -> Examined:
        """
        Return what was examined, what was not and why, once all looks are taken.

        Raises:
            RuntimeError: If the looks were not taken to the end.
        """
        if self._tally is None:
            raise RuntimeError("what was examined is known only after the last look")
        return self._tally.examined(self._container)

    def _seen(self, look: Look) -> Look:
        """Return the look with the regions in which something moves."""
        if self._background is None:
            return look
        regions = self._background.regions(cells(look.luma), float(look.pts_s))
        return look if regions is None else replace(look, regions=tuple(regions))

    def _inside(self, elapsed_s: Fraction, after_reset: bool) -> bool:
        earliest, latest = self._between_s
        ends_before = latest is not None and (after_reset or elapsed_s >= latest)
        return (earliest is None or elapsed_s >= earliest) and not ends_before


class _Clock:
    """
    The clock of a file, as its frames show it.

    Reordered frames go back by less than a second. One that goes back further was set, and one that stands still tells
    no time: from then on a frame is later than all before it, and nobody can say by how much.
    """

    def __init__(self) -> None:
        self.was_reset = False
        self._latest_s: Fraction | None = None
        self._stood = 0

    def elapsed(self, elapsed_s: Fraction) -> Fraction:
        """Return the elapsed time of the next frame: as its time says, or, once that says nothing, at least."""
        if self._latest_s is None or elapsed_s > self._latest_s:
            self._stood = 0
        else:
            self._stood += 1
            self.was_reset |= self._latest_s - elapsed_s > REORDERED_S or self._stood > STANDS_FRAMES
        if self.was_reset:
            return self._latest_s or Fraction(0)
        self._latest_s = elapsed_s if self._latest_s is None else max(self._latest_s, elapsed_s)
        return elapsed_s


def _frames(container: Container, tally: Tally) -> Iterator[tuple[VideoFrame, Fraction]]:
    """Decode every packet; a packet that fails is counted, and the next one is tried."""
    step_s = 1 / container.rate if container.rate else Fraction(1, 25)
    with open_container(container) as opened:
        stream = video_of(opened)
        if stream is None:  # the file changed since it was probed; nothing decodes
            return
        stream.codec_context.thread_count = 1  # one thread per worker; the workers are what runs in parallel
        try:
            for packet in opened.demux(stream):
                tally.read(packet)
                try:
                    decoded = packet.decode()
                except av.FFmpegError as error:
                    tally.failed(packet, error)
                    continue
                for frame in decoded:
                    yield frame, tally.time_of(frame, step_s)
        except av.FFmpegError as error:
            tally.stopped(error)
