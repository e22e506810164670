"""A head seen by a camera under one light: rays marched against its radius map."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.synthetic.anatomy import BOTTOM, SHAPE, TOP
from toolkit.synthetic.drawing import Map, as_map, smoothstep
from toolkit.synthetic.heads import Head

_NEAR, _FAR = 0.5, 3.3  # where rays start and give up, from a plane 2 units before the axis
_START = 2.0
_SKIN_WRAP = np.array([0.32, 0.16, 0.10], np.float32)  # light that goes round corners inside skin, by colour
_SHADOW_STEPS = (0.06, 0.12, 0.2, 0.3, 0.42, 0.6)
_FRAMES = {"round": (0.21, 0.19, 0.022, 2.0), "square": (0.235, 0.145, 0.03, 4.5), "thick": (0.25, 0.18, 0.05, 5.0)}
_FRAME_COLOURS = np.array([[0.012, 0.012, 0.014], [0.10, 0.04, 0.015], [0.25, 0.25, 0.27]], np.float32)


@dataclass(frozen=True)
class Light:
    """One lamp or sun at *azimuth* and *elevation* (degrees; 0 is behind the camera), and the sky."""

    azimuth: float = -30.0
    elevation: float = 35.0
    key: float = 2.2
    sky: float = 0.55
    warmth: float = 0.0

    @property
    def direction(self) -> Map:
        """Unit vector towards the light."""
        across, up = np.radians([self.azimuth, self.elevation])
        return np.array([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)], np.float32)

    @property
    def colour(self) -> Map:
        """RGB of the light."""
        return np.array([1 + 0.12 * self.warmth, 1, 1 - 0.18 * self.warmth], np.float32)


@dataclass(frozen=True)
class View:
    """A picture of *width* by *height* pixels in which the eyes are at the point *eyes*, *scale* pixels to 100 mm."""

    width: int
    height: int
    scale: float
    eyes: tuple[float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    lowest: float = BOTTOM
    """Nothing below this height is drawn."""
    shadows: bool = True

    @property
    def turn(self) -> Map:
        """Rotation from the head's directions to the camera's."""
        yaw, pitch, roll = np.radians([self.yaw, self.pitch, self.roll])
        about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
        return as_map(np.array(about_z) @ np.array(about_x) @ np.array(about_y))


def film(light: Map) -> Map:
    """Linear light to the 0..1 of a picture: a soft shoulder, then the 2.2 of a screen."""
    return as_map(np.clip(1 - np.exp(-1.25 * light), 0, 1) ** (1 / 2.2))


def _cells(points: Map) -> tuple[Map, Map]:
    column = (np.arctan2(points[:, 0], points[:, 2]) / (2 * np.pi) + 0.5) * SHAPE[1] - 0.5
    row = (TOP - points[:, 1]) / (TOP - BOTTOM) * (SHAPE[0] - 1)
    return column.astype(np.float32), row.astype(np.float32)


def _look_up(table: Map, cells: tuple[Map, Map]) -> Map:
    """Values of a map at n places, shape (n,) or (n, channels); cv2 wants pictures of places, so they are folded."""
    count = len(cells[0])
    fold = (-(-count // 512), 512)
    found = cv2.remap(
        table, np.resize(cells[0], fold), np.resize(cells[1], fold), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return as_map(found).reshape(-1, *table.shape[2:])[:count]


def _outside(head: Head, points: Map, lowest: float) -> Map:
    """How far points are outside the head, roughly; negative inside."""
    gap = np.hypot(points[:, 0], points[:, 2]) - _look_up(head.radius, _cells(points))
    gap = np.where(points[:, 1] > TOP, np.maximum(gap, points[:, 1] - TOP + 0.03), gap)
    return np.where(points[:, 1] < lowest, 0.3, gap).astype(np.float32)


def _march(head: Head, origin: Map, ray: Map, lowest: float) -> tuple[NDArray[np.intp], Map]:
    """Which rays meet the head, and how far along."""
    along = np.full(len(origin), _NEAR, np.float32)
    before = along.copy()
    met = np.zeros(len(origin), bool)
    going = np.arange(len(origin))
    for _ in range(60):
        gap = _outside(head, origin[going] + along[going, None] * ray, lowest)
        inside = gap < 0.002  # noqa: PLR2004 - 0.2 mm
        met[going[inside]] = True
        going, gap = going[~inside], gap[~inside]
        before[going] = along[going]
        along[going] += np.clip(gap * 0.55, 0.012, 0.4)
        going = going[along[going] < _FAR]
        if not len(going):
            break
    found = np.flatnonzero(met)
    low, high, start = before[found], along[found], origin[found]
    for _ in range(5 if len(found) else 0):
        middle = as_map((low + high) / 2)
        inside = _outside(head, start + middle[:, None] * ray, lowest) < 0.002  # noqa: PLR2004
        low, high = np.where(inside, low, middle), np.where(inside, middle, high)
    return found, high


def render(head: Head, view: View, light: Light) -> tuple[Map, Map]:
    """
    A picture of the head.

    Returns:
        RGB in 0..1, shape (height, width, 3), black where nothing is covered; and the coverage, 0 or 1, shape
        (height, width).
    """
    columns = (np.arange(view.width, dtype=np.float32) + 0.5 - view.eyes[0]) / view.scale
    rows = (view.eyes[1] - np.arange(view.height, dtype=np.float32) - 0.5) / view.scale
    across, up = np.meshgrid(columns, rows)
    origin = np.stack([across.ravel(), up.ravel(), np.full(across.size, _START, np.float32)], 1) @ view.turn
    ray = -view.turn[2]
    found, along = _march(head, origin, ray, view.lowest)
    picture, covered = np.zeros((across.size, 3), np.float32), np.zeros(across.size, np.float32)
    if len(found):
        covered[found] = 1
        picture[found] = _shade(head, origin[found] + along[:, None] * ray, view, light)
        if head.who.glasses != "none":
            picture[found] = _glasses(head, picture[found], (origin[found], along, ray), light.sky)
    return film(picture).reshape(*across.shape, 3), covered.reshape(across.shape)


def _shade(head: Head, points: Map, view: View, light: Light) -> Map:
    """Light that leaves the head at *points* towards the camera, linear RGB, shape (n, 3)."""
    cells = _cells(points)
    paint, normal, surface = (_look_up(table, cells) for table in (head.paint, head.normal, head.surface))
    gloss, openness = surface[:, 0], surface[:, 1]
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-6
    to_light, to_eye = light.direction @ view.turn, view.turn[2]
    facing = normal @ to_light
    lit = _lit(head, points, normal, to_light, view.lowest) if view.shadows else np.ones(len(points), np.float32)
    through = lit[:, None] * np.array([0.85, 0.92, 0.95]) + np.array([0.15, 0.08, 0.05])
    diffuse = np.clip((facing[:, None] + _SKIN_WRAP) / (1 + _SKIN_WRAP), 0, 1) * through
    sky = light.sky * (0.62 + 0.38 * (normal @ view.turn[1])) * openness
    half = (to_light + to_eye) / np.linalg.norm(to_light + to_eye)
    mirror = np.clip(normal @ half, 0, 1)
    rim = 0.04 + 0.5 * (1 - np.clip(normal @ to_eye, 0, 1)) ** 4
    shine = gloss * (0.16 * mirror**14 + 0.22 * mirror**50) * lit * (facing > 0) * light.key * 0.5
    shine = shine + 0.10 * light.sky * rim * openness
    direct = light.key * 0.62 * diffuse * light.colour * openness[:, None] ** 0.6
    return as_map(paint * (direct + sky[:, None] * np.array([0.95, 1, 1.06])) + shine[:, None] * light.colour)


def _lit(head: Head, points: Map, normal: Map, to_light: Map, lowest: float) -> Map:
    """One in the light, zero in the head's own shadow."""
    lit = np.ones(len(points), np.float32)
    for step in _SHADOW_STEPS:
        gap = _outside(head, points + normal * 0.03 + to_light * step, lowest)
        lit = np.minimum(lit, np.clip(1 + gap / (0.25 * step + 0.01), 0, 1))
    return lit


def _glasses(head: Head, picture: Map, rays: tuple[Map, Map, Map], sky: float) -> Map:
    """Glasses on a plane before the eyes, over the covered pixels."""
    origin, along, ray = rays
    who = head.who
    reach = (0.99 - origin[:, 2]) / ray[2]
    at = origin + reach[:, None] * ray
    right, up = np.abs(at[:, 0]), at[:, 1]
    half_w, half_h, thick, corner = _FRAMES[who.glasses]
    lens = ((np.abs(right - who.eye_apart * 0.98) / half_w) ** corner + (np.abs(up + 0.02) / half_h) ** corner) ** (
        1 / corner
    )
    frame = smoothstep(thick / half_w * 0.75, thick / half_w * 0.45, np.abs(lens - 1))
    bridge = smoothstep(0.02, 0.012, np.abs(up - 0.03)) * (right < who.eye_apart * 0.98 - half_w + 0.02)
    arms = (
        smoothstep(0.022, 0.014, np.abs(up - 0.05))
        * (right > who.eye_apart + half_w - 0.03)
        * (right < who.face_w * 0.99)
    )
    before = reach < along + 0.02
    frame = np.maximum(np.maximum(frame, bridge), arms) * before
    colour = _FRAME_COLOURS[who.seed % len(_FRAME_COLOURS)] * (0.3 + 0.9 * sky)
    shiny = 0.035 * ((lens < 1) & before) * sky
    return as_map(picture * (1 - frame[:, None]) + colour * frame[:, None] + shiny[:, None])
