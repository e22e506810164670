"""Fault 81: to ffmpeg a name can be an option, a protocol or a pattern; to us it is the name of one regular file."""

from dataclasses import replace
from pathlib import Path

from toolkit.footage.container import probe
from toolkit.footage.looks import Looks

NAMES = (
    "-i.mp4",
    "-f lavfi -i testsrc.mp4",
    "concat:canary.mp4|canary.mp4",
    "file:canary.mp4",
    "subfile,,start,0,end,0,,:canary.mp4",
    "async:cache:canary.mp4",
    "http:..mp4",
    "tcp:127.0.0.1:9.mp4",
    "data:video;base64,AAAA.mp4",
    "pipe:0.mp4",
    "pipe:",
    "%d.mp4",
    "%03d.mp4?listen=1#t=1",
    "*.mp4",
    "[0:v]null.mp4",
    "$(touch written).mp4",
    "~.mp4",
    "a\\'b\".mp4",
)


def looked_at(path):
    """Return what a file declares and each look at it, but for its name."""
    found = probe(path, "a source")
    looks = Looks(found, 2)
    seen = [(look.frame, look.pts_s, look.rgb.tobytes()) for look in looks]
    return replace(found, path=Path()), seen, looks.examined()


def test_footage_is_looked_at_whatever_it_is_called(clip, tmp_path, monkeypatch):
    """The same looks as under a plain name, by a path of either kind; where a name would lead lies another clip."""
    plain = clip("plain.mp4", range(0, 1200, 40)).read_bytes()
    other = clip("canary.mp4", range(0, 400, 40)).read_bytes()
    for led_to in ("0.mp4", "1.mp4", "000.mp4"):
        (tmp_path / led_to).write_bytes(other)
    for name in NAMES:
        (tmp_path / name).write_bytes(plain)
    monkeypatch.chdir(tmp_path)
    around = {path: path.read_bytes() for path in tmp_path.iterdir()}

    expected = looked_at(tmp_path / "plain.mp4")

    assert [0, 13, 25] == [frame for frame, *_ in expected[1]]
    assert [] == [name for name in NAMES if not looked_at(Path(name)) == looked_at(tmp_path / name) == expected]
    assert around == {path: path.read_bytes() for path in tmp_path.iterdir()}
