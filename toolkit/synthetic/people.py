"""
Made-up people: 43 traits each, written as 43 bytes.

Lengths are in units of 100 mm on a head whose eyes are at (0, 0), y upwards. The traits are drawn independently within
ranges that are a caricature of human variety: fit to exercise software, unfit for any claim about groups of people.

`people.json` holds 40 codes found by searching for faces that dlib's descriptors keep far apart (results on them say
nothing about the accuracy of dlib on people): the subjects and the bystanders of the sample case, and 25 others.
"""

from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import msgspec
import numpy as np

T = TypeVar("T")
Hair = Literal["bald", "short", "receding", "bob", "long", "parted", "afro", "scarf", "buzz", "tall"]
Beard = Literal["none", "stubble", "moustache", "goatee", "full", "bushy"]
Glasses = Literal["none", "round", "square", "thick"]

HAIRS: tuple[Hair, ...] = get_args(Hair)
BEARDS: tuple[Beard, ...] = ("none", "none", "none", "stubble", "moustache", "goatee", "full", "bushy")
GLASSES: tuple[Glasses, ...] = ("none", "none", "none", "round", "square", "thick")


def _trait(low: float, high: float, meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(metadata={"low": low, "high": high, "meaning": meaning})


@dataclass(frozen=True)
class Person:
    """One identity. The order of the traits is the order of the bytes in a code."""

    skin: float = _trait(0, 1, "light to dark")
    warmth: float = _trait(-1, 1, "tint of the skin")
    face_w: float = _trait(0.60, 0.82, "half width of the face at the eyes")
    jaw_w: float = _trait(0.43, 0.66, "half width of the jaw")
    chin_w: float = _trait(0.20, 0.42, "half width of the chin")
    chin_y: float = _trait(-1.04, -1.28, "lower edge of the chin")
    forehead: float = _trait(0.52, 0.80, "height of the forehead")
    eye_apart: float = _trait(0.265, 0.365, "nose to middle of an eye")
    eye_w: float = _trait(0.125, 0.172, "half width of an eye")
    eye_h: float = _trait(0.032, 0.074, "half height of an eye")
    eye_tilt: float = _trait(-0.13, 0.18, "slope of the eye, outwards and up")
    socket: float = _trait(0.03, 0.15, "depth of the eye sockets")
    crease: float = _trait(0, 1, "fold above the eye")
    brow_y: float = _trait(0.115, 0.265, "height of the brows")
    brow_h: float = _trait(0.014, 0.072, "thickness of the brows")
    brow_arch: float = _trait(-0.035, 0.105, "arch of the brows")
    brow_in: float = _trait(0.06, 0.15, "nose to inner end of a brow")
    ridge: float = _trait(0, 0.12, "bone above the eyes")
    nose_y: float = _trait(-0.34, -0.57, "tip of the nose")
    nose_out: float = _trait(0.14, 0.32, "how far the nose stands out")
    nose_w: float = _trait(0.09, 0.205, "half width of the nose")
    bridge_w: float = _trait(0.045, 0.095, "half width of its bridge")
    hook: float = _trait(-0.05, 0.07, "curve of its bridge")
    mouth_w: float = _trait(0.17, 0.34, "half width of the mouth")
    mouth_drop: float = _trait(0.18, 0.32, "nose to mouth")
    lip_up: float = _trait(0.03, 0.10, "upper lip")
    lip_low: float = _trait(0.045, 0.13, "lower lip")
    lip_red: float = _trait(0, 1, "colour of the lips")
    cheek: float = _trait(0, 0.10, "cheekbones")
    hollow: float = _trait(-0.09, 0.08, "lower cheeks, sunken to full")
    age: float = _trait(0, 1, "folds and bags")
    iris: float = _trait(0, 1, "dark to light")
    hair_tone: float = _trait(0, 1, "black, brown, fair, grey, white")
    hair_kind: float = _trait(0, 1, "which of HAIRS")
    hair_volume: float = _trait(0.03, 0.16, "thickness of the hair")
    beard_kind: float = _trait(0, 1, "which of BEARDS")
    glasses_kind: float = _trait(0, 1, "which of GLASSES")
    freckles: float = _trait(0, 1, "seen above 0.72 on light skin")
    chin_out: float = _trait(-0.08, 0.08, "how far the chin stands out")
    puff: float = _trait(0, 1, "fullness around the eyes")
    ears: float = _trait(0.04, 0.16, "how far the ears stand out")
    asymmetry: float = _trait(0, 1, "left against right")
    makeup: float = _trait(0, 1, "seen above 0.7")
    code: str = ""

    @property
    def seed(self) -> int:
        """Seed of everything about a person that no trait says: grain of the skin, moles, clothes."""
        return int(self.code[:8], 16)

    @property
    def hair(self) -> Hair:
        """Style of the hair; none covers the brows, which the HOG detector needs to see."""
        return _pick(HAIRS, self.hair_kind)

    @property
    def beard(self) -> Beard:
        """Style of the beard; none under long hair or a scarf."""
        return "none" if self.hair in {"bob", "long", "parted", "scarf"} else _pick(BEARDS, self.beard_kind)

    @property
    def glasses(self) -> Glasses:
        """Style of the glasses."""
        return _pick(GLASSES, self.glasses_kind)


TRAITS = tuple(each for each in fields(Person) if each.metadata)


def _pick(options: tuple[T, ...], share: float) -> T:
    return options[min(int(share * len(options)), len(options) - 1)]


def person(code: str) -> Person:
    """
    The person with this code: one byte per trait in the order of `Person`, in hexadecimal.

    Raises:
        ValueError: If the code is not 43 bytes of hexadecimal.

    >>> person("ff" * 43).face_w
    0.82
    """
    levels = bytes.fromhex(code)
    if len(levels) != len(TRAITS):
        raise ValueError(f"a code must be {len(TRAITS)} bytes, found {len(levels)}: {code!r}")
    values = {
        each.name: each.metadata["low"] + (each.metadata["high"] - each.metadata["low"]) * level / 255
        for each, level in zip(TRAITS, levels, strict=True)
    }
    return Person(**values, code=code.lower())


def code_of(someone: Person) -> str:
    """The code that gives this person again, made from the traits (`someone.code` is what it was made from)."""
    levels = [
        round(
            (getattr(someone, each.name) - each.metadata["low"]) / (each.metadata["high"] - each.metadata["low"]) * 255
        )
        for each in TRAITS
    ]
    return bytes(levels).hex()


def random_person(seed: int) -> Person:
    """A person drawn at random, extremes more often than middles so that people lie far apart."""
    shares = np.random.default_rng([977, seed]).beta(0.75, 0.75, len(TRAITS))
    return person(bytes((shares * 255).round().astype(np.uint8)).hex())


class Cast(msgspec.Struct, frozen=True):
    """The identities of `people.json`, as codes."""

    subjects: dict[str, str]
    """By subject reference, SUB-01 to SUB-06: the persons of the sample case's images."""
    bystanders: list[str]
    others: list[str]


@lru_cache(maxsize=1)
def cast() -> Cast:
    """
    The identities that come with the room.

    >>> len(cast().subjects), len(cast().bystanders), len(cast().others)
    (6, 9, 25)
    """
    return msgspec.json.decode(Path(__file__).with_name("people.json").read_bytes(), type=Cast)
