"""
dlib's weights, as they lie in the installed package `face_recognition_models`, checked before use.

The package itself is never imported: it needs `pkg_resources`, which current setuptools no longer bring along. What is
built from the weights cannot be pickled, so each process builds its own, when it first needs it, and keeps it.

Three files are used, all in the public domain (their author's README, dlib-models). The 68-point landmarks are not:
they were trained on iBUG 300-W, which excludes commercial use; see `reference`.
"""

import hashlib
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import dlib

from toolkit.errors import IntegrityError, ToolkitError

LANDMARKS = "shape_predictor_5_face_landmarks.dat"
NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
CNN_DETECTOR = "mmod_human_face_detector.dat"

SHA256 = {
    LANDMARKS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    NETWORK: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    CNN_DETECTOR: "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
}
"""Digests of the files in face_recognition_models 0.3.0: other weights would give other numbers."""


def weights_folder() -> Path:
    """
    Return the folder of the weights.

    Raises:
        ToolkitError: If the package is not installed.
    """
    # Looks on disk and runs nothing; not importlib.util, which trips over a stand-in that someone put in sys.modules.
    spec = PathFinder.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise ToolkitError("dlib's weights are missing: install the package face_recognition_models")
    return Path(spec.submodule_search_locations[0]) / "models"


@cache
def weights(name: str) -> Path:
    """
    Return the path of one file of weights, checked against its digest.

    Raises:
        IntegrityError: If the file is not the one that is known.
        ToolkitError: If the package is not installed, or lacks the file.
    """
    path = weights_folder() / name
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ToolkitError(f"{path}: cannot be read: {error.strerror}") from error
    if found != SHA256[name]:
        raise IntegrityError(f"{path}: expected SHA-256 {SHA256[name]}, found {found}")
    return path


@cache
def hog_detector() -> Any:  # noqa: ANN401 - dlib has no types
    """Return dlib's frontal face detector (HOG, five views); its weights are compiled into dlib."""
    return dlib.get_frontal_face_detector()


@cache
def landmarks() -> Any:  # noqa: ANN401
    """Return the 5-point landmark predictor."""
    return dlib.shape_predictor(str(weights(LANDMARKS)))


@cache
def network() -> Any:  # noqa: ANN401
    """Return the descriptor network."""
    return dlib.face_recognition_model_v1(str(weights(NETWORK)))
