"""A person's head, baked once into maps that `shading.render` looks up."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from toolkit.synthetic.anatomy import BOTTOM, COS, HEIGHT, SHAPE, SIN, TOP, plan, relief, skull, with_neck
from toolkit.synthetic.drawing import Map, Noise, as_map, blur
from toolkit.synthetic.hair import Cover, with_beard, with_collar, with_hair
from toolkit.synthetic.people import Person
from toolkit.synthetic.skin import brow_mask, paint_face

_CLOTHES = np.array(
    [
        [0.02, 0.03, 0.08],  # navy
        [0.03, 0.03, 0.03],  # black
        [0.22, 0.22, 0.23],  # grey
        [0.10, 0.11, 0.05],  # olive
        [0.22, 0.03, 0.04],  # maroon
        [0.08, 0.14, 0.26],  # denim
        [0.45, 0.38, 0.26],  # beige
        [0.60, 0.60, 0.58],  # white
        [0.05, 0.16, 0.12],  # bottle green
        [0.40, 0.20, 0.06],  # mustard
    ],
    np.float32,
)
_CAVITIES = ((6, 7.0), (18, 4.0), (40, 1.5))  # blur in map cells, strength: small, middle and large hollows


@dataclass(frozen=True, eq=False)
class Head:
    """Maps of one head, each over `anatomy.SHAPE`."""

    who: Person
    radius: Map
    normal: Map
    """Outward unit vectors (rows, columns, 3): right, up, forwards."""
    paint: Map
    """Albedo, linear RGB (rows, columns, 3)."""
    surface: Map
    """Gloss, and openness to the sky (rows, columns, 2)."""
    shirt: Map
    """Linear RGB of the clothes above the belt."""
    trousers: Map


@lru_cache(maxsize=48)
def bake(who: Person, smile: float = 0.0) -> Head:
    """The head of *who*, smiling from 0 (not at all) to 1; some 10 MB, and half a second the first time."""
    noise = Noise(11, who.seed)
    bare = with_neck(who, skull(who))
    face = plan(who, bare, noise, smile)
    paint, gloss = paint_face(face)
    cover = Cover(bare + relief(face) + 0.010 * brow_mask(face), paint, gloss)
    cover, top = with_hair(face, with_beard(face, cover))
    wardrobe = noise.numbers("clothes")
    shirt, trousers = _CLOTHES[wardrobe.choice(len(_CLOTHES), 2)] * wardrobe.uniform(0.8, 1.2, (2, 1)).astype(
        np.float32
    )
    cover = with_collar(face, cover, shirt)
    radius = np.where(top < HEIGHT, -0.05, np.maximum(cover.radius, 0)).astype(np.float32)
    pores = 0.0010 * noise.map("skin 500", (500, 333), SHAPE)
    return Head(
        who=who,
        radius=radius,
        normal=_normals(blur(radius + pores, 1.0)),
        paint=np.clip(cover.paint, 0.002, 0.95),
        surface=np.dstack([cover.gloss, _openness(radius)]).astype(np.float32),
        shirt=shirt,
        trousers=trousers,
    )


def _normals(radius: Map) -> Map:
    across, forwards = radius * SIN, radius * COS
    turn_x, turn_z = np.gradient(across, axis=1), np.gradient(forwards, axis=1)
    down_x, down_z = np.gradient(across, axis=0), np.gradient(forwards, axis=0)
    step = (BOTTOM - TOP) / (SHAPE[0] - 1)
    normal = np.stack([-turn_z * step, turn_z * down_x - turn_x * down_z, turn_x * step], -1)
    normal *= np.sign(normal[..., 0] * SIN + normal[..., 2] * COS)[..., None]
    return as_map(normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9))


def _openness(radius: Map) -> Map:
    closed = sum(np.clip((blur(radius, sigma) - radius) * strength, 0, 0.5) for sigma, strength in _CAVITIES)
    return np.clip(1 - as_map(closed), 0.35, 1)
