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
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from toolkit.errors import UsageError
from toolkit.faces import models, onnx_engine
from toolkit.faces.graphs import CHIP_PX
from toolkit.faces.search import WIDTH

HOG_WINDOW_PX = 80
"""Side of dlib's HOG window; the boxes it reports for it have 73 px. Each doubling of the picture halves both."""


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


@dataclass(frozen=True)
class Views:
    """
    Faces cut out of one picture, ready to be described.

    Args:
        chips: Upright, eyes and nose always in one place, RGB, shape (n, 150, 150, 3), uint8.
        quality: How much each promises to show, shape (n,): sharpness of the chip times frontality.
    """

    chips: NDArray[np.uint8]
    quality: NDArray[np.float64]


class Engine(Protocol):
    """What index, sweep and probes need of an engine."""

    @property
    def name(self) -> str:
        """Engine, version and digests of the weights: what tells its numbers from another's."""

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """
        Find the faces in brightness (h, w) or colours (h, w, 3) whose box has sides of *min_face_px* or more.

        Raises:
            ValueError: If *min_face_px* is below 10: no face that small can be described.
        """

    def views(self, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> Views:
        """Cut the faces in *boxes* out of a picture (h, w, 3)."""

    def describe(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return a descriptor for each chip, shape (n, 128)."""


class Dlib:
    """dlib from the wheel: HOG detector, ResNet descriptor."""

    @property
    def name(self) -> str:
        """Version of dlib (the HOG detector is compiled into it) and the first digits of the weights' digests."""
        return f"dlib {dlib.__version__} hog {_digests(models.LANDMARKS, models.NETWORK)}"

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """Find faces with the HOG detector."""
        return hog(picture, min_face_px)

    def views(self, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> Views:
        """Cut by 5 landmarks."""
        return views(rgb, boxes)

    def describe(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Describe with dlib's own network. Nothing is jittered: that is random, one chip moved 0.041 between calls."""
        if not len(chips):
            return np.empty((0, WIDTH), np.float32)
        described = models.network().compute_face_descriptor(list(chips))
        return np.array(described, np.float32).reshape(-1, WIDTH)


class Onnx:
    """dlib's network in ONNX Runtime: the same numbers within 1e-5, many times sooner; HOG detector of dlib."""

    @property
    def name(self) -> str:
        """Versions of both libraries and the first digits of the weights' digests."""
        versions = f"onnx {onnxruntime.__version__} dlib {dlib.__version__}"
        return f"{versions} hog {_digests(models.LANDMARKS, models.NETWORK)}"

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """Find faces with the HOG detector."""
        return hog(picture, min_face_px)

    def views(self, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> Views:
        """Cut by 5 landmarks."""
        return views(rgb, boxes)

    def describe(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Describe in batches; each face's numbers do not depend on the others."""
        return onnx_engine.describe(chips)


class OnnxCuda(Onnx):
    """The same on an NVIDIA GPU: descriptors near those of the processor, but not to the last bit. Not measured yet."""

    @property
    def name(self) -> str:
        """Versions of both libraries, the device, and the first digits of the weights' digests."""
        return super().name.replace(" dlib ", " cuda dlib ", 1)

    def describe(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Describe in batches on the GPU."""
        return onnx_engine.describe(chips, "cuda")


class OnnxCnn(Onnx):
    """dlib's two networks in ONNX Runtime, the detector too: it also finds faces that HOG does not, for more time."""

    @property
    def name(self) -> str:
        """Versions of both libraries and the first digits of the weights' digests."""
        versions = f"onnx {onnxruntime.__version__} dlib {dlib.__version__}"
        return f"{versions} cnn {_digests(models.LANDMARKS, models.NETWORK, models.CNN_DETECTOR)}"

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """Find faces with the CNN detector."""
        _floor(min_face_px)
        return _found(onnx_engine.detect_cnn(picture, min_face_px).boxes, picture.shape, min_face_px)


def hog(picture: NDArray[np.uint8], min_face_px: int) -> Found:
    """
    Find faces with dlib's HOG detector, which is compiled into it.

    The picture is scaled so that the detector's window covers faces of *min_face_px*; what it
    happens to see below that is counted.

    Raises:
        ValueError: If *min_face_px* is below 10 px: no face that small can be described.
    """
    _floor(min_face_px)
    scale = HOG_WINDOW_PX / min_face_px
    doublings = round(math.log2(scale)) if scale >= 1 else 0
    if scale == 2**doublings:  # dlib doubles as `face_recognition` has it do: the very same boxes
        seen = models.hog_detector()(picture, doublings)
        boxes = np.array([_corners(box) for box in seen], np.int64).reshape(-1, 4)
        return _found(boxes, picture.shape, min_face_px)
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    scaled = np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))
    corners = np.array([_corners(box) for box in models.hog_detector()(scaled, 0)], np.float64).reshape(-1, 4)
    return _found(np.rint(corners / scale).astype(np.int64), picture.shape, min_face_px)


def views(rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> Views:
    """
    Cut faces out as `face_recognition.face_encodings` does: by 5 landmarks, 150 px, a quarter of padding.

    Args:
        rgb: A picture, shape (h, w, 3).
        boxes: left, top, right, bottom, shape (n, 4).
    """
    if not len(boxes):
        return Views(np.empty((0, CHIP_PX, CHIP_PX, 3), np.uint8), np.empty(0))
    shapes = dlib.full_object_detections()
    for box in boxes.tolist():
        shapes.append(models.landmarks()(rgb, dlib.rectangle(*box)))
    # Each by itself: given several, dlib scales the picture down for all of them together.
    chips = np.stack([dlib.get_face_chip(rgb, shape, CHIP_PX, 0.25) for shape in shapes])
    frontal = [_frontality([(point.x, point.y) for point in shape.parts()]) for shape in shapes]
    return Views(chips, np.array([_sharpness(chip) for chip in chips]) * np.array(frontal))


def describe_boxes(engine: Engine, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return a descriptor for each box of a picture, shape (n, 128)."""
    return engine.describe(engine.views(rgb, boxes).chips)


def upsamplings(min_face_px: int) -> int:
    """
    Return how often a picture is doubled so that the detector's window covers faces of *min_face_px*.

    Raises:
        ValueError: If the size is below 10 px, three doublings: no face that small can be described.

    >>> [upsamplings(px) for px in (200, 80, 79, 40, 20)]
    [0, 0, 1, 1, 2]
    """
    _floor(min_face_px)
    return max(0, math.ceil(math.log2(HOG_WINDOW_PX / min_face_px)))


def engine_named(name: str) -> Engine:
    """
    Return an engine by name, for a worker: engines hold what cannot be pickled, names can.

    Raises:
        UsageError: If there is no such engine.
    """
    if name == "face_recognition":
        from toolkit.faces.reference import FaceRecognition  # noqa: PLC0415 - it loads weights when imported

        return FaceRecognition()
    if name in _OWN:
        return _OWN[name]()
    raise UsageError(f"no engine {name!r}: the engines are {', '.join([*_OWN, 'face_recognition'])}")


def check_device(device: str) -> None:
    """
    Check that descriptors can be made on a device, "cpu" or "cuda", in this process.

    Raises:
        UsageError: If they cannot; says what was found and what to install.
    """
    if device != "cpu":
        onnx_engine.providers(device)


_OWN: dict[str, type[Onnx | Dlib]] = {"onnx": Onnx, "onnx_cnn": OnnxCnn, "onnx_cuda": OnnxCuda, "dlib": Dlib}


def _digests(*parts: str) -> str:
    return " ".join(models.SHA256[part][:12] for part in parts)


def _floor(min_face_px: int) -> None:
    if min_face_px < HOG_WINDOW_PX // 8:
        raise ValueError(f"min_face_px must be {HOG_WINDOW_PX // 8} or more, found {min_face_px}")


def _corners(box: Any) -> tuple[int, int, int, int]:  # noqa: ANN401 - dlib has no types
    return box.left(), box.top(), box.right(), box.bottom()


def _found(boxes: NDArray[np.signedinteger[Any]], shape: tuple[int, ...], min_face_px: int) -> Found:
    """Keep what is large enough, trimmed to the picture to the pixel as `face_recognition.face_locations` does."""
    height, width = shape[:2]
    large = (boxes[:, 2:] - boxes[:, :2] + 1).min(1) >= min_face_px
    kept = boxes[large].clip([0, 0, -(2**30), -(2**30)], [2**30, 2**30, width, height])
    return Found(kept[np.lexsort(kept.T[::-1])].astype(np.int32), int((~large).sum()))


def _sharpness(chip: NDArray[np.uint8]) -> float:
    """Return the mean edge of a chip, levels: small faces, enlarged to it, and those that moved have few."""
    grey = chip[CHIP_PX // 6 : -CHIP_PX // 6, CHIP_PX // 6 : -CHIP_PX // 6].astype(np.int16) @ np.array([1, 2, 1])
    across = np.abs(np.diff(grey, 2, 1)).mean()
    down = np.abs(np.diff(grey, 2, 0)).mean()
    return float(across + down) / 4


def _frontality(marks: list[tuple[int, int]]) -> float:
    """
    Return 1 for a face seen from the front, towards 0 for a profile: how far the nose is from between the eyes.

    Args:
        marks: x, y of dlib's five landmarks: corners of one eye, corners of the other, bottom of the nose.

    >>> _frontality([(0, 0), (10, 0), (40, 0), (30, 0), (20, 20)])
    1.0
    """
    points = np.array(marks, np.float64)
    one, other, nose = points[:2].mean(0), points[2:4].mean(0), points[4]
    along = other - one
    place = float((nose - one) @ along / max(float(along @ along), 1e-9))
    return max(0.0, 1 - 2 * abs(place - 0.5))
