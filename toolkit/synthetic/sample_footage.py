"""
The pictures of the sample case: who is photographed, and who walks past which camera when.

SUB-01 to SUB-04 walk past inside the case's time (May 2016 to March 2018), SUB-05 after it, SUB-06 never; the others
are bystanders of whom no image exists.
"""

import csv
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from joblib import Parallel, delayed
from PIL import Image

from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.people import Person, cast, person
from toolkit.synthetic.portraits import portrait
from toolkit.synthetic.scenes import Scene
from toolkit.synthetic.shading import Light
from toolkit.synthetic.street import Camera
from toolkit.synthetic.walkers import Walk

ZONE = "Europe/London"
KB_1 = Camera("KB-1", seed=1, light=Light(azimuth=-30, elevation=40, key=1.7, sky=0.8))
_LATE_SUN = Light(azimuth=35, elevation=32, key=1.5, sky=0.85, warmth=0.35)
KB_2 = Camera("KB-2", seed=2, light=_LATE_SUN, exposure=0.92, height_m=1.9, horizon=205)


@dataclass(frozen=True)
class Photograph:
    """One custody image: its reference, whose it is, the day it was taken, the seed of its light and grain."""

    image_ref: str
    subject_ref: str
    captured: str
    seed: int


PHOTOGRAPHS = (
    Photograph("KX-01", "SUB-01", "2016-02-11", 1),
    Photograph("KX-02", "SUB-02", "2015-06-23", 1),
    Photograph("KX-03", "SUB-03", "2015-09-30", 1),
    Photograph("KX-04", "SUB-04", "2014-11-18", 1),
    Photograph("KX-05", "SUB-05", "2016-01-07", 1),
    Photograph("KX-06", "SUB-03", "2015-09-30", 1),  # KX-03 once more, under another reference
    Photograph("KX-07", "SUB-06", "2016-03-29", 1),
)


@dataclass(frozen=True)
class Footage:
    """One clip of the sample and, where its copy broke off, the share of its pictures that is left."""

    scene: Scene
    truncate_at: float | None = None

    @property
    def name(self) -> str:
        """File name: camera and day."""
        return f"{self.scene.camera.label.replace('-', '')}_{self.scene.starts:%Y-%m-%d}.mp4"


def _subject(number: int) -> Person:
    return person(cast().subjects[f"SUB-{number:02d}"])


def _bystander(number: int) -> Person:
    return person(cast().bystanders[number])


def _footage(
    camera: Camera,
    starts: str,
    seconds: float,
    *walks: tuple[Person, float, float, float],
    truncate_at: float | None = None,
) -> Footage:
    """Each walk: who, seconds until they come, metres right of the middle at the start and at the end."""
    began = datetime.fromisoformat(starts)
    seed = began.toordinal()
    way = tuple(
        Walk(who, enters_s, seed + turn, across_m=(start, end))
        for turn, (who, enters_s, start, end) in enumerate(walks)
    )
    return Footage(Scene(camera, began, seconds, way, seed), truncate_at)


def footage() -> list[Footage]:
    """Every clip of the sample, in the order of their dates."""
    clips = [
        _footage(
            KB_1,
            "2016-06-14T12:31:05",
            28,
            (_bystander(0), 0.0, -1.2, -0.35),
            (_subject(1), 5.0, 0.9, 0.25),
            (_bystander(1), 12.5, -0.4, 0.1),
        ),
        _footage(KB_2, "2016-10-08T16:04:40", 28, (_subject(2), 1.0, -0.8, -0.15), (_bystander(2), 8.0, 1.0, 0.3)),
        _footage(
            KB_1,
            "2017-02-21T09:15:22",
            28,
            (_bystander(3), 0.0, 1.1, 0.35),
            (_bystander(4), 6.0, -0.9, -0.3),
            (_subject(3), 13.0, 0.3, 0.05),
        ),
        _footage(KB_2, "2017-06-30T18:47:10", 28, (_subject(1), 2.0, 0.7, 0.1), (_bystander(5), 11.0, -0.8, -0.2)),
        _footage(
            KB_2,
            "2017-09-23T14:02:51",
            24,
            (_bystander(2), 1.0, 0.4, 0.2),
            (_bystander(4), 9.0, -0.6, -0.2),
            truncate_at=0.6,
        ),
        _footage(
            KB_1,
            "2017-11-09T13:20:33",
            28,
            (_subject(4), 0.0, 0.5, 0.2),
            (_bystander(6), 6.0, -1.0, -0.3),
            (_bystander(0), 14.0, 0.8, 0.15),
        ),
        _footage(KB_2, "2018-02-17T11:52:48", 30, (_bystander(7), 15.0, -0.5, 0.0)),  # nobody for the first half
        _footage(KB_1, "2018-06-12T17:05:19", 28, (_subject(5), 2.0, -0.6, -0.1), (_bystander(8), 10.0, 0.9, 0.3)),
    ]
    return sorted(clips, key=lambda clip: clip.scene.starts)


def write(case_dir: Path, workers: int = 1) -> None:
    """
    Write `raw/images` and `raw/footage` of the sample case, pictures and their lists; some minutes of one core.

    Args:
        case_dir: Folder of the case; what is there under the same names is replaced.
        workers: How many clips are rendered at a time.
    """
    _write_images(case_dir / "raw" / "images")
    folder = case_dir / "raw" / "footage"
    folder.mkdir(parents=True, exist_ok=True)
    clips = footage()
    Parallel(n_jobs=workers)(
        delayed(write_clip)(clip.scene, folder / clip.name, truncate_at=clip.truncate_at) for clip in clips
    )
    listed = [[clip.name, clip.scene.camera.label, clip.scene.starts.isoformat(), ZONE] for clip in clips]
    _write_list(folder / "footage.csv", ["file", "camera_id", "starts", "zone"], sorted(listed))


def _write_images(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[tuple[str, int], Path] = {}
    for photo in PHOTOGRAPHS:
        path, same = folder / f"{photo.image_ref}.jpg", written.get((photo.subject_ref, photo.seed))
        if same:
            shutil.copyfile(same, path)
            continue
        who = person(cast().subjects[photo.subject_ref])
        Image.fromarray(portrait(who, photo.seed)).save(path, quality=92)
        written[photo.subject_ref, photo.seed] = path
    rows = [[f"{photo.image_ref}.jpg", photo.image_ref, photo.subject_ref, photo.captured] for photo in PHOTOGRAPHS]
    _write_list(folder / "images.csv", ["file", "image_ref", "subject_ref", "captured"], rows)


def _write_list(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows([columns, *rows])
