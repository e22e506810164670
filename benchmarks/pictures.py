"""Pictures to find and describe faces in: real photographs where there are any, else made-up heads."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toolkit.synthetic.people import random_person
from toolkit.synthetic.portraits import portrait

Picture = NDArray[np.uint8]


def photographs() -> list[Picture]:
    """Return the photographs in `TOOLKIT_REAL_DATA`, RGB; none where there is no such folder."""
    folder = Path(os.environ.get("TOOLKIT_REAL_DATA", "/nonexistent"))
    files = sorted(path for path in folder.glob("*") if path.suffix in (".jpg", ".png"))
    return [np.asarray(Image.open(path).convert("RGB")) for path in files]


def crowd(width: int, height: int) -> Picture:
    """Return made-up heads side by side before grey, as many as fit, each half as high as the picture."""
    side = height // 2
    picture = np.full((height, width, 3), 128, np.uint8)
    for place in range(width // side):
        head = portrait(random_person(place + 1), place + 1, side)
        picture[height // 4 : height // 4 + side, place * side : (place + 1) * side] = head
    return picture


def fitted(picture: Picture, width: int, height: int) -> Picture:
    """Return a picture scaled into a frame of this size, before grey."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    framed = np.full((height, width, 3), 128, np.uint8)
    framed[: size[1], : size[0]] = Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)
    return framed
