"""Tiny clips, made by the encoder that PyAV brings along."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

MILLISECOND = Fraction(1, 1000)


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    """
    Write a clip of 160 x 120, a key frame every 10 frames, one frame for each of *times_ms*.

    The picture: black, a red corner (40 x 20, top left), a bar that moves 2 pixels a frame, noise below.
    """

    def write(
        name: str = "clip.mp4",
        times_ms: Sequence[int] = range(0, 2000, 40),
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        rotation: int = 0,
        **options: str,
    ) -> Path:
        path = tmp_path / name
        noise = np.random.default_rng(1)
        with av.open(str(path), "w", options=options) as out:
            stream = out.add_stream(codec, rate=25, options={"g": "10"} if codec == "libx264" else {})
            stream.codec_context.thread_count = 1  # with more, the same pictures may give other bytes
            stream.width, stream.height, stream.pix_fmt = 160, 120, pix_fmt
            stream.time_base = stream.codec_context.time_base = MILLISECOND
            stream.set_display_rotation(rotation)
            for number, time_ms in enumerate(times_ms):
                picture = np.zeros((120, 160, 3), np.uint8)
                picture[:20, :40] = (255, 0, 0)
                picture[50:70, 2 * number % 150 :][:, :10] = 200
                picture[80:] = noise.integers(0, 255, (40, 160, 3))
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = time_ms, MILLISECOND
                out.mux(stream.encode(frame))
            out.mux(stream.encode())
        return path

    return write
