"""Finding faces with the CNN: against dlib's own CNN, and against dlib's HOG as `face_recognition` runs it."""

import time
from collections.abc import Iterator, Sequence

import dlib
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Result, at_most, faster, in_turn, product, spread
from benchmarks.pictures import Picture, crowd, fitted, photographs
from benchmarks.profiles import explained
from toolkit.faces import models, onnx_engine, weights
from toolkit.faces.pyramid import sheet

SIZES = ((640, 360), (1280, 720))
ROUNDS = 5
ALIKE, NEAR = 0.9, 0.01
"""Boxes that overlap so much are one, if their strengths differ by at most so much."""


def measure() -> Iterator[Result]:
    """Measure."""
    cnn = dlib.cnn_face_detection_model_v1(str(models.weights(models.CNN_DETECTOR)))
    multiply, gflop = product()
    for width, height in SIZES:
        picture, what = crowd(width, height), f"CNN, {width} x {height}"
        onnx_engine.detect_cnn(picture, 80)
        taken = in_turn(
            ROUNDS,
            time.process_time,
            ours=lambda: onnx_engine.detect_cnn(picture, 80),  # noqa: B023 - called at once
            dlib=lambda: cnn(picture, 0),  # noqa: B023
            hog=lambda: models.hog_detector()(picture, 1),  # noqa: B023
            product=multiply,
        )
        ours = min(taken["ours"])
        note = f"CPU seconds, best of {ROUNDS} in turn: {spread(taken)}"
        results = (
            faster(what, "dlib's CNN", ours, min(taken["dlib"]), 20, unit="CPU s", note=note),
            at_most(what, "dlib's HOG at upsample 1, RGB", ours, min(taken["hog"]), 1, unit="CPU s"),
        )
        yield from (explained(each, lambda: onnx_engine.detect_cnn(picture, 80)) for each in results)  # noqa: B023
        bare = gflop_of(width, height) / gflop * min(taken["product"])
        note = "dlib's convolutions counted; ours have 48 channels where dlib's have 45; and the scales are made"
        yield at_most(
            what, "as much arithmetic at the rate of numpy's product", ours, bare, None, unit="CPU s", note=note
        )
        yield _same(what, cnn, [picture, *(fitted(photograph, width, height) for photograph in photographs())])


def gflop_of(width: int, height: int) -> float:
    """
    Return how much arithmetic the convolutions are, on all scales of a picture.

    >>> round(gflop_of(1280, 720), 1)
    24.9
    """
    layout, sums = sheet(height, width), 0
    sides = layout.height, layout.width
    for layer in weights.detector_network().layers:
        if isinstance(layer, weights.Convolution):
            ways = zip(sides, layer.padding, layer.filters.shape[2:], layer.stride, strict=True)
            sides = tuple((side + 2 * padding - window) // stride + 1 for side, padding, window, stride in ways)
            sums += sides[0] * sides[1] * layer.filters.size
    return 2 * sums / 1e9


def _same(what: str, cnn: object, pictures: Sequence[Picture]) -> Result:
    """Compare the detections with dlib's."""
    ours = theirs = same = 0
    for picture in pictures:
        found, expected = onnx_engine.detect_cnn(picture, 80), cnn(picture, 0)  # type: ignore[operator]
        ours, theirs = ours + len(found.boxes), theirs + len(expected)
        for one in expected:
            box = np.array([one.rect.left(), one.rect.top(), one.rect.right(), one.rect.bottom()])
            alike = _overlap(found.boxes, box) >= ALIKE
            same += bool((alike & (np.abs(found.strengths - one.confidence) <= NEAR)).any())
    note = f"{len(pictures)} pictures; the same: overlap {ALIKE} or more, strength within {NEAR}"
    reached = ours == theirs == same
    return Result(
        f"{what}: the same faces", "dlib's CNN", ours, theirs, same / max(theirs, 1), "the same", reached, "faces", note
    )


def _overlap(boxes: NDArray[np.int64], box: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the intersection over the union of each box with one."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    common = np.prod(np.maximum(high - low + 1, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2] + 1, axis=1) + np.prod(box[2:] - box[:2] + 1)
    return common / (areas - common)
