"""An empty street as a fixed camera sees it: pavement, road, a row of shops."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from toolkit.synthetic.drawing import Map, Noise, as_map, blur
from toolkit.synthetic.shading import Light

ROWS, COLUMNS = 720, 1280  # every picture is drawn at this size; smaller clips have it reduced
_WALL_M = 26.0  # how far away the shops are
_PAVING_M = 0.6


@dataclass(frozen=True)
class Camera:
    """A fixed camera over the street drawn by *seed*; *focal_px* and *horizon* (a row) for a picture of 720 rows."""

    label: str
    seed: int
    light: Light
    exposure: float = 1.0
    height_m: float = 1.85
    focal_px: float = 2200.0
    horizon: float = 230.0

    def place(self, across_m: float, up_m: float, away_m: float) -> tuple[float, float]:
        """Column and row of a point so far right of the middle, above the ground and away from the camera."""
        scale = self.focal_px / away_m
        return COLUMNS / 2 + across_m * scale, self.horizon + (self.height_m - up_m) * scale


@lru_cache(maxsize=8)
def street(camera: Camera) -> Map:
    """The empty street, RGB in 0..1, shape (720, 1280, 3)."""
    noise = Noise(5, camera.seed)
    picture = _ground(camera, noise)
    foot = int(camera.place(0, 0, _WALL_M)[1])
    left, numbers = 0, noise.numbers("shops")
    while left < COLUMNS:
        width = int(numbers.integers(150, 330))
        _shop(picture[:foot], left, width, numbers)
        left += width
    stains = 0.03 * noise.map("stains", (40, 25), (ROWS, COLUMNS)) + 0.015 * noise.map(
        "texture", (640, 360), (ROWS, COLUMNS)
    )
    lit = picture * (1 + stains)[..., None] * camera.light.colour * camera.exposure
    return np.clip(blur(as_map(lit), 1.6), 0, 1)


def _ground(camera: Camera, noise: Noise) -> Map:
    row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    away = camera.focal_px * camera.height_m / np.maximum(row - camera.horizon, 1)
    across = (column - COLUMNS / 2) * away / camera.focal_px
    shade = (
        0.46
        + 0.015 * noise.map("paving, coarse", (90, 60), (ROWS, COLUMNS))
        + 0.02 * noise.map("paving, fine", (600, 400), (ROWS, COLUMNS))
    )
    joint = np.maximum(np.abs((across / _PAVING_M) % 1 - 0.5), np.abs((away / _PAVING_M) % 1 - 0.5)) > 0.48  # noqa: PLR2004
    shade = shade - 0.10 * joint * np.clip(9 / away, 0, 1)
    ground = shade[..., None] * np.array([1.0, 0.98, 0.95], np.float32)
    kerb, road = np.abs(across - 3.2) < 0.12, across > 3.3  # noqa: PLR2004 - metres to the right
    ground[kerb] *= 0.8
    ground[road] = (0.27 + 0.02 * noise.map("road", (300, 200), (ROWS, COLUMNS)))[road][:, None]
    return np.ascontiguousarray(ground, np.float32)


def _shop(wall: Map, left: int, width: int, numbers: np.random.Generator) -> None:
    """Draw one house front with windows above and a shop below into *wall*, whose last row is the pavement."""
    foot, right = len(wall), left + width
    stone = numbers.uniform(0.35, 0.7) * np.array([1, numbers.uniform(0.88, 0.98), numbers.uniform(0.78, 0.95)])
    wall[:, left:right] = stone
    wall[::14, left:right] *= 0.93
    for top in range(-20, foot - 190, 120):
        for start in range(left + 18, right - 60, 78):
            _box(wall, (start - 3, top - 3), (start + 49, top + 83), stone * 1.15)
            _box(wall, (start, top), (start + 46, top + 80), numbers.uniform(0.12, 0.3) * np.array([0.8, 0.95, 1.1]))
            _box(wall, (start + 22, top), (start + 24, top + 80), stone * 1.1)
    _box(wall, (left + 10, foot - 150), (right - 12, foot - 8), np.array([0.16, 0.18, 0.20]))
    sign = numbers.uniform(0.15, 0.5) * np.array([1, 1, 1]) + numbers.uniform(-0.1, 0.1, 3)
    _box(wall, (left + 6, foot - 176), (right - 8, foot - 148), sign)
    for shelf in range(9):  # goods behind the glass
        start = int(numbers.integers(left + 14, right - 40))
        goods = numbers.uniform(0.15, 0.4) + numbers.uniform(-0.08, 0.08, 3)
        _box(wall, (start, foot - 100 + 4 * shelf), (start + 18, foot - 20), goods)


def _box(
    picture: Map, start: tuple[int, int], end: tuple[int, int], colour: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    cv2.rectangle(picture, start, end, colour.tolist(), -1)
