"""dlib behind our interface gives the numbers that `face_recognition` gives."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import ImageFile

from toolkit.errors import IntegrityError, UsageError
from toolkit.faces import models
from toolkit.faces.engine import Dlib, Onnx, describe_boxes, engine_named, upsamplings
from toolkit.faces.pictures import describe_image, describe_probe, read_picture
from toolkit.faces.reference import load_face_recognition

PORTRAITS = ["two_people.jpg", "obama_partial_face.jpg", "probe_in_clip.png", "probe_not_in_clip.png"]


def by_edge(places):
    """Turn top, right, bottom, left into sorted left, top, right, bottom."""
    return sorted([left, top, right, bottom] for top, right, bottom, left in places)


@pytest.mark.parametrize("name", PORTRAITS)
def test_boxes_and_descriptors_are_those_of_face_recognition(real, name):
    """Same picture, same boxes; descriptors equal within 1e-6 per component, from ONNX Runtime within 1e-5."""
    peer = load_face_recognition()
    rgb = read_picture(real / name, name)

    found = Dlib().detect(rgb, min_face_px=40)

    assert by_edge(peer.face_locations(rgb)) == found.boxes.tolist()
    places = [(top, right, bottom, left) for left, top, right, bottom in found.boxes.tolist()]
    expected = np.array(peer.face_encodings(rgb, places))
    assert np.abs(expected - describe_boxes(Dlib(), rgb, found.boxes)).max() <= 1e-6
    assert np.abs(expected - describe_boxes(Onnx(), rgb, found.boxes)).max() <= 1e-5


def test_brightness_finds_the_faces_that_colour_finds(real):
    """HOG on grey: the same number of faces in each portrait."""
    pictures = [read_picture(real / name, name) for name in PORTRAITS]
    grey = [(picture @ np.array([0.299, 0.587, 0.114])).astype(np.uint8) for picture in pictures]

    expected = [len(load_face_recognition().face_locations(picture)) for picture in pictures]
    assert expected == [len(Dlib().detect(picture, 40).boxes) for picture in grey]


def test_the_largest_face_comes_first(real):
    """Two people: the descriptors are in order of size, and a probe says that there are two."""
    peer = load_face_recognition()
    rgb = read_picture(real / "two_people.jpg", "two_people.jpg")
    by_size = sorted(peer.face_locations(rgb), key=lambda place: place[3] - place[1])  # left - right: largest first

    expected = np.array(peer.face_encodings(rgb, by_size))
    found = describe_probe(real / "two_people.jpg", "two_people.jpg", Dlib())

    assert np.abs(expected - found.descriptors).max() <= 1e-6
    assert ["M113"] == [problem.code for problem in found.problems]
    assert np.abs(found.descriptors - describe_image(real / "two_people.jpg")).max() <= 1e-5


def test_one_person_is_nearer_to_himself_than_to_another(real):
    """Known identities, at dlib's example threshold of 0.6."""
    first, second, other = (
        describe_image(real / name)[0] for name in ("obama2.jpg", "obama_partial_face.jpg", "biden.jpg")
    )

    assert np.linalg.norm(first - second) < 0.6 < np.linalg.norm(first - other)


def test_a_face_below_the_floor_is_counted(real):
    """Two faces of some 150 px: with a floor of 170 px both are too small, and that is a number, not silence."""
    found = Dlib().detect(read_picture(real / "two_people.jpg", "two_people.jpg"), min_face_px=170)

    assert (0, 2) == (len(found.boxes), found.too_small)


def test_no_box_gives_no_descriptor():
    """An empty frame costs nothing and has the right shape."""
    for engine in (Dlib(), Onnx()):
        found = describe_boxes(engine, np.zeros((10, 10, 3), np.uint8), np.empty((0, 4), np.int32))

        assert ((0, 128), np.float32) == (found.shape, found.dtype)


def test_an_empty_street_has_no_faces():
    """Flat grey: nothing found, nothing too small."""
    found = Dlib().detect(np.full((200, 300), 90, np.uint8), min_face_px=40)

    assert ((0, 4), 0) == (found.boxes.shape, found.too_small)


def test_a_floor_that_no_descriptor_survives_is_refused():
    """Below 10 px there is nothing to describe."""
    with pytest.raises(ValueError, match="10 or more, found 9"):
        upsamplings(9)


def test_an_unknown_engine_is_named_with_those_that_exist():
    """The error says what would be right."""
    with pytest.raises(
        UsageError, match="no engine 'magic': the engines are onnx, onnx_cnn, onnx_cuda, dlib, face_recognition"
    ):
        engine_named("magic")


def test_other_weights_are_refused(tmp_path, monkeypatch):
    """Weights with another digest would give other numbers: integrity, not a guess."""
    (tmp_path / models.LANDMARKS).write_bytes(b"other weights")
    monkeypatch.setattr(models, "weights_folder", lambda: tmp_path)

    digest = hashlib.sha256(b"other weights").hexdigest()
    with pytest.raises(IntegrityError, match=f"expected SHA-256 c4b1e98.*, found {digest}"):
        models.weights.__wrapped__(models.LANDMARKS)


def test_the_reference_engine_is_behind_the_same_interface(real):
    """`face_recognition` as an engine: the boxes and numbers of ours on one portrait."""
    rgb = read_picture(real / "probe_in_clip.png", "probe_in_clip.png")
    ours, theirs = Dlib(), engine_named("face_recognition")

    boxes = theirs.detect(rgb, 40).boxes

    assert ours.detect(rgb, 40).boxes.tolist() == boxes.tolist()
    assert np.abs(describe_boxes(ours, rgb, boxes) - describe_boxes(theirs, rgb, boxes)).max() <= 1e-6
    assert theirs.name.startswith("face_recognition 1.")


def test_loading_face_recognition_leaves_pillow_as_it_was():
    """Its import makes Pillow accept truncated pictures in the whole process; ours does not."""
    load_face_recognition()

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_our_engine_does_without_face_recognition():
    """The package that loads weights of another licence stays out of a process that did not ask for it."""
    program = (
        "import sys, numpy as np; from toolkit.faces.engine import Onnx;"
        "Onnx().detect(np.zeros((90, 90), np.uint8), 80);"
        "print(sorted({'face_recognition', 'face_recognition_models', 'pkg_resources'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)

    assert "[]\n" == ended.stdout
