"""
From pixels to boxes, and from boxes to descriptors: one small interface, so that engines can be exchanged.

An engine's numbers are its own: descriptors are compared only with descriptors of the same network and alignment
(5-point and 68-point descriptors of one image lie 0.09-0.47 apart).
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import dlib
import numpy as np
from numpy.typing import NDArray

from toolkit.errors import UsageError
from toolkit.faces import models
from toolkit.faces.search import WIDTH

HOG_WINDOW_PX = 80
"""Side of dlib's HOG window; the boxes it reports for it have 73 px. Each upsampling halves both."""


@dataclass(frozen=True)
class Found:
    """
    Faces found in one picture.

    Args:
        boxes: left, top, right, bottom in pixels of the picture, shape (n, 4), int32, sorted;
            trimmed to the picture as `face_recognition.face_locations` does.
        too_small: Number of faces that were seen but are smaller than the floor.
    """

    boxes: NDArray[np.int32]
    too_small: int


class Engine(Protocol):
    """What index, sweep and probes need of an engine."""

    @property
    def name(self) -> str:
        """Engine, version and digest of the weights: what tells its numbers from another's."""

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """Find the faces in brightness (h, w) or colours (h, w, 3) whose box has sides of *min_face_px* or more."""

    def describe(self, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return a descriptor for each box of a picture (h, w, 3), shape (n, 128)."""


class Dlib:
    """dlib from the wheel: HOG detector, 5-point landmarks, ResNet descriptor."""

    @property
    def name(self) -> str:
        """Version of dlib (the HOG detector is compiled into it) and the first digits of the weights' digests."""
        parts = (models.LANDMARKS, models.NETWORK)
        return f"dlib {dlib.__version__} hog {' '.join(models.SHA256[part][:12] for part in parts)}"

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """Find faces with the HOG detector; a face below *min_face_px* that it happens to see is counted."""
        seen = models.hog_detector()(picture, upsamplings(min_face_px))
        large = [box for box in seen if min(box.width(), box.height()) >= min_face_px]
        boxes = sorted(_trimmed(box, picture.shape) for box in large)
        return Found(np.array(boxes, np.int32).reshape(-1, 4), len(seen) - len(large))

    def describe(self, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> NDArray[np.float32]:
        """
        Describe faces as `face_recognition.face_encodings` does: the same numbers.

        dlib cuts a chip of 150 px with a quarter of padding around the landmarks of each box. Nothing is
        jittered: jitter is random, and one chip moved 0.041 between two calls.
        """
        if not len(boxes):
            return np.empty((0, WIDTH), np.float32)
        shapes = dlib.full_object_detections()
        for box in boxes.tolist():
            shapes.append(models.landmarks()(rgb, dlib.rectangle(*box)))
        described = models.network().compute_face_descriptor(rgb, shapes)
        return np.array(described, np.float32).reshape(-1, WIDTH)


def upsamplings(min_face_px: int) -> int:
    """
    Return how often a picture is doubled so that the detector's window covers faces of *min_face_px*.

    Raises:
        ValueError: If the size is below 10 px, three doublings: no face that small can be described.

    >>> [upsamplings(px) for px in (200, 80, 79, 40, 20)]
    [0, 0, 1, 1, 2]
    """
    if min_face_px < HOG_WINDOW_PX // 8:
        raise ValueError(f"min_face_px must be {HOG_WINDOW_PX // 8} or more, found {min_face_px}")
    return max(0, math.ceil(math.log2(HOG_WINDOW_PX / min_face_px)))


def engine_named(name: str) -> Engine:
    """
    Return an engine by name, for a worker: engines hold what cannot be pickled, names can.

    Raises:
        UsageError: If there is no such engine.
    """
    if name == "dlib":
        return Dlib()
    if name == "face_recognition":
        from toolkit.faces.reference import FaceRecognition  # noqa: PLC0415 - it loads weights when imported

        return FaceRecognition()
    raise UsageError(f"no engine {name!r}: the engines are dlib, face_recognition")


def _trimmed(box: Any, shape: tuple[int, ...]) -> tuple[int, int, int, int]:  # noqa: ANN401
    """Trim dlib's rectangle to the picture, to the pixel as `face_recognition.face_locations` does."""
    height, width = shape[:2]
    return max(box.left(), 0), max(box.top(), 0), min(box.right(), width), min(box.bottom(), height)
