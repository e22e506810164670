"""Photographs of one person before a plain wall, as taken in custody."""

import numpy as np
from numpy.typing import NDArray

from toolkit.synthetic.drawing import Map, Noise, as_map, blur
from toolkit.synthetic.heads import bake
from toolkit.synthetic.people import Person
from toolkit.synthetic.shading import Light, View, render


def portrait(who: Person, seed: int, size: int = 480) -> NDArray[np.uint8]:
    """
    A frontal photograph of *who*; *seed* decides the light, the wall, the small turn of the head and the grain.

    Returns:
        RGB, shape (size, size, 3), uint8: the face is about 0.45 of the width.
    """
    chance = np.random.default_rng([31, seed, who.seed])
    yaw, pitch, roll = chance.uniform(-5, 5), chance.uniform(-1, 5), chance.uniform(-2, 2)
    light = Light(
        azimuth=chance.uniform(-35, 35), elevation=chance.uniform(28, 42), key=chance.uniform(1.9, 2.3), sky=0.6
    )
    head = bake(who, round(chance.uniform(0, 0.2), 2))
    view = View(size, size, size / 3.1, (size * 0.5, size * 0.46), yaw, pitch, roll)
    picture, covered = render(head, view, light)
    wall = np.array([0.55, 0.60, 0.66], np.float32) * chance.uniform(0.9, 1.1)
    backdrop = (
        np.ones((size, size, 3), np.float32) * wall * np.linspace(1.08, 0.85, size, dtype=np.float32)[:, None, None]
    )
    whole = over(backdrop, picture, covered)
    grain = 0.008 * Noise(31, seed).numbers("grain").standard_normal((size, size, 1))
    return np.asarray(np.clip(blur(whole, 0.5) + grain, 0, 1) * 255, np.uint8)


def over(below: Map, picture: Map, covered: Map) -> Map:
    """A rendered picture, black where nothing is *covered*, laid over *below* with soft edges."""
    share = blur(covered, 0.7)[..., None]
    edge = blur(picture, 0.7) / np.maximum(share, 1e-3)  # the colour inside carried outwards: no dark line
    colour = np.where(covered[..., None] < 1, edge, picture)
    return as_map(below + (colour - below) * share)
