"""What of a footage file was examined, and what was not and why. The causes are words of the coverage tables."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.packet import Packet
from av.video.frame import VideoFrame

from toolkit.footage.container import Container
from toolkit.problems import Origin, Problem


@dataclass(frozen=True)
class Examined:
    """
    The account of one pass: declared = looked_at + sum(not_examined).

    Args:
        declared: Frames the index lists; where it lists none, frames found and frames missing.
        decoded: Frames that came out of the decoder, sound or not.
        looked_at: Frames that were examined.
        not_examined: Frames that were not, by cause: frame_not_sampled, frame_undecodable,
            truncated, out_of_period, excluded_by_rule (hidden by the file's own edit list).
        decoded_to_s: Time since the beginning up to which frames decode, 0 where none does.
        problems: M114 where the file is damaged or cut short, M110 where its clock jumps back.
    """

    declared: int
    decoded: int
    looked_at: int
    not_examined: Mapping[str, int]
    decoded_to_s: Fraction
    problems: tuple[Problem, ...]


class Tally:
    """Counts kept while a file is decoded."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.looked_at = 0
        self._left_out: Counter[str] = Counter()
        self._packets = self._decoded = self._failed = self._hidden = self._jumps = 0
        self._cut_packet = False
        self._reason = ""
        self._first_fault: int | None = None
        self._first_jump: int | None = None
        self._last_s: Fraction | None = None
        self._end_s: Fraction | None = None

    def read(self, packet: "Packet[Any]") -> None:
        """Count a packet that was read, before it is decoded; the empty one at the end is no packet."""
        self._packets += packet.size > 0
        self._hidden += packet.is_discard

    def failed(self, packet: "Packet[Any]", error: av.FFmpegError) -> None:
        """Count a packet that does not decode."""
        self._cut_packet = packet.is_corrupt  # the file ends inside this packet, so it is the last one
        self._failed += packet.size > 0
        self._fault(self._decoded, error.strerror or str(error))

    def stopped(self, error: av.FFmpegError) -> None:
        """Note that the file cannot be read further."""
        self._fault(self._decoded, error.strerror or str(error))

    def leave_out(self, cause: str, number: int) -> None:
        """Count a decoded frame that is not looked at."""
        self._left_out[cause] += 1
        if cause == "frame_undecodable":
            self._fault(number, "the decoder marks it as damaged")

    def time_of(self, frame: VideoFrame, step_s: Fraction) -> Fraction:
        """Return a frame's presentation time; one that has none follows the last by *step_s*."""
        if frame.pts is not None and frame.time_base is not None:
            pts_s = frame.pts * frame.time_base
        else:
            pts_s = Fraction(0) if self._last_s is None else self._last_s + step_s
        if self._last_s is not None and pts_s <= self._last_s:
            self._jumps += 1
            self._first_jump = self._decoded if self._first_jump is None else self._first_jump
        self._decoded += 1
        self._last_s = pts_s
        shown_s = frame.duration * frame.time_base if frame.duration and frame.time_base else step_s
        self._end_s = pts_s + shown_s if self._end_s is None else max(self._end_s, pts_s + shown_s)
        return pts_s

    def examined(self, container: Container) -> Examined:
        """Return the account, with what is missing set against what the file declares."""
        reached_s = Fraction(0) if self._end_s is None else self._end_s - container.start_s
        causes = self._left_out.copy()
        causes["excluded_by_rule"] += self._hidden
        if container.frames is None:
            causes["truncated"] += _missing(container, reached_s)
            causes["frame_undecodable"] += self._failed
        else:
            lost = max(self._packets - self._decoded - self._hidden, 0)
            cut = min(lost, int(self._cut_packet))
            causes["truncated"] += max(container.frames - self._packets, 0) + cut
            causes["frame_undecodable"] += lost - cut
        not_examined = {cause: n for cause, n in sorted(causes.items()) if n > 0}
        declared = self.looked_at + sum(not_examined.values())
        return Examined(
            declared=declared,
            decoded=self._decoded,
            looked_at=self.looked_at,
            not_examined=not_examined,
            decoded_to_s=reached_s,
            problems=(*self._damage(container, not_examined, reached_s), *self._jumping(container)),
        )

    def _fault(self, number: int, reason: str) -> None:
        if self._first_fault is None:
            self._first_fault, self._reason = number, reason

    def _damage(self, container: Container, not_examined: Mapping[str, int], reached_s: Fraction) -> list[Problem]:
        truncated = not_examined.get("truncated", 0)
        undecodable = not_examined.get("frame_undecodable", 0)
        if self._first_fault is None and not truncated and not undecodable and self._decoded:
            return []
        declared = "" if container.duration_s is None else f" of {clock(container.duration_s)} declared"
        reason = f" ({self._reason})" if self._reason else ""
        frame = self._decoded if self._first_fault is None else self._first_fault
        return [
            Problem(
                "M114",
                Origin(container.source, f"frame {frame}"),
                f"decoded to {clock(reached_s)}{declared}; frames cut off: {truncated}, damaged: {undecodable}{reason}",
                f"{self._decoded - self._left_out['frame_undecodable']} sound frames kept",
            )
        ]

    def _jumping(self, container: Container) -> list[Problem]:
        if self._first_jump is None:
            return []
        message = f"expected each frame after the one before, found {self._jumps} that repeat or go back"
        return [Problem("M110", Origin(container.source, f"frame {self._first_jump}"), message, "times kept as read")]


def clock(seconds: Fraction) -> str:
    """
    Return a duration as a player shows it, whole seconds, rounded down.

    >>> clock(Fraction(3725))
    '01:02:05'
    """
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _missing(container: Container, reached_s: Fraction) -> int:
    """Estimate the frames cut off, by declared duration and rate; less than two frames is rounding, not loss."""
    if container.duration_s is None or not container.rate:
        return 0
    missing = int((container.duration_s - reached_s) * container.rate)
    return missing if missing >= 2 else 0  # noqa: PLR2004 - stated in the docstring
