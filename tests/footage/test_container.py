"""What a footage file is, by its content."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from toolkit.footage import container
from toolkit.footage.container import Container, probe
from toolkit.footage.looks import Looks
from toolkit.problems import Problem


def test_a_file_declares_what_it_holds(clip):
    """Duration, frames and rate come from the file, exactly."""
    path = clip()

    expected = Container(
        path, "raw/clip.mp4", "mov", "h264", 160, 120, Fraction(0), Fraction(2), 50, Fraction(25), None
    )
    assert expected == probe(path, "raw/clip.mp4")


@pytest.mark.parametrize(
    ("name", "demuxer"),
    [("a.mp4", "mov"), ("a.mov", "mov"), ("a.mkv", "matroska"), ("a.ts", "mpegts"), ("a.avi", "avi"), ("a.flv", "flv")],
)
def test_the_name_of_a_file_says_nothing(clip, name, demuxer):
    """Content decides: a container under another's name is opened as what it is."""
    path = clip(name)
    renamed = path.rename(path.with_name("footage.txt"))

    assert demuxer == probe(renamed, "footage.txt").demuxer


def test_creation_time_is_read_from_the_container(clip, tmp_path):
    """Where the register is silent, the container's own creation time is known, in UTC."""
    import av  # noqa: PLC0415 - only here is a file copied with other metadata

    path = tmp_path / "dated.mp4"
    with av.open(str(clip())) as given, av.open(str(path), "w") as out:
        out.metadata["creation_time"] = "2016-05-03T10:00:00Z"
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)

    assert datetime(2016, 5, 3, 10, tzinfo=UTC) == probe(path, "dated.mp4").created


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "M102"),
        (b"\xff" * 5000, "M103"),
        (np.random.default_rng(3).bytes(5000), "M103"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(500), "M101"),
        (b"\x1aE\xdf\xa3" + np.random.default_rng(3).bytes(500), "M101"),
    ],
)
def test_a_file_that_is_no_footage_is_named_with_its_fault(tmp_path, content, code):
    """Each kind of unreadable file has its own code, and the problem names the file."""
    path = tmp_path / "camera.mp4"
    path.write_bytes(content)

    found = probe(path, "raw/footage/camera.mp4")

    assert (code, "raw/footage/camera.mp4") == (found.code, found.origin.source)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXTINF:10,\n{canary}\n",
        "ffconcat version 1.0\nfile '{canary}'\n",
        "<?xml version='1.0'?>\n<MPD><BaseURL>{canary}</BaseURL></MPD>",
    ],
)
def test_a_list_of_other_files_is_refused(clip, tmp_path, playlist):
    """A playlist named .mp4 opens nothing, though the file it points to is sound footage."""
    path = tmp_path / "list.mp4"
    path.write_text(playlist.format(canary=clip()))

    assert probe(path, "list.mp4").code == "M107"


def test_a_codec_that_no_camera_writes_is_not_decoded(clip):
    """Hundreds of decoders come along; those that archives do not need are not run on what somebody sent: M111."""
    found = probe(clip("clip.avi", codec="zmbv", pix_fmt="bgr0"), "clip.avi")

    assert "M111 clip.avi: expected a codec that cameras use (toolkit.footage.container), found zmbv" in str(found)


def test_no_frame_larger_than_the_limit_is_decoded_whatever_the_header_says(clip, monkeypatch):
    """The decoder itself refuses them, so that a file may not grow half way through."""
    found = probe(clip(), "clip.mp4")
    monkeypatch.setattr(container, "MAX_PIXELS", 160 * 120 - 1)

    looks = Looks(found, looks_per_s=2)

    assert [] == list(looks)
    assert {"frame_undecodable": 50} == looks.examined().not_examined


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    """A missing file is counted, not a crash."""
    assert probe(tmp_path / "gone.mp4", "gone.mp4").code == "F406"


def test_a_recording_without_its_index_cannot_be_opened(clip):
    """An MP4 cut anywhere before its index (written last) opens in no decoder: M101, wherever the cut is."""
    path = clip()
    whole = path.read_bytes()
    index = whole.rindex(b"moov") - 4

    found = [_probe_cut(path, whole[:length]) for length in np.linspace(8, index, 50, dtype=int)]

    assert ["M101"] * 50 == [problem.code for problem in found]


def _probe_cut(path: Path, content: bytes) -> Problem:
    path.write_bytes(content)
    found = probe(path, "cut.mp4")
    assert isinstance(found, Problem)
    return found
