"""Still pictures: read whole or refused, upright, in RGB; and the descriptors of the faces in them."""

import struct
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from toolkit.errors import UsageError
from toolkit.faces.engine import Engine, Onnx, describe_boxes
from toolkit.faces.search import WIDTH
from toolkit.problems import Origin, Problem

MAX_PIXELS = 50_000_000
"""Largest picture decoded, 150 MB as RGB; stated, because a header can claim 30,000 x 30,000 in 60 bytes."""

_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "JPEG2000", "PPM")
_MARKS = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"BM", b"RIFF", b"GIF8", b"\0\0\0\x0cjP", b"P5", b"P6")

MIN_FACE_PX = 40
"""Smallest face sought in a still: the measured floor below which a descriptor tells nothing (FNMR 0 from 40 px)."""

_LARGE_PIXELS = 8_000_000
"""Above this, faces of 80 px are sought first: doubling the picture would take seconds and gigabytes."""

_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, ArithmeticError, struct.error)
"""What Pillow's decoders raise on damaged files; it promises only OSError."""


@dataclass(frozen=True)
class Described:
    """
    Descriptors of the faces in one picture.

    Args:
        descriptors: Shape (n, 128), float32, largest face first.
        problems: M112 where there is no face, M113 where there is more than one.
    """

    descriptors: NDArray[np.float32]
    problems: tuple[Problem, ...]


def describe_image(path: str | Path) -> NDArray[np.float32]:
    """
    Return the descriptors of the faces in a picture.

    They are dlib's own: within 1e-5 of `face_recognition.face_encodings` with its default
    settings, up to the trimming of boxes at the picture's edge.

    Args:
        path: A picture file.

    Returns:
        Shape (n, 128), float32, largest face first; n is 0 where no face of 40 px is found.

    Raises:
        UsageError: If the file is no picture, damaged, or too large; says which.
    """
    rgb = read_picture(Path(path), str(path))
    if isinstance(rgb, Problem):
        raise UsageError(str(rgb))
    return _largest_first(rgb, Onnx())


def describe_probe(path: Path | BinaryIO, source: str, engine: Engine) -> Described:
    """
    Return the descriptors of a probe; the first, of the largest face, is the one to search with.

    Args:
        path: A picture file, or the file itself, open at its start.
        source: Its path in the case, for the problems' origin.
        engine: The engine that described the faces it will be compared with.
    """
    rgb = read_picture(path, source)
    if isinstance(rgb, Problem):
        return Described(np.empty((0, WIDTH), np.float32), (rgb,))
    descriptors = _largest_first(rgb, engine)
    origin = Origin(source)
    if not len(descriptors):
        fault = Problem("M112", origin, f"expected a face of {MIN_FACE_PX} px or more, found none", "not searched for")
        return Described(descriptors, (fault,))
    if len(descriptors) > 1:
        fault = Problem("M113", origin, f"expected one face, found {len(descriptors)}", "the largest is searched for")
        return Described(descriptors, (fault,))
    return Described(descriptors, ())


def read_picture(path: Path | BinaryIO, source: str) -> NDArray[np.uint8] | Problem:
    """
    Return a picture as (h, w, 3) RGB, upright, or why it is refused.

    Args:
        path: A picture file, or the file itself, open at its start.
        source: Its path in the case, for the problem's origin.

    Returns:
        The pixels, or a `Problem`: M102 (empty), M103 (no known type), M104 (damaged or cut
        short: half a picture is not half the evidence), M105 (too large), F406 (cannot be read).
    """
    try:
        with path.open("rb") if isinstance(path, Path) else nullcontext(path) as file:
            head = file.read(16)
            file.seek(0)
            return _read(file, head, source)
    except OSError as error:
        return _refused("F406", source, f"cannot be read: {error.strerror}")


def _read(file: BinaryIO, head: bytes, source: str) -> NDArray[np.uint8] | Problem:
    if not head:
        return _refused("M102", source, "expected a picture, found an empty file")
    # Another library may have told Pillow to fill what is missing with grey, for the whole process.
    keep, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of size (checked below) and of odd metadata (not used)
            return _decoded(file, source)
    except Image.DecompressionBombError:
        return _refused("M105", source, f"expected at most {MAX_PIXELS} pixels, found more than twice as many")
    except _DAMAGE as error:
        if isinstance(error, UnidentifiedImageError) and not head.startswith(_MARKS):
            return _refused("M103", source, f"expected a picture, found bytes {head[:8].hex(' ')}")
        return _refused("M104", source, f"begins like a picture, but does not decode to its end ({error})")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = keep


def _decoded(file: BinaryIO, source: str) -> NDArray[np.uint8] | Problem:
    with Image.open(file, formats=_FORMATS) as opened:
        width, height = opened.size
        if width * height > MAX_PIXELS:
            return _refused("M105", source, f"expected at most {MAX_PIXELS} pixels, found {width} x {height}")
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        if upright.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off at 255, not scale them
            levels = np.asarray(upright, np.int64) >> 8
            upright = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
        return np.asarray(upright.convert("RGB"))


def _largest_first(rgb: NDArray[np.uint8], engine: Engine) -> NDArray[np.float32]:
    sizes = (2 * MIN_FACE_PX, MIN_FACE_PX) if rgb.shape[0] * rgb.shape[1] > _LARGE_PIXELS else (MIN_FACE_PX,)
    for min_face_px in sizes:
        boxes = engine.detect(rgb, min_face_px).boxes
        if len(boxes):
            break
    left, top, right, bottom = boxes.T
    order = np.argsort(-(right - left + 1) * (bottom - top + 1), kind="stable")
    return describe_boxes(engine, rgb, boxes[order])


def _refused(code: str, source: str, message: str) -> Problem:
    return Problem(code, Origin(source), message, "kept and sealed; not searched")
