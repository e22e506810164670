"""
The shape of a head: a star-shaped surface, one radius for each direction round a vertical axis and each height.

Maps have `SHAPE` (rows: height from TOP down to BOTTOM; columns: angle, from the back
round to the back, the front in the middle).
Units are 100 mm; the eyes are at height 0.
"""

from dataclasses import dataclass

import numpy as np

from toolkit.synthetic.drawing import Map, Noise, as_map, blur, bump, ridge, smoothstep
from toolkit.synthetic.people import Person

SHAPE = (480, 768)
TOP, BOTTOM = 1.75, -2.3
_HEIGHTS = np.linspace(TOP, BOTTOM, SHAPE[0], dtype=np.float32)
_ANGLES = as_map(((np.arange(SHAPE[1]) + 0.5) / SHAPE[1] - 0.5) * 2 * np.pi)
ANGLE, HEIGHT = (as_map(each) for each in np.meshgrid(_ANGLES, _HEIGHTS))
SIN, COS = as_map(np.sin(ANGLE)), as_map(np.cos(ANGLE))
FRONT = as_map(np.clip(COS * 1.4, 0, 1))
"""One where features are drawn, zero behind the ears."""

_ROUNDNESS = 2.15  # exponent of the skull's superellipse: 2 is an ellipse


def skull(who: Person, grow: float = 0.0, lift: float = 0.0) -> Map:
    """Radius of the bare skull; hair asks for one that is *grow* wider and *lift* higher."""
    jaw_y = -0.82 + 0.6 * (who.chin_y + 1.15)
    chin = who.chin_y
    heights = [chin - 0.10, chin - 0.05, chin, chin + 0.10, jaw_y, -0.5, -0.2, 0.1, 0.4]
    jowl = 0.55 * who.jaw_w + 0.45 * who.face_w
    face = who.face_w
    widths = [
        0.02,
        who.chin_w * 0.55,
        who.chin_w * 0.9,
        who.chin_w + 0.10,
        who.jaw_w,
        jowl,
        face * 0.985,
        face,
        face * 1.015,
    ]
    depth = 0.90 + who.chin_out
    fronts = [0.10, 0.52, 0.76, depth, 0.90 + who.chin_out * 0.6, 0.88, 0.87, 0.91, 0.90]
    dome = np.clip((_HEIGHTS - 0.3) / (crown(who) + lift - 0.3), 0, 1)
    round_off = np.sqrt(1 - dome**2.2)
    back = np.interp(_HEIGHTS, [-1.1, -0.6, 0, 0.5], [0.5, 0.72, 0.92, 0.95])

    def smooth(values: list[float]) -> Map:
        profile = np.interp(_HEIGHTS, heights, values, left=0.02).astype(np.float32)
        return blur(profile[:, None], 1e-3, 4)[:, 0]

    wide, fore, aft = (
        np.maximum((profile + grow) * round_off, 1e-3)[:, None] for profile in (smooth(widths), smooth(fronts), back)
    )
    deep = np.where(COS > 0, fore, aft)
    inverse = (np.abs(SIN) / wide) ** _ROUNDNESS + (np.abs(COS) / deep) ** _ROUNDNESS
    return as_map(inverse ** (-1 / _ROUNDNESS))


def crown(who: Person) -> float:
    """Height of the top of the bare skull."""
    return 0.62 + who.forehead * 0.72


def with_neck(who: Person, radius: Map) -> Map:
    """The skull joined to a neck and the beginning of shoulders."""
    half = 0.36 + 0.24 * who.jaw_w + 0.25 * smoothstep(-1.15, -1.7, HEIGHT) + 1.0 * smoothstep(-1.5, -2.0, HEIGHT)
    deep = np.where(COS > 0, 0.36 + 0.35 * smoothstep(-1.55, -2.2, HEIGHT), 0.58)
    neck = ((SIN / half) ** 2 + (COS / deep) ** 2) ** -0.5 * smoothstep(0.0, -0.6, HEIGHT)
    inside = np.clip(0.5 + 0.5 * (radius - neck) / 0.05, 0, 1)
    return as_map(neck * (1 - inside) + radius * inside + 0.025 * inside * (1 - inside))


@dataclass(frozen=True)
class Plan:
    """Where everything on a face is, seen from the front; shared by the relief and the paint."""

    who: Person
    noise: Noise
    smile: float
    x: Map
    """Distance to the right of the middle of the face."""
    y: Map
    """Height, warped a little: no face is even."""
    side: Map
    """Distance from the middle of the face."""
    from_eye: Map
    """Distance outwards from the middle of the eye on that side."""
    mouth_y: float
    mouth_w: float
    lip_line: Map
    """Height of the line between the lips at each place."""
    lip_arch: Map
    """One at the middle of the mouth, zero at its corners and beyond."""
    lip_top: Map
    lip_bottom: Map
    folds: Map
    """One along the folds from nose to mouth."""
    bags: Map
    """One along the bags under the eyes."""


def plan(who: Person, radius: Map, noise: Noise, smile: float) -> Plan:
    """Lay a face out over the head of that *radius*."""
    warp = 0.005 + 0.018 * who.asymmetry
    x = as_map(radius * SIN + warp * noise.map("warp across", (9, 6), SHAPE))
    y = as_map(HEIGHT + warp * noise.map("warp down", (9, 6), SHAPE))
    side = as_map(np.abs(x))
    mouth_y, mouth_w = who.nose_y - who.mouth_drop, who.mouth_w * (1 + 0.16 * smile)
    along = np.clip(side / mouth_w, 0, 1.4)
    line = as_map(mouth_y + (0.06 * smile - 0.004) * along**2)
    arch = as_map(np.clip(1 - along**2, 0, 1))
    bow = (0.012 * ridge(side, 0, 0.035) - 0.010 * ridge(side, 0.06, 0.05)) * (who.lip_up / 0.06)
    parted = 0.012 * smile * arch
    fold_x = who.nose_w + 0.05 + (who.nose_y + 0.06 - y) * 0.42
    fold_range = smoothstep(who.nose_y + 0.08, who.nose_y - 0.05, y) * smoothstep(mouth_y - 0.16, mouth_y + 0.02, y)
    from_eye = as_map(side - who.eye_apart)
    return Plan(
        who=who,
        noise=noise,
        smile=smile,
        x=x,
        y=y,
        side=side,
        from_eye=from_eye,
        mouth_y=mouth_y,
        mouth_w=mouth_w,
        lip_line=line,
        lip_arch=arch,
        lip_top=as_map(line + parted * 0.3 + who.lip_up * arch**0.75 - bow),
        lip_bottom=as_map(line - parted * 0.7 - who.lip_low * arch**0.65),
        folds=ridge(side, fold_x, 0.030) * fold_range,
        bags=ridge(y + who.eye_h + 0.055 - 0.6 * from_eye**2, 0, 0.02) * ridge(from_eye, 0, 0.13),
    )


def relief(face: Plan) -> Map:
    """How far the features stand out of the skull."""
    out = (_eyes(face) + _nose(face) + _mouth(face) + _cheeks(face)) * FRONT * np.clip(COS, 0.25, 1)
    turn = np.abs(ANGLE)
    ear = bump(turn, HEIGHT, (1.66, -0.17), (0.15, 0.26)) - 0.5 * bump(turn, HEIGHT, (1.60, -0.15), (0.07, 0.14))
    return as_map(out + face.who.ears * 1.2 * ear)


def _eyes(face: Plan) -> Map:
    who, side, y = face.who, face.side, face.y
    return as_map(
        (0.035 + 0.02 * who.puff) * bump(side, y, (who.eye_apart, -0.005), (who.eye_w * 0.85, 0.075))
        - who.socket * bump(side, y, (who.eye_apart * 0.95, 0.03), (0.20, 0.12))
        - 0.05 * bump(side, y, (0.13, 0.02), (0.06, 0.10))
        + who.ridge * bump(side, y, (0.22, who.brow_y - 0.02), (0.26, 0.08))
        - 0.012 * who.age * face.bags
    )


def _nose(face: Plan) -> Map:
    who, side, y = face.who, face.side, face.y
    down = np.clip((0.06 - y) / (0.06 - who.nose_y), 0, 1.2)
    out = who.nose_out * (0.12 + 0.88 * down**1.15) + who.hook * np.sin(np.pi * np.clip(down, 0, 1)) * 1.2
    under = smoothstep(who.nose_y - 0.11, who.nose_y + 0.02, y) * smoothstep(0.22, -0.05, y)
    wing = (who.nose_w * 0.78, who.nose_y + 0.015)
    return as_map(
        (out * under) * ridge(side, 0, who.bridge_w * (0.9 + 0.55 * down))
        + 0.05 * bump(face.x, y, (0, who.nose_y + 0.03), (who.nose_w * 0.55, 0.075))
        + 0.42 * who.nose_out * bump(side, y, wing, (who.nose_w * 0.42, 0.062))
        - 0.02 * bump(side, y, (who.nose_w * 1.32, who.nose_y + 0.02), (0.03, 0.06))
    )


def _mouth(face: Plan) -> Map:
    who, x, y, width = face.who, face.x, face.y, face.mouth_w
    over = y - face.lip_line
    chin = (float(face.lip_bottom.min()) + who.chin_y) / 2 + 0.05
    return as_map(
        0.06 * bump(x, y, (0, face.mouth_y), (0.30, 0.20))
        + (0.030 + 0.35 * who.lip_up) * bump(x, over, (0, who.lip_up * 0.45), (width * 0.75, who.lip_up * 0.8))
        + (0.030 + 0.40 * who.lip_low) * bump(x, over, (0, -who.lip_low * 0.5), (width * 0.65, who.lip_low * 0.75))
        - 0.045 * bump(x, over, (0, 0), (width, 0.018))
        - 0.03 * bump(x, y, (0, chin), (0.20, 0.06))
        - 0.02 * bump(x, y, (0, (face.mouth_y + who.lip_up + who.nose_y) / 2), (0.03, 0.06))
        + (0.05 + who.chin_out * 0.3) * bump(x, y, (0, who.chin_y + 0.14), (who.chin_w * 0.75, 0.11))
    )


def _cheeks(face: Plan) -> Map:
    who, side, y = face.who, face.side, face.y
    lines = np.sin(y * 48 + 0.9 * face.noise.map("forehead lines", (6, 5), SHAPE)) * max(0.0, who.age - 0.35)
    lifted = 0.05 * face.smile
    return as_map(
        (who.cheek + 0.04 * face.smile) * bump(side, y, (0.44, -0.27 + lifted), (0.17, 0.16))
        + who.hollow * bump(side, y, (0.42, -0.62), (0.17, 0.22))
        + 0.02 * bump(side, y, (0.2, 0.5), (0.25, 0.2))
        - 0.022 * (0.2 + 0.8 * who.age + 0.7 * face.smile) * face.folds
        + 0.006 * lines * bump(side, y, (0, 0.45), (0.42, 0.17))
    )
