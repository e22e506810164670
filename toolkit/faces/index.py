"""From looks at footage to the tables `faces` and `descriptors`."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toolkit.faces.engine import Engine, Found
from toolkit.faces.sought import Sought
from toolkit.faces.tracks import BEST_VIEWS, Box, Track, Tracks
from toolkit.tables import table

_BATCH = 64  # views described together: 4 MB of pictures


class Look(Protocol):
    """What is needed of a frame: its number, its times and its pixels."""

    @property
    def frame(self) -> int:
        """Its number in the file, from 0."""

    @property
    def pts_s(self) -> Fraction:
        """Presentation time as read."""

    @property
    def elapsed_s(self) -> Fraction:
        """Time since the beginning of the file."""

    @property
    def after_reset(self) -> bool:
        """Whether the file's clock was reset before it: then it is later by nobody knows how much."""

    @property
    def regions(self) -> Sequence[Box] | None:
        """Where to look: disjoint boxes, which may reach beyond the picture; None is everywhere."""

    @property
    def luma(self) -> NDArray[np.uint8]:
        """Brightness, shape (h, w)."""

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """Colours, shape (h, w, 3)."""


@dataclass(frozen=True)
class Clip:
    """
    Where a footage file comes from and when it begins.

    Args:
        source: Its path in the case.
        sha256: Its digest, hexadecimal.
        camera_id: The camera, None where nobody says.
        starts_earliest: When it begins, at the earliest (UTC); None: undated.
        starts_latest: And at the latest: a start known to the second ends one second later.
    """

    source: str
    sha256: str
    camera_id: str | None = None
    starts_earliest: datetime | None = None
    starts_latest: datetime | None = None


@dataclass(frozen=True)
class Indexed:
    """
    The faces of one piece of footage.

    Args:
        faces: Rows of the table `faces`: the views that were described, by frame, then box.
        descriptors: Rows of the table `descriptors`, in the same order.
        seen: Faces that were found; more than were described, for each person is found many times.
        too_small: Faces that were seen and are smaller than the floor.
        partly: Looks that were searched for large faces only, in some region.
    """

    faces: pl.DataFrame
    descriptors: pl.DataFrame
    seen: int
    too_small: int
    partly: int


def index_looks(
    looks: Iterable[Look],
    clip: Clip,
    min_face_px: int,
    engine: Engine,
    *,
    every_view: bool = False,
    piece: int = 0,
) -> Indexed:
    """
    Find faces, follow them from look to look, and describe the best views of each person passing.

    Args:
        looks: Frames to look at, in order of time.
        clip: The file they come from.
        min_face_px: Smallest face, side of the detector's box in pixels of the upright picture.
        engine: What finds and describes.
        every_view: Seek small faces in every look, and describe every view.
        piece: Number of the piece in its file: no two tracks of a file have one name.

    Raises:
        ValueError: If *min_face_px* is less than the engine can find.
    """
    tracks, described = Tracks(BEST_VIEWS if not every_view else None), _Described(engine)
    sought = Sought(min_face_px, every_look=every_view)
    seen = too_small = partly = 0
    for look in looks:
        at_s = float(look.pts_s)
        described.add(tracks.ended(at_s))
        found, thorough = _found(look, sought, tracks, engine)
        partly += not thorough
        seen += len(found.boxes)
        too_small += found.too_small
        if not len(found.boxes):
            continue
        views = engine.views(look.rgb, found.boxes)
        rows = _rows(look, found.boxes, clip, engine.name)
        for place, track in enumerate(tracks.follow(found.boxes, at_s)):
            row = {**rows[place], "track_id": f"{clip.sha256[:12]}-{piece}-{track.number}"}
            track.keep(float(views.quality[place]), look.frame, (row, views.chips[place]))
    described.add(tracks.live)
    faces, descriptors = described.tables()
    return Indexed(faces, descriptors, seen, too_small, partly)


def describe_again(looks: Iterable[Look], faces: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """
    Describe faces that were found in an earlier pass, from their boxes: decoding is paid again, finding is not.

    The same looks give the same descriptors, to the last bit.

    Args:
        looks: The looks of that pass; not all are taken when every face was met.
        faces: Rows of the table `faces`.
        engine: The engine that described them.

    Returns:
        Rows of the table `descriptors`, in the order of *faces*.

    Raises:
        ValueError: If a face's frame is not among the looks: then it is not the pass that found it.
    """
    described = _Described(engine)
    by_frame = faces.partition_by("frame", as_dict=True)
    for look in looks if by_frame else ():
        there = by_frame.pop((look.frame,), None)
        if there is not None:
            boxes = there.select(_BOX).to_numpy().astype(np.int32)
            chips = engine.views(look.rgb, boxes).chips
            described.take(list(zip(there.select("face_id").rows(named=True), chips, strict=True)))
        if not by_frame:
            break
    if by_frame:
        raise ValueError(f"faces were found in frame {min(by_frame)[0]}, which is not looked at now")
    order = faces.select("face_id")
    return order.join(described.descriptors(), on="face_id", how="left", maintain_order="left")


_BOX = ("box_left", "box_top", "box_right", "box_bottom")


def _found(look: Look, sought: Sought, tracks: Tracks, engine: Engine) -> tuple[Found, bool]:
    """Return the faces in the regions of a look, and whether all regions were searched for the smallest size."""
    if look.regions is None:  # the camera moved, or a cut: nothing that was seen before says where to look
        return engine.detect(look.luma, sought.min_face_px), True
    parts, too_small, thorough = [np.empty((0, 4), np.int32)], 0, True
    for region in look.regions:
        left, top, right, bottom = region
        smallest_px = sought.smallest_px(region, float(look.pts_s), tracks.live)
        found = engine.detect(np.ascontiguousarray(look.luma[top:bottom, left:right]), smallest_px)
        parts.append(found.boxes + np.array([left, top, left, top], np.int32))
        if smallest_px == sought.min_face_px:
            too_small += found.too_small
        else:
            thorough = False
    boxes = np.concatenate(parts)
    return Found(boxes[np.lexsort(boxes.T[::-1])], too_small), thorough


class _Described:
    """Views of tracks that ended, described by the batch so that few pictures are held."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[dict[str, object], NDArray[np.uint8]]] = []
        self._rows: list[dict[str, object]] = []

    def add(self, ended: Sequence[Track]) -> None:
        self.take([view for track in ended for _, _, view in track.views])

    def take(self, views: Sequence[tuple[dict[str, object], NDArray[np.uint8]]]) -> None:
        self._waiting += views
        if len(self._waiting) >= _BATCH:
            self._describe()

    def tables(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the tables `faces` and `descriptors`."""
        self._describe()
        schemas = [table(name).schema() for name in ("faces", "descriptors")]
        both = pl.DataFrame(self._rows, schema=schemas[0] | schemas[1]).sort("frame", "box_left", "box_top", "face_id")
        return both.select(schemas[0].names()), both.select(schemas[1].names())

    def descriptors(self) -> pl.DataFrame:
        """Return the table `descriptors`, as the views came."""
        self._describe()
        return pl.DataFrame(self._rows, schema=table("descriptors").schema())

    def _describe(self) -> None:
        chips = [chip for _, chip in self._waiting]
        if chips:
            descriptors = self._engine.describe(np.stack(chips))
            pairs = zip(self._waiting, descriptors, strict=True)
            self._rows += [{**row, "descriptor": descriptor} for (row, _), descriptor in pairs]
        self._waiting = []


def _rows(look: Look, boxes: NDArray[np.int32], clip: Clip, engine: str) -> list[dict[str, object]]:
    common: dict[str, object] = {
        "source": clip.source,
        "camera_id": clip.camera_id,
        "frame": look.frame,
        "pts_s": float(look.pts_s),
        # Outwards to whole microseconds, so that the true moment is never outside the bounds.
        "seen_earliest": _later(clip.starts_earliest, math.floor(look.elapsed_s * 1_000_000)),
        "seen_latest": None if look.after_reset else _later(clip.starts_latest, math.ceil(look.elapsed_s * 1_000_000)),
        "engine": engine,
    }
    return [
        {
            "face_id": f"{clip.sha256[:12]}-{look.frame:06d}-{number}",
            **common,
            **dict(zip(_BOX, box, strict=True)),
        }
        for number, box in enumerate(boxes.tolist())
    ]


def _later(start: datetime | None, microseconds: int) -> datetime | None:
    """Return a moment so much later; None where there is no start, or no calendar reaches that far."""
    try:
        return None if start is None else start + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
