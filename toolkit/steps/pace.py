"""How fast footage is indexed, for the person who waits."""

import time
from collections.abc import Sequence

from toolkit.case import Progress
from toolkit.footage.segments import Segment
from toolkit.steps.gate import Unit
from toolkit.steps.pieces import File


class Pace:
    """
    Seconds of footage done and to do, hours of footage an hour, faces a second.

    Nothing of this goes into a table: it differs from run to run.
    """

    def __init__(self, units: Sequence[Unit], progress: Progress | None) -> None:
        """Start the clock."""
        self._lengths = {unit.clip.source: float(unit.length_s or 0) for unit in units}
        self._done: dict[str, float] = {}
        self._faces: dict[str, int] = {}
        self._progress = progress
        self._began = time.monotonic()

    def note(self, file: File, segment: Segment | None) -> None:
        """Note that a segment of a file is done, or that nothing of the file can be."""
        source, frames = file.unit.clip.source, file.unit.frames
        if file.complete:
            self._done[source] = self._lengths[source]
        elif segment is not None and frames:
            part = self._lengths[source] * segment.frames / frames
            self._done[source] = min(self._done.get(source, 0.0) + part, self._lengths[source])
        self._faces[source] = file.facts["faces"]
        if self._progress:
            self._progress("index", sum(self._done.values()), sum(self._lengths.values()), self._rates())

    def sentences(self) -> list[str]:
        """Return what was done and how fast, where there was anything to do."""
        if not self._lengths:
            return []
        return [f"{_hours(sum(self._done.values()))} h of footage, {sum(self._faces.values())} faces: {self._rates()}"]

    def _rates(self) -> str:
        took_s = max(time.monotonic() - self._began, 1e-3)
        hours_an_hour, faces_a_second = sum(self._done.values()) / took_s, sum(self._faces.values()) / took_s
        return f"{hours_an_hour:.0f} h of footage an hour, {faces_a_second:.1f} faces a second"


def _hours(seconds: float) -> str:
    """
    Return hours, with as many decimals as it takes.

    >>> [_hours(s) for s in (7200, 90, 3)]
    ['2.00', '0.03', '0.001']
    """
    hours = seconds / 3600
    return f"{hours:.2f}" if hours >= 0.01 else f"{hours:.3f}"  # noqa: PLR2004
