"""Scenes: people in a street before a camera, one frame at a time, and the truth about every face in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.synthetic.drawing import Map, blur
from toolkit.synthetic.people import Person
from toolkit.synthetic.shading import Light
from toolkit.synthetic.street import COLUMNS, ROWS, Camera, street
from toolkit.synthetic.walkers import Stance, Walk, draw, stance

_GRAIN = 0.006  # standard deviation of the sensor's noise, of 1: about 44 dB below white
_SPARE = 64  # the grain is one larger tile, shifted anew for each frame


@dataclass(frozen=True)
class Scene:
    """What one clip shows. The same scene gives the same frames, each without those before it."""

    camera: Camera
    starts: datetime
    """Local time burned into the first frame, without zone."""
    seconds: float
    walks: tuple[Walk, ...]
    seed: int
    fps: int = 10
    rows: int = ROWS
    """Height in pixels; the width is 16/9 of it."""

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return round(self.seconds * self.fps)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.rows * 16 // 9, self.rows


@dataclass(frozen=True)
class Seen:
    """One face in one frame: the box from hairline to chin and from side to side, in pixels of that frame."""

    frame: int
    code: str
    left: float
    top: float
    right: float
    bottom: float
    away_m: float
    yaw: float
    hidden: bool
    """Whether somebody nearer covers part of the box."""

    @property
    def height_px(self) -> float:
        """Hairline to chin."""
        return self.bottom - self.top

    @property
    def width_px(self) -> float:
        """Side to side."""
        return self.right - self.left


_AT_EYE_HEIGHT = Camera("TEST", seed=3, light=Light(-25, 40, 1.8, 0.8), height_m=1.6, horizon=330)


def passing(who: Person | None, *, seed: int = 1, seconds: float = 3.0, rows: int = 360) -> Scene:
    """
    A short, small scene for tests: *who* comes from 2.6 to 1.4 m, large enough for HOG in the second half.

    Nobody comes where *who* is None.
    """
    walks = () if who is None else (Walk(who, 0.0, seed, from_m=2.6, to_m=1.4, slow_speed=1.2 / seconds),)
    return Scene(_AT_EYE_HEIGHT, datetime(2017, 1, 9, 8, 30), seconds, walks, seed, rows=rows)  # noqa: DTZ001 - local


def render_frame(scene: Scene, k: int) -> NDArray[np.uint8]:
    """
    Frame *k* of the scene, RGB, uint8, shape (rows, columns, 3), by default (720, 1280, 3).

    Raises:
        IndexError: If the scene has no frame *k*.
    """
    if not 0 <= k < scene.frames:
        raise IndexError(f"a scene of {scene.frames} frames has no frame {k}")
    at_s = k / scene.fps
    picture = street(scene.camera) * np.float32(1 + 0.008 * np.sin(at_s * 3))
    for at in _stances(scene, at_s):
        draw(picture, at, scene.camera.light)
    picture = blur(picture, 0.6)
    down, along = np.random.default_rng([61, scene.seed, k]).integers(0, _SPARE, 2)
    picture += _grain(scene.seed)[down : down + ROWS, along : along + COLUMNS]
    whole = np.asarray(np.clip(picture * 0.97 + 0.015, 0, 1) * 255, np.uint8)
    _burn_in(
        whole, f"{scene.camera.label}  {(scene.starts + timedelta(seconds=at_s)).isoformat(' ', 'milliseconds')[:-2]}"
    )
    if scene.rows == ROWS:
        return whole
    return np.asarray(cv2.resize(whole, scene.size, interpolation=cv2.INTER_AREA), np.uint8)


def ground_truth(scene: Scene) -> list[Seen]:
    """Every face that is inside the picture, by frame and then from far to near."""
    seen = []
    for k in range(scene.frames):
        stances = _stances(scene, k / scene.fps)
        boxes = [_face_box(at) for at in stances]
        for place, (at, box) in enumerate(zip(stances, boxes, strict=True)):
            if box[0] < 0 or box[1] < 0 or box[2] > COLUMNS or box[3] > ROWS:
                continue
            hidden = any(_covers(nearer, box) for nearer in stances[place + 1 :])
            left, top, right, bottom = (edge * scene.rows / ROWS for edge in box)
            seen.append(Seen(k, at.walk.who.code, left, top, right, bottom, at.away_m, at.yaw, hidden))
    return seen


def _stances(scene: Scene, at_s: float) -> list[Stance]:
    present = [at for walk in scene.walks if (at := stance(walk, scene.camera, at_s))]
    return sorted(present, key=lambda at: -at.away_m)


def _face_box(at: Stance) -> tuple[float, float, float, float]:
    who, scale = at.walk.who, at.scale * 0.1
    return (
        at.column - who.face_w * scale,
        at.row - who.forehead * scale,
        at.column + who.face_w * scale,
        at.row - who.chin_y * scale,
    )


def _covers(nearer: Stance, box: tuple[float, float, float, float]) -> bool:
    """Whether a walker's head and body, taken as a column 0.55 m wide from the crown down, reach into the box."""
    half, crown = 0.275 * nearer.scale, nearer.row - 0.2 * nearer.scale
    return nearer.column - half < box[2] and nearer.column + half > box[0] and crown < box[3]


@lru_cache(maxsize=4)
def _grain(seed: int) -> Map:
    tile = np.random.default_rng([62, seed]).normal(0, _GRAIN, (ROWS + _SPARE, COLUMNS + _SPARE, 1))
    return tile.astype(np.float32)


def _burn_in(picture: NDArray[np.uint8], text: str) -> None:
    for corner, grey, thick in (((21, 41), 0, 4), ((20, 40), 255, 2)):
        cv2.putText(picture, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (grey,) * 3, thick, cv2.LINE_AA)
