"""A footage file before any of it is decoded: what it is and what it declares."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from toolkit.footage.contents import HEAD_BYTES, demuxer_of, is_playlist
from toolkit.footage.sealed import Blocks, opened_sealed
from toolkit.problems import Origin, Problem

MAX_PIXELS = 64_000_000
"""Largest frame decoded; twice 8K (33 megapixels). More is a damaged header or a trap, not a camera."""

CODECS = frozenset((
    "h264", "hevc", "av1", "vp8", "vp9", "mpeg1video", "mpeg2video", "mpeg4", "h263", "h263p", "mjpeg", "mjpegb",
    "jpeg2000", "theora", "dvvideo", "vc1", "wmv1", "wmv2", "wmv3", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "flv1",
    "vp6", "vp6f", "prores", "dnxhd", "ffv1", "huffyuv", "ffvhuff", "utvideo", "rawvideo", "v210",
))  # fmt: skip
"""What is decoded: what cameras, recorders and editing programs write. Any other decoder is code that nobody needs."""

_FIRST_YEAR, _LAST_YEAR = 1995, 2100
"""Earlier creation times are a clock's zero (1904 in MP4, 1970 on recorders) or a recorder that was never set."""


@dataclass(frozen=True)
class Container:
    """
    What a footage file declares of itself.

    Args:
        path: Where it is read from.
        source: Its path in the case, as problems and tables name it.
        demuxer: ffmpeg's name of the format, found by content.
        codec: ffmpeg's name of the video codec.
        width: Pixels, as stored (before a declared rotation).
        height: Pixels, as stored.
        start_s: Smallest presentation time of any stream; what a player shows as 0:00.
        duration_s: Declared duration of the video; None where nothing is declared. For transport
            streams and the like it is ffmpeg's reading of the last timestamp in the file.
        frames: Frames the index lists; None where the format keeps no exact count.
        rate: Declared average frame rate; None where nothing is declared.
        created: The container's creation time, None where absent or impossible.
        blocks: What the file was hashed as: no other byte of it is decoded. None: it was not, and nothing hangs on it.
    """

    path: Path
    source: str
    demuxer: str
    codec: str
    width: int
    height: int
    start_s: Fraction
    duration_s: Fraction | None
    frames: int | None
    rate: Fraction | None
    created: datetime | None
    blocks: Blocks | None = field(default=None, repr=False)


def probe(path: Path, source: str, blocks: Blocks | None = None) -> Container | Problem:
    """
    Return what the file declares, or why it cannot be searched.

    Args:
        path: The file.
        source: Its path in the case, for the problem's origin.
        blocks: What it was hashed as; with it, no other byte is read.

    Returns:
        A `Container`, or a `Problem`: M101 (no decoder opens it), M102 (empty),
        M103 (no known type), M106 (larger frames than any camera makes), M107 (a
        list of other files), M111 (a codec that is not on the list), F406 (cannot be read).
    """
    try:
        with _to_read(path, source, blocks) as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return _problem("F406", source, f"cannot be read: {error.strerror}")
    if not head:
        return _problem("M102", source, "expected footage, found an empty file")
    if is_playlist(head):
        return _problem("M107", source, "expected footage, found a list of other files; none of them was opened")
    demuxer = demuxer_of(head)
    if demuxer is None:
        return _problem("M103", source, f"expected a known container of footage, found bytes {head[:8].hex(' ')}")
    try:
        with _container(path, source, demuxer, blocks) as opened:
            found = _declared(opened, path, source, demuxer)
            return found if isinstance(found, Problem) else replace(found, blocks=blocks)
    except (av.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _problem("M101", source, f"begins like {demuxer}, but no decoder opens it ({reason})")


@contextmanager
def open_container(container: Container) -> Iterator[InputContainer]:
    """
    Open the file with its demuxer, allowed to read that file only, and of it only what was hashed.

    Raises:
        av.FFmpegError: If the demuxer cannot open it.
        IntegrityError: If it is not what was hashed; also later, while it is read.
    """
    with _container(container.path, container.source, container.demuxer, container.blocks) as opened:
        yield opened


@contextmanager
def _container(path: Path, source: str, demuxer: str, blocks: Blocks | None) -> Iterator[InputContainer]:
    with _to_read(path, source, blocks) as file:
        # No protocol at all: what a container says of other files leads nowhere.
        opened = av.open(file, mode="r", format=demuxer, container_options={"protocol_whitelist": "none"})
        with opened:
            yield opened


def _to_read(path: Path, source: str, blocks: Blocks | None) -> AbstractContextManager[Any]:
    return path.open("rb") if blocks is None else opened_sealed(path, blocks, source)


def video_of(opened: InputContainer) -> VideoStream | None:
    """
    Return the first moving picture of the file: not the sound, nor a cover picture attached to it.

    Its decoder refuses frames larger than the limit, also where they begin to be so in the middle of the file.
    """
    moving = [stream for stream in opened.streams.video if not stream.disposition & stream.disposition.attached_pic]
    if not moving:
        return None
    moving[0].codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return moving[0]


def _declared(opened: InputContainer, path: Path, source: str, demuxer: str) -> Container | Problem:
    stream = video_of(opened)
    if stream is None:
        return _problem("M101", source, f"opens as {demuxer}, but holds no video that a decoder knows")
    if (codec := stream.codec_context.codec.canonical_name) not in CODECS:
        return _problem("M111", source, f"expected a codec that cameras use (toolkit.footage.container), found {codec}")
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MAX_PIXELS:
        return _problem("M106", source, f"expected frames of at most {MAX_PIXELS} pixels, found {width} x {height}")
    return Container(
        path=path,
        source=source,
        demuxer=demuxer,
        codec=stream.codec_context.name,
        width=width,
        height=height,
        start_s=_start(opened),
        duration_s=_duration(opened, stream),
        # Only an ISO/QuickTime index lists every sample; AVI counts ticks, and the others do not count at all.
        frames=stream.frames if demuxer == "mov" and stream.frames > 0 else None,
        rate=stream.average_rate,
        created=_created(opened.metadata.get("creation_time") or stream.metadata.get("creation_time")),
    )


def _start(opened: InputContainer) -> Fraction:
    starts = [
        each.start_time * each.time_base
        for each in opened.streams
        if each.start_time is not None and each.time_base is not None
    ]
    return min(starts, default=Fraction(0))


def _duration(opened: InputContainer, stream: VideoStream) -> Fraction | None:
    declared = None if opened.duration is None else Fraction(opened.duration, av.time_base)
    if stream.duration is not None and stream.time_base is not None:
        declared = stream.duration * stream.time_base
    return declared if declared is not None and declared > 0 else None  # less than nothing is no declaration


def _created(text: str | None) -> datetime | None:
    """
    Read a creation time; ffmpeg writes ISO 8601 in UTC, others what they like.

    >>> _created("2016-05-03T10:00:00.000000Z")
    datetime.datetime(2016, 5, 3, 10, 0, tzinfo=datetime.timezone.utc)
    >>> _created("1904-01-01T00:00:00Z"), _created("Tuesday"), _created("2016-05-03T10:00:00")
    (None, None, None)
    >>> _created("9999-12-31T23:59:59Z")
    """
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    # Without a zone it may be local time or not: an instant that could be an hour off is not stated as known.
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.astimezone(UTC)


def _problem(code: str, source: str, message: str) -> Problem:
    return Problem(code, Origin(source), message, "kept and sealed; not searchable")
