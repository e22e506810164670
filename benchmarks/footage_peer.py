"""`face_recognition` on footage, as its own video example does: every frame, RGB, upsampled once, every face."""

import argparse
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from toolkit.faces.reference import load_face_recognition


@dataclass(frozen=True)
class Seen:
    """Faces of the frames looked at: frame and box of each, descriptors, and what the pass cost."""

    frames: NDArray[np.int64]
    boxes: NDArray[np.int64]
    descriptors: NDArray[np.float64]
    looked_at: int
    cpu_s: float


def frame_by_frame(path: Path, only: Collection[int] | None = None) -> Seen:
    """Look at every frame, or at *only* some; all are decoded, one thread."""
    peer = load_face_recognition()
    frames, boxes, descriptors, looked_at = [], [], [], 0
    began = time.process_time()
    with av.open(str(path)) as opened:
        opened.streams.video[0].codec_context.thread_count = 1
        for number, frame in enumerate(opened.decode(video=0)):
            if only is not None and number not in only:
                continue
            looked_at += 1
            rgb = frame.to_ndarray(format="rgb24")
            places = peer.face_locations(rgb)
            frames += [number] * len(places)
            boxes += places
            descriptors += peer.face_encodings(rgb, places)
    cpu_s = time.process_time() - began
    return Seen(
        np.array(frames, np.int64),
        np.array(boxes, np.int64).reshape(-1, 4),
        np.array(descriptors).reshape(-1, 128),
        looked_at,
        cpu_s,
    )


def remembered(path: Path, only: Collection[int] | None = None) -> Seen:
    """Return what the peer finds in a clip, from an earlier pass where there is one: minutes that need no repeating."""
    kept = path.with_suffix(".peer.npz")
    if kept.exists():
        with np.load(kept) as found:
            return Seen(
                found["frames"],
                found["boxes"],
                found["descriptors"],
                int(found["looked_at"]),
                float(found["cpu_s"]),
            )
    seen = frame_by_frame(path, only)
    np.savez(kept, **vars(seen))
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    seen = remembered(parser.parse_args().clip)
    print(f"{seen.looked_at} frames, {len(seen.frames)} faces, {seen.cpu_s:.1f} s")
