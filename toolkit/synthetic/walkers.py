"""People who walk up to a camera: where they are at each moment, and how they are drawn."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from toolkit.synthetic.drawing import Map
from toolkit.synthetic.heads import bake
from toolkit.synthetic.people import Person
from toolkit.synthetic.portraits import over
from toolkit.synthetic.shading import Light, View, film, render
from toolkit.synthetic.street import COLUMNS, ROWS, Camera

_STRIDE = 4.6  # radians of gait a metre: steps of 0.68 m
_EYES_BELOW_CROWN_M = 0.12
_SHADOW_CASTING_SCALE = 22.0  # pixels to 100 mm from which a nose's shadow can be seen
_LEG = ((0.16, 0.75), (0, 0.78), (0.01, 0.35), (0.03, 0), (0.13, 0), (0.15, 0.4))
_TORSO = (
    (0.10, 0.150),
    (0.18, 0.19),
    (0.215, 0.24),
    (0.20, 0.5),
    (0.17, 0.80),
)  # metres out and down from the eyes, right half
_ARM = ((0.175, 0.21), (0.215, 0.235), (0.25, 0.5), (0.27, 0.85), (0.20, 0.86), (0.18, 0.5))


@dataclass(frozen=True)
class Walk:
    """One person's way towards the camera."""

    who: Person
    enters_s: float
    """Seconds after the start of the scene."""
    seed: int
    """Gait, height and the turning of the head."""
    from_m: float = 14.0
    to_m: float = 2.4
    """Distance from the camera at the start and at the end, where the person leaves the picture."""
    speed: float = 1.25
    """Metres a second."""
    slow_from_m: float = 3.8
    """Near the camera, at the kerb, people slow down to *slow_speed*."""
    slow_speed: float = 0.42
    across_m: tuple[float, float] = (0.0, 0.0)
    """Metres right of the middle at the start and at the end."""
    smile: float = 0.1

    @property
    def seconds(self) -> float:
        """How long the walk lasts."""
        return self._brisk_s + (min(self.slow_from_m, self.from_m) - self.to_m) / self.slow_speed

    @property
    def _brisk_s(self) -> float:
        return max(self.from_m - self.slow_from_m, 0) / self.speed

    def walked_m(self, gone_s: float) -> float:
        """Metres walked after so many seconds."""
        brisk = min(gone_s, self._brisk_s)
        return self.speed * brisk + self.slow_speed * (gone_s - brisk)

    @property
    def tall_m(self) -> float:
        """Height of the person, metres."""
        return 1.60 + 0.22 * float(np.random.default_rng([41, self.seed]).random())


@dataclass(frozen=True)
class Stance:
    """Where a walker is at one moment. *column* and *row* are the point between the eyes; angles in degrees."""

    walk: Walk
    gait: float
    """Radians of the swing of arms and legs."""
    away_m: float
    column: float
    row: float
    scale: float
    """Pixels to one metre at that distance."""
    yaw: float
    pitch: float
    roll: float


def stance(walk: Walk, camera: Camera, at_s: float) -> Stance | None:
    """Where the walker is *at_s* seconds after the start of the scene; None before and after the walk."""
    gone = at_s - walk.enters_s
    if not 0 <= gone < walk.seconds:
        return None
    phase = np.random.default_rng([42, walk.seed]).uniform(0, 2 * np.pi, 6)
    walked = walk.walked_m(gone)
    away, gait = walk.from_m - walked, _STRIDE * walked
    start, end = walk.across_m
    across = start + (end - start) * walked / (walk.from_m - walk.to_m) + 0.03 * np.sin(gait + phase[0])
    eyes = walk.tall_m - _EYES_BELOW_CROWN_M + 0.022 * np.sin(2 * gait + phase[1])
    column, row = camera.place(across, eyes, away)
    sideways = np.degrees(np.arctan2(across, away))
    return Stance(
        walk=walk,
        gait=gait,
        away_m=away,
        column=column,
        row=row,
        scale=camera.focal_px / away,
        yaw=7 * np.sin(0.9 * gone + phase[2]) + 3 * np.sin(2.3 * gone + phase[3]) - sideways * 0.3,
        pitch=3 + np.degrees(np.arctan2(camera.height_m - eyes, away)) + 3 * np.sin(1.4 * gone + phase[4]),
        roll=2.5 * np.sin(2.9 * gone + phase[5]),
    )


def draw(picture: Map, at: Stance, light: Light) -> None:
    """Draw the walker into *picture*, RGB in 0..1, shape (720, 1280, 3)."""
    bright = 0.9 + 0.15 * np.sin(at.away_m * 0.9)  # through light and shade
    _body(picture, at, bright)
    _head(picture, at, replace(light, azimuth=light.azimuth + 8 * np.sin(at.away_m), key=light.key * bright))


def _body(picture: Map, at: Stance, bright: float) -> None:
    head, feet = bake(at.walk.who, at.walk.smile), at.walk.tall_m - _EYES_BELOW_CROWN_M
    swing = 0.10 * np.sin(at.gait)
    _fill(
        picture, at, [(0.3 * np.cos(a), feet + 0.05 * np.sin(a)) for a in np.linspace(0, 6.2, 24)], np.full(3, 0.2), 0.6
    )
    shirt, trousers = film(head.shirt * 1.1 * bright), film(head.trousers * 1.1 * bright)
    for side in (-1, 1):
        step = side * swing
        leg = [(side * out, down if down > 0.5 else feet - down - step * (1 - down)) for out, down in _LEG]  # noqa: PLR2004
        _fill(picture, at, leg, trousers * (0.96 + 0.04 * side))
    torso = [*((-out, down) for out, down in _TORSO), *((out, down) for out, down in reversed(_TORSO))]
    _fill(picture, at, torso, shirt)
    for side in (-1, 1):
        arm = [(side * out, down + (side * swing * 0.3 if down > 0.6 else 0)) for out, down in _ARM]  # noqa: PLR2004
        _fill(picture, at, arm, shirt * 0.9)


def _fill(picture: Map, at: Stance, outline: list[tuple[float, float]], colour: Map, share: float = 1.0) -> None:
    """Fill an outline given in metres right of and below the eyes, darker away from the middle like a column."""
    corners = np.array([(at.column + right * at.scale, at.row + down * at.scale) for right, down in outline])
    left, top = np.maximum(np.floor(corners.min(0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(corners.max(0)).astype(int) + 2, (COLUMNS, ROWS))
    if right <= left or bottom <= top:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    sixteenths = np.round((corners - (left, top)) * 16).astype(np.int32)
    cv2.fillPoly(mask, [sixteenths], 255, cv2.LINE_AA, shift=4)
    cover = mask[..., None].astype(np.float32) / 255 * share
    middle, half = corners[:, 0].mean(), np.ptp(corners[:, 0]) / 2
    column = 1.04 - 0.30 * np.abs((np.arange(left, right) - middle) / half).clip(0, 1) ** 1.6
    part = picture[top:bottom, left:right]
    part += (np.clip(colour * column[:, None], 0, 1) - part) * cover


def _head(picture: Map, at: Stance, light: Light) -> None:
    scale = at.scale * 0.1
    half, above, below = int(1.25 * scale) + 2, int(1.75 * scale) + 2, int(1.85 * scale) + 2
    column, row = int(np.floor(at.column)), int(np.floor(at.row))
    left, right = max(column - half, 0), min(column + half, COLUMNS)
    top, bottom = max(row - above, 0), min(row + below, ROWS)
    if right <= left or bottom <= top:
        return
    view = View(
        width=right - left,
        height=bottom - top,
        scale=scale,
        eyes=(at.column - left, at.row - top),
        yaw=at.yaw,
        pitch=at.pitch,
        roll=at.roll,
        lowest=-1.8,
        shadows=scale > _SHADOW_CASTING_SCALE,
    )
    seen, covered = render(bake(at.walk.who, at.walk.smile), view, light)
    picture[top:bottom, left:right] = over(picture[top:bottom, left:right], seen, covered)
