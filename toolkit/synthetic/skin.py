"""The paint of a face: skin, lips, nostrils, eyes and brows, on the maps of `anatomy`."""

import numpy as np
from numpy.typing import ArrayLike

from toolkit.synthetic.anatomy import FRONT, SHAPE, Plan
from toolkit.synthetic.drawing import Map, as_map, bump, mix, ramp, ridge, smoothstep
from toolkit.synthetic.people import Person

_SKINS = np.array(
    [
        [0.86, 0.64, 0.53],
        [0.80, 0.56, 0.42],
        [0.66, 0.43, 0.29],
        [0.48, 0.29, 0.18],
        [0.30, 0.17, 0.105],
        [0.16, 0.085, 0.055],
    ],
    np.float32,
)
_IRISES = np.array(
    [
        [0.05, 0.025, 0.012],
        [0.12, 0.06, 0.025],
        [0.16, 0.14, 0.05],
        [0.12, 0.20, 0.12],
        [0.14, 0.24, 0.38],
        [0.30, 0.36, 0.40],
    ],
    np.float32,
)
_HAIRS = np.array(
    [
        [0.02, 0.018, 0.017],
        [0.05, 0.03, 0.02],
        [0.13, 0.07, 0.035],
        [0.28, 0.10, 0.035],
        [0.50, 0.34, 0.16],
        [0.55, 0.53, 0.50],
        [0.80, 0.79, 0.77],
    ],
    np.float32,
)


def skin_colour(who: Person) -> Map:
    """Linear RGB of the bare skin."""
    return as_map(ramp(_SKINS, who.skin) * (1 + who.warmth * np.array([0.02, -0.03, -0.07])))


def hair_colour(who: Person) -> Map:
    """Linear RGB of the hair; dark skin gets dark hair."""
    return ramp(_HAIRS, who.hair_tone if who.skin < 0.5 else who.hair_tone * 0.25)  # noqa: PLR2004 - halfway


def _darken(paint: Map, share: ArrayLike) -> Map:
    return as_map(paint * (1 - as_map(share))[..., None])


def paint_face(face: Plan) -> tuple[Map, Map]:
    """Albedo (rows, columns, 3) and gloss (rows, columns) of the face without hair."""
    who = face.who
    gloss = (
        0.28
        + 0.25 * bump(face.x, face.y, (0, who.nose_y), (0.12, 0.2))
        + 0.12 * bump(face.x, face.y, (0, 0.4), (0.4, 0.2))
    )
    paint, lips = _lips(face, _skin(face))
    paint, eyes = _eyes(face, _nostrils(face, paint))
    gloss = (gloss + 0.35 * lips) * (1 - eyes) + 0.05 * eyes
    return _brows(face, paint), as_map(gloss)


def _skin(face: Plan) -> Map:
    who, x, y, side = face.who, face.x, face.y, face.side
    coarse, middle, fine = (
        face.noise.map(f"skin {across}", (across, across * 2 // 3), SHAPE) for across in (24, 120, 500)
    )
    paint = skin_colour(who) * (1 + 0.035 * coarse + 0.03 * middle + 0.035 * fine)[..., None]
    red = 0.55 * bump(side, y, (0.42, -0.33), (0.2, 0.17)) + 0.5 * bump(x, y, (0, who.nose_y), (0.12, 0.1))
    red = (
        (red + 0.25 * bump(x, y, (0, who.chin_y + 0.15), (0.2, 0.1)) + 0.05 * coarse) * (0.5 + who.makeup * 0.5) * FRONT
    )
    paint = as_map(paint * (1 - np.clip(red, 0, 1)[..., None] * np.array([0.02, 0.24, 0.22])))
    hollow = (0.16 + 0.3 * who.age) * bump(side, y, (who.eye_apart * 0.93, -0.09), (0.14, 0.07))
    paint = _darken(paint, (hollow + 0.10 * bump(side, y, (0.16, 0.03), (0.06, 0.09))) * FRONT)
    folds = 0.30 * (0.2 + 0.8 * who.age + 0.7 * face.smile) * face.folds + 0.18 * who.age * face.bags
    paint = _darken(paint, folds * FRONT)
    if who.freckles > 0.72 and who.skin < 0.55:  # noqa: PLR2004 - see the trait
        spots = np.clip(face.noise.map("freckles", (260, 170), SHAPE) - 1.1, 0, 1)
        paint = _darken(paint, 0.75 * spots * bump(x, y, (0, -0.25), (0.5, 0.3)) * FRONT)
    moles = face.noise.numbers("moles")
    for _ in range(int(moles.integers(0, 4))):
        place = (moles.uniform(-0.5, 0.5), moles.uniform(-0.9, 0.5))
        paint = _darken(paint, 0.7 * bump(x, y, place, (0.016, 0.016)) * FRONT)
    return paint


def lip_mask(face: Plan) -> Map:
    """One on the lips."""
    inside = smoothstep(-0.006, 0.010, face.lip_top - face.y) * smoothstep(-0.006, 0.012, face.y - face.lip_bottom)
    return as_map(inside * (face.side < face.mouth_w * 1.03) * FRONT)


def _lips(face: Plan, paint: Map) -> tuple[Map, Map]:
    who, mask = face.who, lip_mask(face)
    colour = skin_colour(who) * np.array([0.80, 0.44, 0.46]) * (1 - 0.12 * who.lip_red)
    if who.makeup > 0.7:  # noqa: PLR2004 - see the trait
        colour = colour + np.array([0.22, 0.01, 0.03]) * who.lip_red
    grain = 1 + 0.06 * face.noise.map("lips", (120, 80), SHAPE)[..., None]
    paint = mix(paint, colour * grain, mask * (0.65 + 0.3 * who.lip_red))
    between = ridge(face.y, face.lip_line, 0.011 + 0.005 * face.smile) * (face.side < face.mouth_w * 1.06) * FRONT
    return _darken(paint, 0.78 * between), mask


def _nostrils(face: Plan, paint: Map) -> Map:
    who, side, y = face.who, face.side, face.y
    holes = 1.2 * bump(side, y, (who.nose_w * 0.52, who.nose_y - 0.035), (who.nose_w * 0.30, 0.022))
    edges = bump(side, y, (who.nose_w * 1.2, who.nose_y + 0.01), (0.02, 0.05))
    return _darken(paint, np.maximum(0.8 * np.clip(holes, 0, 1), 0.25 * edges) * FRONT)


def _eyes(face: Plan, paint: Map) -> tuple[Map, Map]:
    who, out = face.who, face.from_eye
    width, height = who.eye_w, who.eye_h * (1 - 0.2 * face.smile)
    arch = np.clip(1 - (out / width) ** 2, 0, 1)
    up = as_map(face.y - who.eye_tilt * out)
    upper, lower = height * 1.05 * arch**0.62 * (1 - 0.12 * out / width), -height * 0.85 * arch**0.8
    opening = (
        smoothstep(-0.004, 0.006, upper - up) * smoothstep(-0.004, 0.006, up - lower) * (np.abs(out) < width) * FRONT
    )
    paint = mix(paint, _eyeball(face, up, upper), opening)
    near = (np.abs(out) < width * 1.06) * FRONT
    lashes = ridge(up, upper + 0.004, 0.010 + 0.008 * who.makeup) * near
    paint = _darken(paint, (0.70 + 0.25 * who.makeup) * lashes)
    paint = _darken(paint, 0.38 * ridge(up, lower - 0.003, 0.009) * near)
    paint = _darken(paint, 0.45 * who.crease * ridge(up, upper * 0.9 + 0.042, 0.012) * near * arch**0.3)
    if who.makeup > 0.8:  # noqa: PLR2004 - eye shadow comes after lipstick
        paint = _darken(paint, 0.45 * bump(out, up, (0, 0.07), (0.15, 0.05)) * FRONT)
    return paint, as_map(opening)


def _eyeball(face: Plan, up: Map, upper: Map) -> Map:
    who, out = face.who, face.from_eye
    from_pupil = np.hypot(out, up - 0.006)
    white = np.array([0.70, 0.66, 0.62]) * (1 - 0.45 * smoothstep(0.6, 1.0, np.abs(out) / who.eye_w))[..., None]
    white = white * (1 - 0.5 * smoothstep(upper - 0.035, upper, up))[..., None]
    colour = ramp(_IRISES, who.iris if who.skin < 0.6 else who.iris * 0.3)  # noqa: PLR2004 - dark skin, dark eyes
    rays = 1 + 0.14 * np.sin(np.arctan2(up, out * np.sign(face.x)) * 23)
    shade = rays * (1 - 0.65 * smoothstep(0.046, 0.060, from_pupil)) * (0.55 + 0.6 * smoothstep(0.03, -0.04, up))
    ball = mix(white, colour * shade[..., None], smoothstep(0.063, 0.055, from_pupil))
    ball = mix(ball, np.full(3, 0.006), smoothstep(0.028, 0.022, from_pupil))
    glint = np.hypot(out * np.sign(face.x) + 0.02, up - 0.026)
    return mix(ball, np.full(3, 0.95), smoothstep(0.014, 0.008, glint) * 0.9)


def brow_mask(face: Plan) -> Map:
    """One on the eyebrows."""
    who, side = face.who, face.side
    outer = 2 * who.eye_apart - who.brow_in + 0.06
    along = np.clip((side - who.brow_in) / (outer - who.brow_in), 0, 1)
    middle = who.brow_y + who.brow_arch * np.sin(np.pi * along**1.3) - 0.05 * along**2 + who.eye_tilt * 0.25 * along
    half = who.brow_h * (1 - 0.65 * along**2)
    ragged = 0.18 * face.noise.map("brows", (420, 70), SHAPE)
    inside = smoothstep(1.15, 0.55, np.abs(face.y - middle) / half + ragged)
    return as_map(inside * smoothstep(-0.03, 0.03, side - who.brow_in) * smoothstep(0.03, -0.02, side - outer) * FRONT)


def _brows(face: Plan, paint: Map) -> Map:
    colour = np.minimum(hair_colour(face.who), skin_colour(face.who) * 0.55)
    strands = 0.78 + 0.16 * face.noise.map("brows", (420, 70), SHAPE)
    return mix(paint, colour, np.clip(brow_mask(face) * strands, 0, 0.95))
