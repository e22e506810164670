"""`toolkit plan`: how long the index will take, before anybody has to decide whether it may run."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import joblib
import numpy as np
import pyarrow.parquet as pq

from toolkit.case import Case
from toolkit.faces.engine import Engine, engine_named
from toolkit.faces.graphs import CHIP_PX
from toolkit.faces.sought import LARGE_PX
from toolkit.footage.container import Container
from toolkit.footage.sampled import Sampling, looks_at
from toolkit.footage.segments import segments
from toolkit.problems import Problem
from toolkit.steps import workers as lanes
from toolkit.steps.clock import today
from toolkit.steps.forecast import Forecast
from toolkit.steps.gate import keeps_descriptors, probed
from toolkit.steps.limits import SILENT_S, Limits, each_alive
from toolkit.steps.looking import ENGINE
from toolkit.steps.pieces import CUT_BYTES_PER_S

SAMPLES = 4
"""Segments that are decoded, about a minute each: enough for the order of magnitude, done in seconds."""

FACE_BYTES = 560
"""Parquet bytes of a face and its descriptor, measured on the sample case: 128 float32 hardly compress."""

_FRAME = (720, 1280)  # a blank frame and blank chips stand for real ones: what the networks do is the same for all
_CHIPS = 16


def plan(case: Case, *, workers: int | None = None, price: float | None = None) -> Forecast:
    """
    Forecast hours, storage and cost of the index from a timed sample of the footage.

    A few segments, the same ones every time, are decoded to see how much of them moves. No face is looked for, so it
    needs no mandate. Nothing is written. It also says what a probe costs that comes when descriptors are forgotten.

    Args:
        case: The case; it need not be sealed. All its footage counts, whatever the mandate covers.
        workers: Workers that would share the work; all cores where None.
        price: Of an hour of one worker, in any currency.
    """
    opened, not_opened = _footage(case)
    known = [each for each in opened if _length_s(each)]
    total_s = float(sum(_length_s(each) for each in known))
    engine, settings = engine_named(ENGINE), case.settings.index
    sampling = Sampling(settings.looks_per_s, settings.min_face_px, settings.exhaustive)
    taken = _Taken.of(_sample(known), sampling)
    often, seldom = (
        _per_pixel_s(engine, settings.min_face_px),
        _per_pixel_s(engine, max(settings.min_face_px, LARGE_PX)),
    )
    most_s = taken.scaled(total_s, often)
    least_s = min(taken.scaled(total_s, seldom), most_s)
    mandate = case.settings.mandate
    return Forecast(
        files=len(opened),
        not_opened=not_opened,
        no_length=len(opened) - len(known),
        footage_hours=total_s / 3600,
        footage_bytes=sum(each.path.stat().st_size for each in known),
        sampled_s=taken.footage_s,
        searched_share=taken.searched_px / taken.whole_px if taken.whole_px else 0.0,
        worker_hours_least=least_s / 3600,
        worker_hours_most=most_s / 3600,
        workers=workers or joblib.cpu_count(),
        describing_s=_describing_s(engine) * 1000,
        face_bytes=FACE_BYTES * 1000,
        cost_least=None if price is None else price * least_s / 3600,
        cost_most=None if price is None else price * most_s / 3600,
        kept_until=mandate.keep_descriptors_until if mandate and keeps_descriptors(mandate, today(case)) else None,
        again_hours=taken.scaled(total_s, 0.0) / 3600,
        faces=_faces(case),
    )


@dataclass(frozen=True)
class _Taken:
    """What decoding the sample took, and how much of it would be searched."""

    footage_s: float = 0.0
    cpu_s: float = 0.0
    searched_px: int = 0
    whole_px: int = 0

    @classmethod
    def of(cls, sample: Sequence[tuple[Container, float]], sampling: Sampling) -> "_Taken":
        footage_s, cpu_s, searched, whole = 0.0, 0.0, 0, 0
        for (container, _), taken in lanes.run(sample, partial(_decode, sampling), 1, limits=_limits):
            if isinstance(taken, lanes.Failed):
                continue
            each_s, took_s, looked_px = taken
            cpu_s += took_s
            footage_s += each_s
            searched += looked_px
            whole += int(each_s * sampling.looks_per_s * container.width * container.height)
        return cls(footage_s, cpu_s, searched, whole)

    def scaled(self, total_s: float, per_pixel_s: float) -> float:
        """Return the seconds for so much footage."""
        return (self.cpu_s + self.searched_px * per_pixel_s) * total_s / self.footage_s if self.footage_s else 0.0


def _faces(case: Case) -> int | None:
    """Return how many faces an index found."""
    folder = case.folder("index") / "faces"
    return (
        sum(pq.read_metadata(case.checked(path)).num_rows for path in sorted(folder.glob("*.parquet")))
        if folder.is_dir()
        else None
    )


def _decode(sampling: Sampling, sampled: tuple[Container, float]) -> tuple[float, float, int]:
    """Decode the segment at a second; return its length, the CPU seconds it took, and the pixels to search."""
    container, at_s = sampled
    pieces = segments(container)
    began, searched = time.process_time(), 0
    each_s = float(_length_s(container)) / len(pieces)
    piece = pieces[min(int(at_s / each_s), len(pieces) - 1)]
    for look in each_alive(looks_at(container, piece, sampling)):
        frame = look.luma.size
        searched += frame if look.regions is None else sum(_area(region) for region in look.regions)
    return each_s, time.process_time() - began, searched


def _limits(sampled: tuple[Container, float]) -> Limits:
    """Return what a sample may take: all of its file is read, at 5 MB a second or more, and part of it decoded."""
    return Limits(SILENT_S + sampled[0].path.stat().st_size / CUT_BYTES_PER_S)


def _footage(case: Case) -> tuple[list[Container], int]:
    """Return the footage that a decoder opens, by path, and how many files none does."""
    folder = case.root / "raw" / "footage"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".csv")
    found = probed([(path, case.relative(path)) for path in files if not path.is_symlink()])
    opened = [each for _, each in sorted(found.items()) if not isinstance(each, Problem)]
    return opened, len(found) - len(opened)


def _length_s(container: Container) -> Fraction:
    if container.duration_s is None and container.frames and container.rate:
        return container.frames / container.rate
    return container.duration_s or Fraction(0)


def _sample(known: Sequence[Container]) -> list[tuple[Container, float]]:
    """Return files and seconds in them: drawn over the whole length with a fixed seed, so always the same ones."""
    if not known:
        return []
    lengths = [float(_length_s(each)) for each in known]
    drawn = random.Random(0)  # noqa: S311 - a sample, not a secret
    picked = drawn.choices(range(len(known)), weights=lengths, k=SAMPLES)
    return [(known[place], drawn.uniform(0, lengths[place])) for place in sorted(picked)]


def _per_pixel_s(engine: Engine, min_face_px: int) -> float:
    """Return the seconds of searching a pixel for faces of this size, on a blank picture."""
    blank = np.full(_FRAME, 128, np.uint8)
    engine.detect(blank, min_face_px)  # loads the weights
    began = time.process_time()
    engine.detect(blank, min_face_px)
    return (time.process_time() - began) / blank.size


def _describing_s(engine: Engine) -> float:
    """Return the seconds of describing a face, on blank chips."""
    blank = np.zeros((_CHIPS, CHIP_PX, CHIP_PX, 3), np.uint8)
    engine.describe(blank)
    began = time.process_time()
    engine.describe(blank)
    return (time.process_time() - began) / _CHIPS


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
