"""From looks at footage to the tables `faces` and `descriptors`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toolkit.faces.engine import Engine
from toolkit.faces.search import WIDTH
from toolkit.tables import table


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
    The faces of one file.

    Args:
        faces: Rows of the table `faces`, by frame, then box.
        descriptors: Rows of the table `descriptors`, in the same order.
        too_small: Faces that were seen and are smaller than the floor.
    """

    faces: pl.DataFrame
    descriptors: pl.DataFrame
    too_small: int


def index_looks(looks: Iterable[Look], clip: Clip, min_face_px: int, engine: Engine) -> Indexed:
    """
    Find and describe the faces in every look.

    Args:
        looks: Frames to look at, in order.
        clip: The file they come from.
        min_face_px: Smallest face, side of the detector's box in pixels of the upright picture.
        engine: What finds and describes.

    Raises:
        ValueError: If *min_face_px* is less than the engine can find.
    """
    rows: list[dict[str, object]] = []
    described = [np.empty((0, WIDTH), np.float32)]
    too_small = 0
    for look in looks:
        found = engine.detect(look.luma, min_face_px)
        too_small += found.too_small
        if len(found.boxes):
            rows += _rows(look, found.boxes, clip, engine.name)
            described.append(engine.describe(look.rgb, found.boxes))
    faces = pl.DataFrame(rows, schema=table("faces").schema())
    columns = {"face_id": faces["face_id"], "descriptor": np.concatenate(described)}
    return Indexed(faces, pl.DataFrame(columns, schema=table("descriptors").schema()), too_small)


def _rows(look: Look, boxes: NDArray[np.int32], clip: Clip, engine: str) -> list[dict[str, object]]:
    common: dict[str, object] = {
        "source": clip.source,
        "camera_id": clip.camera_id,
        "frame": look.frame,
        "pts_s": float(look.pts_s),
        # Outwards to whole microseconds, so that the true moment is never outside the bounds.
        "seen_earliest": _later(clip.starts_earliest, math.floor(look.elapsed_s * 1_000_000)),
        "seen_latest": _later(clip.starts_latest, math.ceil(look.elapsed_s * 1_000_000)),
        "engine": engine,
    }
    sides = ("box_left", "box_top", "box_right", "box_bottom")
    return [
        {
            "face_id": f"{clip.sha256[:12]}-{look.frame:06d}-{number}",
            **common,
            **dict(zip(sides, box, strict=True)),
        }
        for number, box in enumerate(boxes.tolist())
    ]


def _later(start: datetime | None, microseconds: int) -> datetime | None:
    return None if start is None else start + timedelta(microseconds=microseconds)
