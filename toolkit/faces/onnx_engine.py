"""
dlib's descriptor and its CNN detector in ONNX Runtime: the same numbers, many times sooner.

One thread, because work is divided among processes. Sessions cannot be pickled: each process builds its own when it
first needs them, in about a quarter of a second, and keeps them.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from toolkit.errors import UsageError
from toolkit.faces import graphs, weights
from toolkit.faces.pyramid import STEP, Sheet, rounded, sheet, smaller
from toolkit.faces.weights import Boxes

onnxruntime.disable_telemetry_events()  # its wheels bring telemetry along; nothing of a case is anybody's event

Floats = NDArray[np.float32]
Run = Callable[[dict[str, NDArray[np.generic]]], Floats]

BATCH = 16
"""Faces at a time: from 8 on, more are no faster, and 16 need 40 MB."""

WINDOW_PX = 80
"""Side of the smallest face that dlib's detector sees at its own scale (the window in its file)."""

CUDA = "CUDAExecutionProvider"
"""
ONNX Runtime's way to an NVIDIA GPU. It comes with the package onnxruntime-gpu, which is installed in place of
onnxruntime (both are the module `onnxruntime`), so that it can be no extra of this package.
"""

_PITCH_PX, _CORNER_PX, _REACH = 8, 29, 10
"""A place of the map is 8 px from the next; it needs 29 px, and 10 places on each side (its convolutions' windows)."""

_BAND_PIXELS = 4_000_000
"""Pixels of a sheet at a time, about 150 MB: a picture of 1280 x 720 in one piece, a larger one in bands."""


@dataclass(frozen=True)
class Marked:
    """
    Faces marked in a picture, the clearest first.

    Args:
        boxes: left, top, right, bottom in pixels of the picture, the last two included, shape (n, 4), int32;
            they can reach beyond the picture.
        strengths: How far above the detector's own threshold each is, shape (n,); dlib's detector gives the same.
    """

    boxes: NDArray[np.int32]
    strengths: Floats


def describe(chips: NDArray[np.uint8], device: str = "cpu") -> Floats:
    """
    Return the descriptors of aligned faces: dlib's, to within 1e-6.

    Each face's numbers are the same to the last bit, however many others are given with it.

    Args:
        chips: Faces cut out as `dlib.get_face_chip` does with size 150 and padding 0.25, RGB, shape (n, 150, 150, 3).
        device: "cpu" or "cuda"; what is said above of the last bit holds for the first.

    Returns:
        Shape (n, 128).

    Raises:
        UsageError: If there is no such device.
        ValueError: If *chips* has another shape or type.
    """
    side = graphs.CHIP_PX
    if chips.shape[1:] != (side, side, 3) or chips.dtype != np.uint8:
        raise ValueError(f"chips must be uint8 of shape (n, {side}, {side}, 3), found {chips.dtype} {chips.shape}")
    network = _descriptor(device)
    parts = [network({"chips": chips[start : start + BATCH]}) for start in range(0, len(chips), BATCH)]
    return np.concatenate([np.empty((0, 128, 1, 1), np.float32), *parts])[:, :, 0, 0]


def detect_cnn(picture: NDArray[np.uint8], min_face_px: int) -> Marked:
    """
    Return the faces that dlib's CNN detector finds.

    At a floor of 80 px they are those of `dlib.cnn_face_detection_model_v1` without upsampling. A smaller floor
    enlarges the picture so that its window of 80 px covers faces of that size; a larger one leaves out the largest
    scales, which hold smaller faces only.

    Args:
        picture: Brightness (h, w) or RGB (h, w, 3).
        min_face_px: Side of the smallest box wanted. Boxes grow in steps of 6/5: some found can be smaller.

    Raises:
        ValueError: If *picture* is neither, or *min_face_px* is below 1.
    """
    if min_face_px < 1:
        raise ValueError(f"min_face_px must be 1 or more, found {min_face_px}")
    if picture.dtype != np.uint8 or picture.ndim < 2 or picture.shape[2:] not in ((), (3,)) or not picture.size:  # noqa: PLR2004
        raise ValueError(f"picture must be uint8 of shape (h, w) or (h, w, 3), found {picture.dtype} {picture.shape}")
    detector = _detector()
    first, dropped = _first_scale(picture, min_face_px)
    layout = sheet(*first.shape[2:])
    found = detector.map_of(_filled(layout, first, detector.mean))
    rows, columns = np.nonzero(found > 0)
    boxes = layout.to_picture(detector.on_sheet(np.stack([columns, rows], 1)), detector.boxes.window, dropped)
    marked = _best(boxes, found[rows, columns], detector.boxes)
    return marked if dropped else _unenlarged(marked, first.shape[2:], picture.shape[:2])


@dataclass(frozen=True)
class _Detector:
    """A session, and what is needed around it; *steps* (stride, shift) lead from the map back to the sheet."""

    run: Run
    mean: tuple[float, float, float]
    boxes: Boxes
    steps: tuple[tuple[int, int], ...]

    def map_of(self, pictures: Floats, band_pixels: int = _BAND_PIXELS) -> Floats:
        """Return the map, shape (rows, columns); a large sheet in bands, so that memory does not grow with it."""
        height, width = pictures.shape[2:]
        rows = (height - _CORNER_PX) // _PITCH_PX + 1
        band = max(band_pixels // (width * _PITCH_PX), _REACH)
        parts = []
        for start in range(0, rows, band):
            above = max(start - _REACH, 0)
            below = min(start + band + _REACH, rows)
            ends = height if below == rows else (below - 1) * _PITCH_PX + _CORNER_PX  # a whole sheet is not copied
            strip = pictures[:, :, above * _PITCH_PX : ends]
            parts.append(self.run({"pictures": np.ascontiguousarray(strip)})[0, 0, start - above :][:band])
        return np.concatenate(parts)

    def on_sheet(self, points: NDArray[np.int64]) -> NDArray[np.float64]:
        places = points.astype(np.float64)
        for stride, shift in self.steps:
            places = places * stride + shift
        return places


def _first_scale(picture: NDArray[np.uint8], min_face_px: int) -> tuple[Floats, int]:
    """Return the largest scale to look at, shape (1, 1 or 3, h, w), and how many scales of dlib's it leaves out."""
    planes = picture[None] if picture.ndim == 2 else picture.transpose(2, 0, 1)  # noqa: PLR2004
    first = np.ascontiguousarray(planes[None], np.float32)
    height, width = picture.shape[:2]
    if min_face_px < WINDOW_PX:
        return _resized(first, *(max(1, round(side * WINDOW_PX / min_face_px)) for side in (height, width))), 0
    dropped = int(math.log(min_face_px / WINDOW_PX, STEP / (STEP - 1)) + 1e-9)
    for _ in range(dropped):
        height, width = smaller(height), smaller(width)
        if not height or not width:
            break
        first = _resized(first, height, width)
    return first, dropped


def _filled(layout: Sheet, first: Floats, mean: tuple[float, float, float]) -> Floats:
    """Write every scale to its place, each made from the one before, as dlib does; elsewhere is zero."""
    canvas = _canvas(max(layout.height, _CORNER_PX), max(layout.width, _CORNER_PX))
    middle = np.array(mean, np.float32)[:, None, None]
    scale = first
    for number, (left, top, width, height) in enumerate(layout.places.tolist()):
        scale = _resized(scale, height, width) if number else scale
        np.subtract(scale[0], middle, out=canvas[0, :, top : top + height, left : left + width])
    return canvas


def _canvas(height: int, width: int) -> Floats:
    """Return zeros, shape (1, 3, height, width): this thread's until it asks again, unless too many to keep."""
    numbers = 3 * height * width
    if numbers > 3 * _BAND_PIXELS:
        return np.zeros((1, 3, height, width), np.float32)
    if numbers > len(_kept.numbers):
        _kept.numbers = np.empty(numbers, np.float32)
    canvas = _kept.numbers[:numbers].reshape(1, 3, height, width)
    canvas.fill(0)
    return canvas


class _Kept(threading.local):
    """Memory for a sheet: the first touch of new memory costs as much as what is written there."""

    numbers: Floats = np.empty(0, np.float32)


_kept = _Kept()


def _resized(pictures: Floats, height: int, width: int) -> Floats:
    shape = np.array([*pictures.shape[:2], height, width], np.int64)
    return _resizer()({"pictures": pictures, "shape": shape})


def _best(boxes: NDArray[np.int64], strengths: Floats, limits: Boxes) -> Marked:
    """Keep of boxes that overlap only the strongest, as dlib's `test_box_overlap` decides."""
    order = np.lexsort((*boxes.T, -strengths))
    kept: list[int] = []
    while len(order):
        strongest, others = int(order[0]), order[1:]
        kept.append(strongest)
        order = others[~_overlap(boxes[strongest], boxes[others], limits)]
    return Marked(boxes[kept].astype(np.int32), strengths[kept])


def _overlap(box: NDArray[np.int64], others: NDArray[np.int64], limits: Boxes) -> NDArray[np.bool_]:
    def area(corners: NDArray[np.int64]) -> NDArray[np.int64]:
        sides = np.maximum(corners[..., 2:] - corners[..., :2] + 1, 0)
        return np.asarray(sides.prod(-1))

    low, high = np.minimum(box, others), np.maximum(box, others)
    inner = area(np.concatenate([high[:, :2], low[:, 2:]], 1))
    around = area(np.concatenate([low[:, :2], high[:, 2:]], 1))
    most = np.maximum(inner / area(box), inner / area(others))
    return (inner > 0) & ((inner / around > limits.overlap) | (most > limits.covered))


def _unenlarged(marked: Marked, enlarged: tuple[int, ...], size: tuple[int, ...]) -> Marked:
    """Map boxes from an enlarged picture to the one that was given; corners lie on corners."""
    shares = [(to - 1) / max(side - 1, 1) for to, side in zip(size, enlarged, strict=True)]
    boxes = rounded(marked.boxes * np.array(shares[::-1] * 2))
    return Marked(boxes.astype(np.int32), marked.strengths)


@cache
def _descriptor(device: str) -> Run:
    return _session(graphs.descriptor_graph(weights.descriptor_network()), device)


@cache
def _detector() -> _Detector:
    network = weights.detector_network()
    if network.boxes is None:
        raise ValueError("the detector's weights have no window")
    layers = [layer for layer in network.layers if isinstance(layer, weights.Convolution)]
    steps = [(layer.stride[0], layer.filters.shape[2] // 2 - layer.padding[0]) for layer in layers]
    return _Detector(_session(graphs.detector_graph(network)), network.mean, network.boxes, tuple(steps[::-1]))


@cache
def _resizer() -> Run:
    return _session(graphs.resizing_graph())


def providers(device: str) -> list[str | tuple[str, dict[str, str]]]:
    """
    Return what ONNX Runtime is to run a network with.

    Args:
        device: "cpu" or "cuda".

    Raises:
        UsageError: If the installed ONNX Runtime has nothing for it; says what it has.
    """
    if device == "cpu":
        return ["CPUExecutionProvider"]
    found = onnxruntime.get_available_providers()
    if device != "cuda" or CUDA not in found:
        raise UsageError(
            f"--device {device}: onnxruntime {onnxruntime.__version__} has {', '.join(found)}, and not {CUDA}; "
            "with an NVIDIA GPU: pip uninstall onnxruntime && pip install onnxruntime-gpu; without: --device cpu"
        )
    return [(CUDA, {"use_tf32": "0"})]  # TF32 has 10 bits of each number: 1e-3, not 1e-6


def _session(graph: bytes, device: str = "cpu") -> Run:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(graph, settings, providers=providers(device))
    if device == "cuda" and CUDA not in (running := session.get_providers()):  # it goes on without, and does not say so
        raise UsageError(f"--device cuda: CUDA or cuDNN could not be started; running with {', '.join(running)}")
    return lambda given: np.asarray(session.run(None, given)[0])
