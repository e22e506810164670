"""Scenes written as H.264 in MP4, as an archive would hand them over."""

from pathlib import Path

import av

from toolkit.synthetic.scenes import Scene, render_frame


def write_clip(scene: Scene, path: Path, *, gop_s: int = 2, crf: int = 24, truncate_at: float | None = None) -> None:
    """
    Render every frame of *scene* and write the clip to *path*.

    The index of the file comes before its pictures, and nothing in it says when it was made. One thread: the same
    encoder writes the same bytes.

    Args:
        scene: What to show.
        path: The MP4 file to write; one that is there is replaced.
        gop_s: Seconds from one key frame to the next.
        crf: Quality of x264, lower is better.
        truncate_at: Where given, keep only this share (0 to 1) of the pictures' bytes, as when a copy broke off: the
            index survives and promises frames that are not there.
    """
    gop = str(gop_s * scene.fps)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=scene.fps)
        stream.width, stream.height = scene.size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = {
            "crf": str(crf),
            "preset": "medium",
            "threads": "1",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0",
        }
        for k in range(scene.frames):
            frame = av.VideoFrame.from_ndarray(render_frame(scene, k), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    if truncate_at is not None:
        content = path.read_bytes()
        start = _pictures_start(content)
        path.write_bytes(content[: start + round((len(content) - start) * truncate_at)])


def _pictures_start(content: bytes) -> int:
    """Offset of the box 'mdat', which holds the pictures, among the top-level boxes of an MP4 (ISO/IEC 14496-12)."""
    offset = 0
    while content[offset + 4 : offset + 8] != b"mdat":
        offset += int.from_bytes(content[offset : offset + 4])
    return offset
