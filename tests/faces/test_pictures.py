"""Pictures are read whole and upright, or refused with a code."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from toolkit.errors import UsageError
from toolkit.faces.engine import Dlib
from toolkit.faces.pictures import describe_image, describe_probe, read_picture


@pytest.fixture
def picture():
    """Return 60 x 40 pixels: red in the top left corner, noise elsewhere."""
    pixels = np.random.default_rng(1).integers(0, 100, (40, 60, 3), np.uint8)
    pixels[:10, :10] = (255, 0, 0)
    return Image.fromarray(pixels)


def code_of(path):
    """Return the code of the problem with a file."""
    return read_picture(path, path.name).code


def test_a_picture_is_read_as_rgb(picture, tmp_path):
    """Lossless: the pixels as they are."""
    picture.save(tmp_path / "a.png")

    assert np.array_equal(np.asarray(picture), read_picture(tmp_path / "a.png", "a.png"))


@pytest.mark.parametrize(("orientation", "corner"), [(1, (2, 2)), (3, (-3, -3)), (6, (2, -3)), (8, (-3, 2))])
def test_the_camera_orientation_is_applied(picture, tmp_path, orientation, corner):
    """EXIF says how the camera was held; the red corner goes where a viewer shows it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "a.png", exif=exif)

    assert [255, 0, 0] == read_picture(tmp_path / "a.png", "a.png")[corner].tolist()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "I;16"])
def test_other_colours_become_rgb(picture, tmp_path, mode):
    """Grey, palette, transparent, print, bilevel, 16 bits: eight bits of RGB, bright where it was bright."""
    given = (
        Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257) if mode == "I;16" else picture.convert(mode)
    )
    given.save(tmp_path / "a.tiff")

    found = read_picture(tmp_path / "a.tiff", "a.tiff")

    assert (np.uint8, (40, 60, 3)) == (found.dtype, found.shape)
    assert found[4, 4].max() in {76, 255, 254}  # 76: the brightness of red


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_picture_cut_short_is_refused(picture, tmp_path, name):
    """Cut at twenty points: never half a picture, even where another library has told Pillow to accept one."""
    path = tmp_path / name
    picture.resize((600, 400)).save(path)
    whole = path.read_bytes()
    keep, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        found = []
        for length in np.linspace(20, len(whole) * 0.99, 20, dtype=int):
            path.write_bytes(whole[:length])
            found.append(code_of(path))
        switched = ImageFile.LOAD_TRUNCATED_IMAGES
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = keep

    assert ["M104"] * 20 == found
    assert switched is True  # left as it was found


def test_what_is_no_picture_is_named_with_its_fault(tmp_path):
    """Empty, random bytes and missing are three faults."""
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "random.jpg").write_bytes(np.random.default_rng(5).bytes(4000))

    found = [code_of(tmp_path / name) for name in ("empty.jpg", "random.jpg", "missing.jpg")]

    assert ["M102", "M103", "F406"] == found


@pytest.mark.parametrize("side", [8_000, 30_000])
def test_a_picture_that_claims_a_huge_size_is_refused_before_it_is_decoded(tmp_path, side):
    """A PNG header of 30,000 x 30,000 without pixels: the size is the fault, not the missing pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    content = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)

    assert "M105" == code_of(tmp_path / "a.png")


def test_a_probe_without_a_face_is_a_problem_not_an_error(picture, tmp_path):
    """Nothing to search for, and it is said."""
    picture.resize((300, 200)).save(tmp_path / "a.png")

    found = describe_probe(tmp_path / "a.png", "raw/images/a.png", Dlib())

    assert (0, 128) == found.descriptors.shape
    [problem] = found.problems
    assert "M112 raw/images/a.png: expected a face of 40 px or more, found none; not searched for" == str(problem)


def test_a_damaged_probe_is_a_problem_not_an_error(tmp_path):
    """One bad picture does not stop the sweep."""
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n")

    assert ["M104"] == [problem.code for problem in describe_probe(tmp_path / "a.png", "a.png", Dlib()).problems]


def test_an_analyst_is_told_why_a_picture_is_refused(tmp_path):
    """`describe_image` stops with the same words."""
    (tmp_path / "a.jpg").touch()

    with pytest.raises(UsageError, match=r"M102 .*a.jpg: expected a picture, found an empty file"):
        describe_image(tmp_path / "a.jpg")
