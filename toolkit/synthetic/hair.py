"""Beards, hair and scarves: what lies over the skin, as radius, paint and gloss."""

from dataclasses import dataclass

import cv2
import numpy as np

from toolkit.synthetic.anatomy import ANGLE, COS, HEIGHT, SHAPE, Plan, crown, skull
from toolkit.synthetic.drawing import Map, as_map, mix, smoothstep
from toolkit.synthetic.people import Hair
from toolkit.synthetic.skin import hair_colour, lip_mask

_TURNS = (0, 0.35, 0.7, 1.0, 1.22, 1.42, 1.5, 1.9, 3.2)
_HAIRLINES: dict[
    Hair, tuple[float, ...]
] = {  # height relative to the hairline at each of _TURNS (radians from the front)
    "short": (0, 0, -0.06, -0.20, -0.42, -0.85, -0.9, -1.3, -1.6),
    "receding": (-0.02, 0.14, 0.22, -0.02, -0.4, -0.8, -0.85, -1.3, -1.6),
    "bald": (9, 9, 9, 9, 9, 9, -0.55, -1.2, -1.6),
    "bob": (0.02, -0.02, -0.16, -0.5, -1.2, -1.6, -1.9, -2, -2),
    "long": (0, -0.06, -0.22, -0.5, -2, -2.6, -2.6, -2.6, -2.6),
    "parted": (0.1, -0.10, -0.42, -1.1, -2.4, -2.6, -2.6, -2.6, -2.6),
    "afro": (0.02, 0, -0.05, -0.2, -0.5, -0.8, -0.9, -1.3, -1.5),
    "scarf": (-0.10, -0.12, -0.20, -0.5, -2.6, -2.8, -2.8, -2.8, -2.8),
    "buzz": (0, 0.02, 0.02, -0.16, -0.42, -0.7, -0.8, -1.2, -1.5),
    "tall": (0.03, 0.03, 0.02, -0.15, -0.40, -0.75, -0.85, -1.3, -1.6),
}
_THICKNESS: dict[Hair, tuple[float, float]] = {  # at no volume, and per unit of volume
    "buzz": (0.012, 0),
    "bald": (0.01, 0),
    "short": (0.05, 0.4),
    "receding": (0.04, 0.2),
    "afro": (0.22, 1.6),
    "scarf": (0.09, 0),
    "tall": (0.06, 0),
    "bob": (0.06, 0.5),
    "long": (0.06, 0.5),
    "parted": (0.06, 0.5),
}
_BEARD_OUT = {"stubble": 0.0, "moustache": 0.03, "goatee": 0.05, "full": 0.05, "bushy": 0.11}
_OLD = 0.85  # from this age on, bald is bald all round


@dataclass(frozen=True)
class Cover:
    """The head as it is painted: radius, albedo, gloss."""

    radius: Map
    paint: Map
    gloss: Map


def with_beard(face: Plan, head: Cover) -> Cover:
    """The head with its beard, if it has one."""
    who, side, y = face.who, face.side, face.y
    if who.beard == "none":
        return head
    jaw = smoothstep(0.0, 0.18, (-0.38 - 0.15 * smoothstep(0.6, 0.2, side)) - y)
    jaw = jaw * smoothstep(0.22, 0.34, np.hypot(side * 0.9, (y - face.mouth_y) * 1.1))
    jaw = jaw * smoothstep(who.chin_y - 0.22, who.chin_y - 0.02, y)
    lip = (
        (face.mouth_y + who.lip_up * 0.5 + who.nose_y - 0.05) / 2,
        (who.nose_y - face.mouth_y - who.lip_up) * 0.52 + 0.01,
    )
    moustache = smoothstep(1.15, 0.75, np.hypot(side / (face.mouth_w * 1.18), (y - lip[0]) / lip[1]))
    tuft = ((face.mouth_y + who.chin_y) / 2 - 0.05, (face.mouth_y - who.chin_y) * 0.55)
    goatee = smoothstep(1.2, 0.8, np.hypot(side / (face.mouth_w * 1.05), (y - tuft[0]) / tuft[1]))
    full = np.maximum(np.maximum(jaw, moustache), goatee)
    masks: dict[str, Map] = {
        "stubble": as_map(0.42 * np.maximum(jaw, moustache)),
        "moustache": moustache,
        "goatee": np.maximum(goatee, moustache),
        "full": full,
        "bushy": full,
    }
    ragged = 0.95 + 0.22 * face.noise.map("beard edge", (500, 260), SHAPE)
    mask = np.clip(masks[who.beard] * (1 - lip_mask(face)) * smoothstep(-0.2, 0.2, COS) * ragged, 0, 0.96)
    strands = np.clip(0.9 + 0.32 * face.noise.map("beard strands", (460, 120), SHAPE), 0.3, 2)
    uneven = 1 + 0.1 * face.noise.map("beard tufts", (120, 80), SHAPE)
    return Cover(
        as_map(head.radius + mask * _BEARD_OUT[who.beard] * uneven),
        mix(head.paint, hair_colour(who) * strands[..., None], mask),
        as_map(head.gloss * (1 - 0.7 * mask)),
    )


def _covered(face: Plan) -> Map:
    """One where hair or cloth covers the head."""
    who = face.who
    line = (9.0,) * len(_TURNS) if who.hair == "bald" and who.age > _OLD else _HAIRLINES[who.hair]
    edge = np.interp(np.abs(ANGLE), _TURNS, line) + who.forehead * 0.92
    if who.hair == "scarf":
        under_chin = smoothstep(who.chin_y + 0.03, who.chin_y - 0.05, HEIGHT) * smoothstep(-2.0, -1.9, HEIGHT)
        return as_map(np.maximum(smoothstep(-0.015, 0.05, HEIGHT - edge), under_chin))
    edge = edge + 0.03 * face.noise.map("hairline", (40, 2), SHAPE)
    soft = 0.16 if who.hair == "buzz" else 0.05
    ends = (-1.95, -1.75) if who.hair in {"long", "parted"} else (-1.15, -1.0)
    return smoothstep(-0.015, soft, HEIGHT - edge) * smoothstep(*ends, HEIGHT)


def with_hair(face: Plan, head: Cover) -> tuple[Cover, float]:
    """The head with its hair or scarf, and the height of its top."""
    who, kind = face.who, face.who.hair
    base, per_volume = _THICKNESS[kind]
    thick = base + per_volume * who.hair_volume
    lift = thick * (1.2 if kind == "afro" else 1) + (who.hair_volume * 1.6 if kind == "tall" else 0)
    grow = thick * (0.35 if kind == "tall" else 1)
    outer = skull(who, grow, lift)
    if kind in {"long", "parted", "bob", "scarf"}:  # hangs down at the sides
        curtain = smoothstep(0.9, 1.35, np.abs(ANGLE)) * (0.80 + 0.22 * smoothstep(-2.2, -0.2, HEIGHT)) * (HEIGHT < 0.3)  # noqa: PLR2004
        outer = np.maximum(outer, (who.face_w + grow) * curtain)
    strands = face.noise.map("strands", (260, 160) if kind in {"afro", "buzz"} else (330, 14), SHAPE)
    locks = face.noise.map("locks", (70, 45) if kind == "afro" else (60, 6), SHAPE)
    texture = {"scarf": 0.012 * locks, "buzz": 0 * locks, "bald": 0 * locks}.get(
        kind, (0.10 * locks + 0.08 * strands) * grow
    )
    mask = _covered(face)
    radius = head.radius + (np.maximum(outer - head.radius, 0.01) + texture) * mask
    if kind != "buzz":  # no skin showing on the step up to the hair
        mask = as_map(cv2.dilate(mask, np.ones((7, 13))))
    if kind == "scarf":
        cloth = face.noise.numbers("scarf").uniform(0.02, 0.45, 3)
        paint = mix(head.paint, cloth * (1 + 0.12 * locks)[..., None], mask)
    else:
        shade = np.clip(1 + 0.30 * strands + 0.22 * locks, 0.3, 2)
        paint = mix(head.paint, hair_colour(who) * shade[..., None], mask * (0.75 if kind == "buzz" else 0.97))
    gloss = head.gloss * (1 - mask) + (0.0 if kind == "scarf" else 0.30) * mask
    return Cover(np.maximum(head.radius, radius).astype(np.float32), paint, as_map(gloss)), crown(who) + lift


def with_collar(face: Plan, head: Cover, shirt: Map) -> Cover:
    """The head with the collar of a shirt of that colour below its neck."""
    below = smoothstep(-1.60, -1.64, HEIGHT + 0.12 * COS)
    weave = 1 + 0.05 * face.noise.map("shirt", (120, 80), SHAPE)[..., None]
    return Cover(head.radius, mix(head.paint, shirt * weave, below * (1 - _covered(face))), head.gloss)
