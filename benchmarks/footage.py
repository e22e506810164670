"""
Footage: ours, sampled as it moves, against `face_recognition` frame by frame; one thread each, CPU seconds.

The peer's findings come from one whole pass, kept beside the clip; its time from a seeded sample of frames, taken in
turn with ours in this run, plus the decoding of every frame.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.footage_peer import remembered
from benchmarks.footage_scenes import FOLDER, SCENES, clip, people
from benchmarks.measuring import Result, at_most, faster, in_turn, spread
from benchmarks.profiles import explained
from toolkit.faces.engine import Onnx
from toolkit.faces.index import Clip, index_looks
from toolkit.faces.pictures import describe_image
from toolkit.faces.reference import load_face_recognition
from toolkit.footage.container import Container, probe
from toolkit.footage.sampled import Sampling, looks_at
from toolkit.footage.segments import segments
from toolkit.problems import Problem
from toolkit.synthetic.portraits import portrait
from toolkit.synthetic.scenes import Scene

ROUNDS = 3
SAMPLED = 16  # frames of the peer a round
THRESHOLD = 0.5
LEAST_S = 2.0  # appearances shorter than this are not counted
MIN_FACE_PX = 40
LARGE_S = 20  # of 1080p, for the memory of a worker

Found = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Frame and descriptor of each face."""


def measure() -> Iterator[Result]:
    """Measure the two streets, and the real clip where there is one."""
    yield from _street("busy", "busy street: 90 s, 720p, somebody in view all the time", 40)
    yield from _street("quiet", "quiet street: 10 min, 720p, somebody in view 5 % of the time", 200)
    real = Path(os.environ.get("TOOLKIT_REAL_DATA", "/nonexistent"))
    if (real / "clip.mp4").exists():
        yield from _real(real)
    yield memory()


def memory() -> Result:
    """Measure the memory of a worker at most, in a process of its own, on busy 1080p footage."""
    path = large()
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.footage", str(path)]
    peak = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 2**20
    note = f"1920 x 1080, {LARGE_S} s of the busy street enlarged; smallest face {MIN_FACE_PX} px; libraries included"
    return at_most("memory of an index worker", "the limit", peak, 1.5, 1, unit="GiB", note=note)


def large() -> Path:
    """Return the begin of the busy street in 1080p, making it where it is not there yet."""
    path = FOLDER / "large.mp4"
    if path.exists():
        return path
    unfinished = path.with_suffix(".part")
    with av.open(str(unfinished), "w", format="mp4") as opened:
        stream = opened.add_stream("libx264", rate=10, options={"preset": "veryfast", "g": "20"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for number, frame in enumerate(_decoded(clip("busy"))):
            if number == 10 * LARGE_S:
                break
            picture = frame.reformat(1920, 1080, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            opened.mux(stream.encode(picture))
        opened.mux(stream.encode())
    unfinished.rename(path)
    return path


def ours(path: Path) -> Found:
    """Find and describe as `toolkit index` does."""
    frames, descriptors = [np.empty(0, np.int64)], [np.empty((0, 128), np.float32)]
    container = _probed(path)
    for segment in segments(container):
        looks = looks_at(container, segment, Sampling(min_face_px=MIN_FACE_PX))
        found = index_looks(looks, Clip(path.name, "0" * 64), MIN_FACE_PX, Onnx(), piece=segment.number)
        frames.append(found.faces["frame"].to_numpy())
        descriptors.append(found.descriptors["descriptor"].to_numpy().reshape(-1, 128))
    return np.concatenate(frames), np.concatenate(descriptors)


def _street(name: str, title: str, goal: float) -> Iterator[Result]:
    path, scene = clip(name), SCENES[name]()
    yield from _timed(path, title, goal)
    peer = remembered(path, None if name == "busy" else _with_people(scene))
    theirs, wrong = _recognised(scene, (peer.frames, peer.descriptors))
    found, new = _recognised(scene, ours(path))
    lost = theirs - found
    recall = 1 - len(lost) / len(theirs)
    yield Result(
        f"{title}: (person, appearance) found",
        "face_recognition, every frame",
        len(theirs & found),
        len(theirs),
        recall,
        ">= 0.98 of its, no new false candidate",
        recall >= 0.98 and not new - wrong,  # noqa: PLR2004
        f"at {THRESHOLD}",
        f"false candidates (probe, person): ours {len(new)}, of these new {len(new - wrong)}, its {len(wrong)}",
    )


def _real(real: Path) -> Iterator[Result]:
    path = FOLDER / "real.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(real / "clip.mp4", path)
    title = "real clip: 9 s of television, 360p, cuts, moving camera"
    yield from _timed(path, title, 15)
    wanted = describe_image(real / "probe_in_clip.png")[0]
    peer, threshold, shots = remembered(path), 0.6, _shots(path)
    theirs, found = (
        {int(np.searchsorted(shots, frame, side="right")) for frame in frames[_distances(wanted, faces) <= threshold]}
        for frames, faces in ((peer.frames, peer.descriptors), ours(path))
    )
    yield Result(
        f"{title}: shots in which the person is found",
        "face_recognition, every frame",
        len(theirs & found),
        len(theirs),
        len(theirs & found) / len(theirs),
        "every shot of its",
        not theirs - found,
        f"at {threshold}",
    )


def _timed(path: Path, title: str, goal: float) -> Iterator[Result]:
    """Time ours, our looks without any face, the decoding of every frame, and the peer on some frames."""
    total = sum(1 for _ in _decoded(path))
    chosen = sorted(np.random.default_rng(7).choice(total, min(SAMPLED, total), replace=False).tolist())
    pictures = [frame for number, frame in enumerate(_decoded(path)) if number in chosen]
    ours(path), _peer(pictures[:1])  # both load their weights
    taken = in_turn(
        ROUNDS,
        time.process_time,
        ours=lambda: ours(path),
        looks=lambda: [look.luma for look in _looks(path)],
        decoding=lambda: sum(1 for _ in _decoded(path)),
        peer=lambda: _peer(pictures),
    )
    best = {name: float(np.median(each)) for name, each in taken.items()}
    a_frame = best["peer"] / len(pictures)
    note = f"medians of {ROUNDS} rounds: {spread(taken)} ({len(pictures)} frames, {a_frame * 1e3:.0f} ms each)"
    more = {"unit": "CPU s", "note": note}
    theirs = a_frame * total + best["decoding"]
    result = faster(title, "face_recognition, every frame", best["ours"], theirs, goal, **more)
    yield explained(result, lambda: ours(path))
    yield at_most(title, "the same looks, decoding alone (PyAV)", best["ours"], best["looks"], None, unit="CPU s")


def _looks(path: Path) -> Iterator[object]:
    container = _probed(path)
    for segment in segments(container):
        yield from looks_at(container, segment, Sampling(min_face_px=MIN_FACE_PX))


def _peer(pictures: list[av.VideoFrame]) -> None:
    peer = load_face_recognition()
    for picture in pictures:
        rgb = picture.to_ndarray(format="rgb24")
        peer.face_encodings(rgb, peer.face_locations(rgb))


def _decoded(path: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as opened:
        opened.streams.video[0].codec_context.thread_count = 1
        yield from opened.decode(video=0)


def _probed(path: Path) -> Container:
    container = probe(path, path.name)
    if isinstance(container, Problem):
        raise TypeError(str(container))
    return container


def _with_people(scene: Scene) -> set[int]:
    """Return the frames in which somebody is; in the others nobody can be found."""
    return {
        number
        for walk in scene.walks
        for number in range(max(0, int(walk.enters_s * scene.fps)), int((walk.enters_s + walk.seconds) * scene.fps) + 2)
        if number < scene.frames
    }


def _recognised(scene: Scene, found: Found) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """
    Return which (probe, walk) are candidates: those of the person who walks there, and those of others.

    A face belongs to the walks in whose time it was seen; a candidate is true if one of them is that person's.
    """
    frames, descriptors = found
    codes = [who.code for who in people()]
    at_s = frames / scene.fps
    true, false = set(), set()
    for probe_number, wanted in enumerate(_probes()):
        for face in np.flatnonzero(_distances(wanted, descriptors) <= THRESHOLD):
            walks = [
                number
                for number, walk in enumerate(scene.walks)
                if walk.enters_s <= at_s[face] <= walk.enters_s + walk.seconds and walk.seconds >= LEAST_S
            ]
            own = [number for number in walks if scene.walks[number].who.code == codes[probe_number]]
            true |= {(probe_number, number) for number in own}
            false |= {(probe_number, number) for number in walks if not own}
    return true, false


def _probes() -> NDArray[np.float32]:
    """Return a portrait of everybody, described."""
    kept = FOLDER / "probes.npy"
    if not kept.exists():
        engine = Onnx()
        found = []
        for who in people():
            picture = portrait(who, 1)
            boxes = engine.detect(picture, MIN_FACE_PX).boxes
            largest = boxes[[int(np.argmax(boxes[:, 2] - boxes[:, 0]))]]
            found.append(engine.describe(engine.views(picture, largest).chips)[0])
        np.save(kept, np.array(found))
    return np.load(kept)


def _distances(wanted: NDArray[np.float32], descriptors: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.linalg.norm(descriptors.astype(np.float64) - wanted, axis=1)


def _shots(path: Path) -> list[int]:
    """Return the first frame of each shot: where the picture changes more than any movement does."""
    small = [frame.to_ndarray(format="gray")[::8, ::8].astype(float) for frame in _decoded(path)]
    return [0, *(k for k in range(1, len(small)) if np.abs(small[k] - small[k - 1]).mean() > 15)]  # noqa: PLR2004


if __name__ == "__main__":  # a worker alone: prints its memory at most, KiB
    ours(Path(sys.argv[1]))
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
