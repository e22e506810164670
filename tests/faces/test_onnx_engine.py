"""ONNX Runtime gives dlib's numbers: the same descriptors, the same boxes."""

import re
from concurrent.futures import ThreadPoolExecutor

import dlib
import numpy as np
import pytest
from PIL import Image

from toolkit.faces import models, onnx_engine
from toolkit.faces.onnx_engine import describe, detect_cnn
from toolkit.faces.pictures import read_picture
from toolkit.synthetic.people import random_person
from toolkit.synthetic.portraits import portrait

PORTRAITS = ["biden.jpg", "two_people.jpg", "probe_in_clip.png"]


@pytest.fixture(scope="module")
def peer():
    """Return dlib's own CNN detector."""
    return dlib.cnn_face_detection_model_v1(str(models.weights(models.CNN_DETECTOR)))


@pytest.fixture(scope="module")
def heads():
    """Return two made-up people side by side, 200 px each."""
    return np.concatenate([portrait(random_person(seed), seed, 200) for seed in (1, 3)], 1)


def reduced(picture, width):
    """Return a picture made smaller."""
    image = Image.fromarray(picture)
    return np.asarray(image.resize((width, round(image.height * width / image.width)), Image.Resampling.BILINEAR))


def grey(picture):
    """Return brightness only."""
    return np.asarray(Image.fromarray(picture).convert("L"))


def as_dlib(found):
    """Return dlib's boxes and their strengths."""
    boxes = [[one.rect.left(), one.rect.top(), one.rect.right(), one.rect.bottom()] for one in found]
    return boxes, [one.confidence for one in found]


def chips_of(rgb, boxes):
    """Cut out faces as the descriptor network wants them."""
    shapes = [models.landmarks()(rgb, dlib.rectangle(*box)) for box in boxes]
    return np.array([dlib.get_face_chip(rgb, shape, 150, 0.25) for shape in shapes], np.uint8)


def test_descriptors_are_dlibs(heads):
    """Made-up heads, and noise, which no training ever smoothed: 1e-5 per component."""
    noise = np.random.default_rng(0).integers(0, 256, (2, 150, 150, 3), np.uint8)
    chips = np.concatenate([chips_of(heads, detect_cnn(heads, 80).boxes.tolist()), noise])

    expected = np.array(models.network().compute_face_descriptor(list(chips)))

    assert len(chips) == 4
    assert np.abs(expected - describe(chips)).max() <= 1e-5


def test_a_descriptor_does_not_depend_on_its_company():
    """Same face, same bits: alone, in a full batch, in a batch begun."""
    chips = np.random.default_rng(1).integers(0, 256, (onnx_engine.BATCH + 3, 150, 150, 3), np.uint8)
    together = describe(chips)

    assert np.array_equal(together[:1], describe(chips[:1]))
    assert np.array_equal(together[5:18], describe(chips[5:18]))


def test_no_face_has_no_descriptor():
    """An empty batch is an answer too."""
    assert describe(np.empty((0, 150, 150, 3), np.uint8)).shape == (0, 128)


@pytest.mark.parametrize(
    ("chips", "found"),
    [
        (np.zeros((1, 3, 150, 150), np.uint8), "found uint8 (1, 3, 150, 150)"),
        (np.zeros((150, 150, 3), np.uint8), "found uint8 (150, 150, 3)"),
        (np.zeros((1, 150, 150, 3), np.float32), "found float32 (1, 150, 150, 3)"),
    ],
)
def test_chips_of_another_shape_are_refused(chips, found):
    """Rather than described as something they are not."""
    with pytest.raises(ValueError, match=re.escape(f"chips must be uint8 of shape (n, 150, 150, 3), {found}")):
        describe(chips)


@pytest.mark.parametrize("seen", [np.asarray, grey], ids=["colours", "brightness"])
def test_detections_are_dlibs(peer, heads, seen):
    """The same boxes to the pixel, in the same order, as strong within 0.001."""
    boxes, strengths = as_dlib(peer(seen(heads), 0))

    found = detect_cnn(seen(heads), min_face_px=80)

    assert len(boxes) == 2
    assert boxes == found.boxes.tolist()
    assert strengths == pytest.approx(found.strengths.tolist(), abs=1e-3)


def test_a_smaller_floor_finds_smaller_faces(heads):
    """A face of 40 px is not seen at the detector's own scale; enlarged, it is where the large one was."""
    small = reduced(heads, 170)

    assert [] == detect_cnn(small, min_face_px=80).boxes.tolist()
    found = detect_cnn(small, min_face_px=32).boxes
    large = detect_cnn(heads, min_face_px=75).boxes
    assert np.allclose(np.sort(found, 0), np.sort(large, 0) * 170 / 400, atol=6)


def test_a_larger_floor_leaves_the_small_faces_out(heads):
    """One face of 95 px, one of twice that: from 150 px on, only the second."""
    both = np.concatenate([np.asarray(Image.fromarray(heads[:, :200]).resize((400, 400))), heads], 0)

    sides = [detect_cnn(both, floor).boxes[:, 2:] - detect_cnn(both, floor).boxes[:, :2] + 1 for floor in (80, 150)]

    assert len(sides[0]) > len(sides[1]) == 1
    assert sides[1].min() >= 125  # one step of 6/5 below the floor


def test_a_large_sheet_in_bands_gives_the_same_map():
    """Memory is bounded by looking at bands that overlap; not a bit changes."""
    pictures = np.random.default_rng(2).standard_normal((1, 3, 701, 203)).astype(np.float32)
    detector = onnx_engine._detector()

    whole = detector.map_of(pictures)

    assert whole.shape == (85, 22)
    assert np.array_equal(whole, detector.map_of(pictures, band_pixels=203 * 8 * 12))


def test_a_picture_does_not_depend_on_the_one_before(heads):
    """The memory of a sheet is used again: what was on it before leaves no trace, and threads have their own."""
    small = reduced(heads, 300)
    with ThreadPoolExecutor(1) as fresh:
        alone = fresh.submit(detect_cnn, small, 80).result()

    detect_cnn(heads, 40)
    after = detect_cnn(small, 80)

    assert len(alone.boxes) == 2
    assert np.array_equal(alone.boxes, after.boxes)
    assert np.array_equal(alone.strengths, after.strengths)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (40, 40)])
@pytest.mark.parametrize("floor", [40, 80, 1000])
def test_a_picture_too_small_for_a_face_has_none(size, floor):
    """No crop is too narrow to be asked about."""
    found = detect_cnn(np.zeros(size, np.uint8), floor)

    assert (0, 4) == found.boxes.shape
    assert (0,) == found.strengths.shape


@pytest.mark.parametrize(
    ("picture", "floor", "message"),
    [
        (
            np.zeros((9, 9, 4), np.uint8),
            80,
            "picture must be uint8 of shape (h, w) or (h, w, 3), found uint8 (9, 9, 4)",
        ),
        (np.zeros((0, 9), np.uint8), 80, "picture must be uint8 of shape (h, w) or (h, w, 3), found uint8 (0, 9)"),
        (np.zeros((9, 9)), 80, "picture must be uint8 of shape (h, w) or (h, w, 3), found float64 (9, 9)"),
        (np.zeros((9, 9), np.uint8), 0, "min_face_px must be 1 or more, found 0"),
    ],
)
def test_what_is_no_picture_is_refused(picture, floor, message):
    """Errors say what was expected and what was found."""
    with pytest.raises(ValueError, match=re.escape(message)):
        detect_cnn(picture, floor)


@pytest.mark.parametrize("name", PORTRAITS)
def test_real_photographs_give_dlibs_numbers(real, peer, name):
    """Boxes to the pixel; descriptors of what is in them within 1e-5."""
    rgb = reduced(read_picture(real / name, name), 420)
    boxes, strengths = as_dlib(peer(rgb, 0))

    found = detect_cnn(rgb, min_face_px=80)
    chips = chips_of(rgb, boxes)

    assert boxes
    assert boxes == found.boxes.tolist()
    assert strengths == pytest.approx(found.strengths.tolist(), abs=0.01)
    expected = np.array(models.network().compute_face_descriptor(list(chips)))
    assert np.abs(expected - describe(chips)).max() <= 1e-5
