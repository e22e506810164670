"""Describing faces: 256 chips, one thread, against dlib from the wheel; and the arithmetic rate of a matrix product."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Result, faster, in_turn, product, spread
from benchmarks.pictures import crowd, photographs
from benchmarks.profiles import explained
from toolkit.faces import models, onnx_engine
from toolkit.faces.engine import Onnx

CHIPS, PEER_CHIPS, ROUNDS = 256, 16, 9
ALLOWED = 1e-5
GFLOP = 0.54
"""Of one face: multiplications and additions of 29 convolutions, counted twice."""


def chips() -> NDArray[np.uint8]:
    """Return chips of real faces, or made-up ones; then noise, which no training ever smoothed."""
    engine, cut = Onnx(), []
    for picture in [*photographs(), crowd(1280, 720)]:
        found = onnx_engine.detect_cnn(picture, 80)
        cut += list(engine.views(picture, found.boxes.astype(np.int32)).chips) if len(found.boxes) else []
    noise = np.random.default_rng(1).integers(0, 256, (CHIPS, 150, 150, 3), np.uint8)
    return np.concatenate([np.array(cut, np.uint8).reshape(-1, 150, 150, 3), noise])[:CHIPS]


def measure() -> Iterator[Result]:
    """Measure."""
    faces = chips()
    few = list(faces[:PEER_CHIPS])
    multiply, gflop = product()
    onnx_engine.describe(faces[:1])
    taken = in_turn(
        ROUNDS,
        time.process_time,
        ours=lambda: onnx_engine.describe(faces),
        dlib=lambda: models.network().compute_face_descriptor(few),
        product=multiply,
    )
    ours, theirs = min(taken["ours"]) / len(faces), min(taken["dlib"]) / len(few)
    note = f"CPU seconds a face, best of {ROUNDS} in turn, batches of {onnx_engine.BATCH}: {spread(taken)}"
    result = faster(f"{len(faces)} chips", "dlib from the wheel", ours, theirs, 16, unit="CPU s", note=note)
    yield explained(result, lambda: onnx_engine.describe(faces))

    expected = np.array(models.network().compute_face_descriptor(list(faces)), np.float64)
    differ = float(np.abs(onnx_engine.describe(faces) - expected).max())
    what = "largest difference of a component"
    yield Result(
        what,
        "what is allowed",
        differ,
        ALLOWED,
        differ / ALLOWED,
        "<= 1e-5",
        differ <= ALLOWED,
        "",
        f"{len(faces)} chips",
    )

    rate, roof = GFLOP / ours, gflop / min(taken["product"])
    what = "arithmetic rate"
    note = "direct convolution counted; Winograd's does with less, so the rate can exceed the product's"
    result = Result(what, "numpy's product", rate, roof, rate / roof, ">= 1 x its rate", rate >= roof, "GFLOP/s", note)
    yield explained(result, lambda: onnx_engine.describe(faces))
