"""The streets that footage is measured on: made up, so that who passes when is known; drawn once, kept under build/."""

import argparse
from datetime import datetime
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.people import Person, cast, person
from toolkit.synthetic.scenes import Scene
from toolkit.synthetic.shading import Light
from toolkit.synthetic.street import Camera
from toolkit.synthetic.walkers import Walk

FOLDER = Path("build/footage")
_CAMERA = Camera("B-1", seed=5, light=Light(azimuth=-20, elevation=40, key=1.6, sky=0.8))
_STARTS = datetime(2017, 3, 4, 12)  # noqa: DTZ001 - the clock burned into the picture has no zone


def people() -> list[Person]:
    """Everybody who passes somewhere, in a fixed order."""
    known = cast()
    return [person(code) for code in (*known.subjects.values(), *known.bystanders, *known.others)]


def busy(seconds: float = 90) -> Scene:
    """Somebody comes every 4.5 s and walks up to the camera for 11 s: always two or three people in view."""
    numbers = np.random.default_rng(20)
    enters = np.arange(-7.0, seconds - 9, 4.5)
    across = np.stack([numbers.uniform(-1.3, 1.3, len(enters)), numbers.uniform(-0.4, 0.4, len(enters))], 1)
    walks = tuple(
        Walk(who, float(at), 700 + turn, across_m=(float(start), float(end)))
        for turn, (who, at, (start, end)) in enumerate(zip(people(), enters, across, strict=False))
    )
    return Scene(_CAMERA, _STARTS, seconds, walks, seed=20)


def quiet(seconds: float = 600) -> Scene:
    """Nine people in ten minutes, one after the other, 29 s in all; five are in view for little over 2 s."""
    numbers = np.random.default_rng(21)
    from_m = (3.35, 4.3, 3.35, 8.0, 3.35, 4.3, 3.35, 4.3, 3.35)
    enters = (np.arange(len(from_m)) + numbers.uniform(0.05, 0.8, len(from_m))) * seconds / len(from_m)
    across = numbers.uniform(-0.4, 0.4, (len(from_m), 2))
    walks = tuple(
        Walk(who, round(float(at), 1), 800 + turn, from_m=away, across_m=(float(start), float(end)))
        for turn, (who, at, away, (start, end)) in enumerate(zip(people()[20:], enters, from_m, across, strict=False))
    )
    return Scene(_CAMERA, _STARTS, seconds, walks, seed=21)


SCENES = {"busy": busy, "quiet": quiet}


def clip(name: str) -> Path:
    """Return the clip of a scene, drawing it where it is not there yet (a key frame every 2 s; minutes of one core)."""
    path = FOLDER / f"{name}.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        write_clip(SCENES[name](), unfinished)
        unfinished.rename(path)
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(SCENES))
    Parallel(n_jobs=1)(delayed(clip)(name) for name in parser.parse_args().names)
