"""
A footage file in pieces that can be decoded alone: from one key frame to another, about a minute long.

They follow from the file alone, so the same pieces come out for any number of workers. A file whose packets do not say
plainly when each frame is shown, or which is damaged, is one piece: it is decoded from its start, in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.packet import Packet
from numpy.typing import NDArray

from toolkit.footage.container import Container, open_container, video_of

SEGMENT_S = Fraction(60)
"""A segment ends at the first key frame after so many seconds: long enough to learn what an empty street looks like."""

MAX_PACKETS = 20_000
"""Packets held in memory at a time; a file with more between key frames is one piece, decoded in order."""


@dataclass(frozen=True)
class Segment:
    """
    One unit of work.

    Args:
        number: From 0, in order of time.
        first_packet: Position of its key packet in the file, in decoding order.
        packets: How many packets it takes to decode it, with those of the next segment shown before its end.
        starts_pts: Presentation time of its key frame, in the stream's own ticks; None: the start of the file.
        ends_pts: Presentation time of the first frame after it; None: the end of the file.
        first_frame: Number of its first frame in the file.
        frames: How many frames it has.
        alone: Whether it can be decoded without what comes before. If not, it is the whole file.
    """

    number: int = 0
    first_packet: int = 0
    packets: int = 0
    starts_pts: int | None = None
    ends_pts: int | None = None
    first_frame: int = 0
    frames: int = 0
    alone: bool = False


@dataclass(frozen=True)
class _Listed:
    """What the packets of a file say, in decoding order: presentation times, which are key, the length of a tick."""

    pts: NDArray[np.int64]
    key: NDArray[np.bool_]
    tick_s: Fraction


def segments(container: Container, segment_s: Fraction = SEGMENT_S) -> tuple[Segment, ...]:
    """
    Return the pieces of a file. All of it is read, nothing is decoded.

    Args:
        container: What `probe` returned.
        segment_s: Least length of each but the last.
    """
    listed = _listed(container)
    if listed is None:
        return (Segment(),)
    starts = _starts(listed, int(segment_s / listed.tick_s))
    bounds = zip(starts, [*starts[1:], None], strict=True)
    found = [_segment(listed, number, start, end) for number, (start, end) in enumerate(bounds)]
    if any(segment.packets > MAX_PACKETS for segment in found):
        return (Segment(),)
    return tuple(found)


def held(container: Container, segment: Segment) -> tuple[list["Packet[Any]"], Any]:
    """
    Return the packets of a segment, in decoding order, with the next key packet where there is one, and a decoder.

    Raises:
        av.FFmpegError: If the file cannot be read.
        ValueError: If it does not hold those packets: then it is not the file that was listed.
    """
    # Where the index of a file leads past the place, or to none, it is read from its start.
    for seeks in (True, False):
        with open_container(container) as opened:
            stream = video_of(opened)
            if stream is None:
                break
            if seeks and segment.starts_pts is not None:
                opened.seek(segment.starts_pts, stream=stream, backward=True)
            packets = _between(opened.demux(stream), segment)
            if len(packets) >= segment.packets:
                stream.codec_context.thread_count = 1  # one thread a worker; the workers are what runs in parallel
                return packets, stream.codec_context
    raise ValueError(f"{container.source}: expected {segment.packets} packets from {segment.starts_pts}, not found")


def _between(packets: Iterable["Packet[Any]"], segment: Segment) -> list["Packet[Any]"]:
    kept: list[Packet[Any]] = []
    for packet in packets:
        if not packet.size or len(kept) > segment.packets:
            break
        starts_pts = segment.starts_pts
        if kept or starts_pts is None or packet.pts == starts_pts:
            kept.append(packet)
        elif packet.is_keyframe and packet.pts is not None and packet.pts > starts_pts:
            break
    return kept


def _listed(container: Container) -> _Listed | None:
    """Read every packet; None where one of them is odd, or where there are not as many as declared."""
    pts: list[int] = []
    key: list[bool] = []
    last_dts: int | None = None
    try:
        with open_container(container) as opened:
            stream = video_of(opened)
            if stream is None or stream.time_base is None:
                return None
            for packet in opened.demux(stream):
                if not packet.size:
                    continue
                if packet.pts is None or packet.dts is None or packet.is_corrupt or packet.is_discard:
                    return None
                if last_dts is not None and packet.dts <= last_dts:
                    return None
                pts.append(packet.pts)
                key.append(packet.is_keyframe)
                last_dts = packet.dts
            tick_s = stream.time_base
    except av.FFmpegError:
        return None
    listed = _Listed(np.array(pts, np.int64), np.array(key, np.bool_), tick_s)
    whole = len(pts) > 0 and key[0] and len(set(pts)) == len(pts) and container.frames in (None, len(pts))
    return listed if whole and _reaches_end(container, listed) else None


def _reaches_end(container: Container, listed: _Listed) -> bool:
    if container.frames is not None or container.duration_s is None:
        return True
    last_s = int(listed.pts.max()) * listed.tick_s - container.start_s
    step_s = 1 / container.rate if container.rate else Fraction(1, 25)
    return container.duration_s - last_s < 3 * step_s


def _starts(listed: _Listed, ticks: int) -> list[int]:
    """Return the positions of the packets with which segments begin: key, and shown after all that came before."""
    before = np.concatenate([[np.iinfo(np.int64).min], np.maximum.accumulate(listed.pts)[:-1]])
    starts = [0]
    for position in np.flatnonzero(listed.key & (listed.pts > before)).tolist():
        if listed.pts[position] - listed.pts[starts[-1]] >= ticks:
            starts.append(position)
    return starts


def _segment(listed: _Listed, number: int, start: int, end: int | None) -> Segment:
    """Return the segment from one start to the next. Its frames are those shown from the one's time to the other's."""
    starts_pts = int(listed.pts[start]) if number else None
    shown = np.ones(len(listed.pts), np.bool_) if starts_pts is None else listed.pts >= starts_pts
    ends_pts = None if end is None else int(listed.pts[end])
    if ends_pts is not None:
        shown &= listed.pts < ends_pts
    last = int(np.flatnonzero(shown)[-1])
    return Segment(
        number=number,
        first_packet=start,
        packets=last + 1 - start,
        starts_pts=starts_pts,
        ends_pts=ends_pts,
        first_frame=0 if starts_pts is None else int((listed.pts < starts_pts).sum()),
        frames=int(shown.sum()),
        alone=True,
    )


def numbered(pts: Sequence[int], segment: Segment) -> dict[int, int]:
    """
    Return the number in the file of each frame of a segment, by presentation time.

    >>> numbered([0, 40, 20, 60], Segment(starts_pts=20, ends_pts=60, first_frame=7))
    {20: 7, 40: 8}
    """
    inside = sorted(
        each
        for each in pts
        if (segment.starts_pts is None or each >= segment.starts_pts)
        and (segment.ends_pts is None or each < segment.ends_pts)
    )
    return {each: segment.first_frame + place for place, each in enumerate(inside)}
