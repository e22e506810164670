"""
`face_recognition` as an engine: slow and opt-in, to compare with.

Importing it loads the 68-point landmarks, whose training set (iBUG 300-W) excludes commercial use, and makes Pillow
accept truncated pictures in the whole process. The first is said (`LICENCE_NOTE`), the second is undone.
"""

import importlib
import sys
from functools import cache, partial
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from toolkit.faces.engine import Found, Views, upsamplings, views
from toolkit.faces.models import weights_folder
from toolkit.faces.search import WIDTH

LICENCE_NOTE = (
    "The engine face_recognition loads 68-point landmarks trained on iBUG 300-W, which excludes commercial use."
)

_LOCATIONS = {
    "pose_predictor_model_location": "shape_predictor_68_face_landmarks.dat",
    "pose_predictor_five_point_model_location": "shape_predictor_5_face_landmarks.dat",
    "face_recognition_model_location": "dlib_face_recognition_resnet_model_v1.dat",
    "cnn_face_detector_model_location": "mmod_human_face_detector.dat",
}


@cache
def load_face_recognition() -> Any:  # noqa: ANN401 - it has no types
    """
    Return the module `face_recognition`, loaded without `pkg_resources` and without its global side effect.

    Its models package is replaced by a stand-in that names the same four files: the original
    needs `pkg_resources`, and without it `face_recognition` ends the process with exit code 0.
    """
    stand_in = ModuleType("face_recognition_models")
    for function, name in _LOCATIONS.items():
        setattr(stand_in, function, partial(str, weights_folder() / name))
    keep = ImageFile.LOAD_TRUNCATED_IMAGES
    there = sys.modules.get(stand_in.__name__)
    sys.modules[stand_in.__name__] = stand_in
    try:
        return importlib.import_module("face_recognition")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = keep
        del sys.modules[stand_in.__name__]
        if there is not None:
            sys.modules[stand_in.__name__] = there


class FaceRecognition:
    """`face_recognition` behind the interface of an engine: RGB, one picture and one face at a time."""

    @property
    def name(self) -> str:
        """Name and version."""
        return f"face_recognition {load_face_recognition().__version__}"

    def detect(self, picture: NDArray[np.uint8], min_face_px: int) -> Found:
        """Find faces with `face_locations`, and keep those as large as `Dlib` would."""
        times = upsamplings(min_face_px)
        seen = load_face_recognition().face_locations(picture, number_of_times_to_upsample=times)
        # Boxes are square until they are trimmed at the edge, so the longer side is the detector's.
        large = [place for place in seen if max(place[2] - place[0], place[1] - place[3]) + 1 >= min_face_px]
        boxes = sorted((left, top, right, bottom) for top, right, bottom, left in large)
        return Found(np.array(boxes, np.int32).reshape(-1, 4), len(seen) - len(large))

    def views(self, rgb: NDArray[np.uint8], boxes: NDArray[np.int32]) -> Views:
        """Cut by 5 landmarks, its default."""
        return views(rgb, boxes)

    def describe(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Describe faces with its own network, one at a time, as `face_encodings` does once it has cut them out."""
        network = load_face_recognition().api.face_encoder
        described = [network.compute_face_descriptor(chip) for chip in chips]
        return np.array(described, np.float32).reshape(-1, WIDTH)
