"""What no attack had reached: whole cases rolled back, disks that fail, other people's files, headers that lie."""

import datetime as dt
import errno
import io
import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

import toolkit
from toolkit.case import open_case
from toolkit.custody.digest import file_digest
from toolkit.errors import IntegrityError
from toolkit.faces.index import Clip, _rows
from toolkit.footage.container import Container, probe
from toolkit.footage.sealed import SealedFile, blocks_of
from toolkit.shown import visible
from toolkit.steps import gate, pieces, sweep
from toolkit.steps.limits import Limits
from toolkit.steps.workers import Failed, run
from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.scenes import passing

MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "authority 7"
necessity = "no other way"
purpose = "review"
cameras = ["*"]
window = "2017"
undated_footage = true
threshold = 0.5
expires = "2099-12-31"
reviewers = ["POST-2"]
"""
ENTRY = "entry_ref,narrative\nE-1,seven images\n"


@pytest.fixture
def case(new_case):
    """A sealed case with one register."""
    case = new_case({"raw/share_log/a.csv": ENTRY})
    toolkit.seal(case)
    return case


def test_a_case_that_was_rolled_back_whole_is_told_by_a_head_kept_outside(case, tmp_path):
    """Without one nobody can tell, and verify says so; with one it is named."""
    shutil.copytree(case.root, tmp_path / "earlier")
    toolkit.ingest(case, workers=1)
    head = tmp_path / "head"
    shutil.copy(case.root / "custody/checkpoint", head)
    shutil.rmtree(case.root)
    shutil.move(tmp_path / "earlier", case.root)

    alone, compared = toolkit.verify(case.root), toolkit.verify(case.root, heads=[head])

    assert alone.ok
    assert any("nobody could tell" in limit for limit in alone.limits)
    assert not compared.ok


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (b'E-1,"' + b'""' * 2_000_000 + b'"\n', None),  # one cell of quotes
        (b'"' + b"x,y\n" * 1_000_000, "T205"),  # a quote that never closes
        (b"\0" * 4_000_000, "T203"),
        (b"E-1,\0\n" * 500_000, "T203"),
    ],
)
def test_quotes_and_nulls_by_the_million_cost_no_more_than_their_source(new_case, rows, code):
    """Megabytes of what a parser has to look at twice: named by its code or quarantined, and the next one is read."""
    case = new_case({"raw/share_log/a.csv": b"entry_ref,narrative\n" + rows, "raw/share_log/b.csv": ENTRY})
    toolkit.seal(case)

    run = toolkit.ingest(case, workers=1)

    assert {code} - {None} <= {problem.code for problem in run.problems} <= {code, "T204", "T205", "W501"}
    assert case.table("entries").filter(source="raw/share_log/b.csv").height == 1


def bomb(kind):
    """Return a picture that is small in the file and large everywhere else."""
    made = io.BytesIO()
    if kind == "text":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("a", "x" * 80_000_000, zip=True)
        Image.new("L", (8, 8)).save(made, "PNG", pnginfo=texts)
    elif kind == "frames":
        Image.new("P", (4000, 4000)).save(made, "GIF", save_all=True, append_images=[Image.new("P", (4000, 4000))] * 9)
    else:
        Image.new("1", (30_000, 30_000)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(("kind", "codes"), [("text", {"M104"}), ("frames", {"M112"}), ("pixels", {"M105"})])
def test_a_picture_bomb_is_a_problem_of_its_picture(tmp_path, kind, codes):
    """In a process with limits: refused, or looked at once; never more memory than its limit."""
    path = tmp_path / "a"
    path.write_bytes(bomb(kind))
    asked = [(path, "raw/images/a", file_digest(path), "onnx")]

    [(_, found)] = run(asked, sweep.describe_sealed, 1, limits=lambda _: Limits(60.0, 2 << 30))

    assert codes == {problem.code for problem in found.problems}


def matroska(path, duration):
    """Write a second of footage whose header declares another duration, in milliseconds."""
    write_clip(passing(None, seconds=1.0), path.with_suffix(".mp4"))
    with av.open(str(path.with_suffix(".mp4"))) as read, av.open(str(path), "w", format="matroska") as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                written.mux(packet)
    path.with_suffix(".mp4").unlink()
    content = bytearray(path.read_bytes())
    at = content.index(b"\x44\x89\x88") + 3
    content[at : at + 8] = struct.pack(">d", duration)
    path.write_bytes(content)


@pytest.mark.parametrize("duration", [1e15, 1e300, float("nan"), -1e15])
def test_a_header_of_an_absurd_duration_ends_nothing(case, duration):
    """No file is longer than the calendar: it is indexed, or left out with its cause; frames are what there are."""
    path = case.root / "raw/footage/a.mkv"
    path.parent.mkdir(exist_ok=True)
    matroska(path, duration)
    (path.parent / "footage.csv").write_text("file,camera_id,starts,zone\na.mkv,KB-1,2017-01-09T08:30:00,UTC\n")
    with (case.root / "case.toml").open("a") as settings:
        settings.write(MANDATE)
    case = open_case(case.root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)

    run = toolkit.index(case, workers=1)

    assert {problem.code for problem in run.problems} <= {"M114"}
    [unit] = gate.work_list(case, gate.standing_mandate(case))
    assert pieces.limits(pieces.Piece(unit, "k")).silent_s < 3600
    assert pieces.most_frames(unit) <= path.stat().st_size


@pytest.mark.parametrize("at_s", [Fraction(2**62), -Fraction(2**62)])
def test_a_time_beyond_every_calendar_is_no_time(at_s):
    """A face seen then is undated; nothing overflows."""
    start = dt.datetime(2017, 1, 9, tzinfo=dt.UTC)
    look = type("Look", (), {"frame": 0, "pts_s": at_s, "elapsed_s": at_s, "after_reset": False})
    [row] = _rows(look, np.array([[1, 2, 3, 4]], np.int32), Clip("a", "0" * 64, "K", start, start), "e")

    assert (None, None) == (row["seen_earliest"], row["seen_latest"])


def fifo(path):
    """Put a pipe there that nobody writes to."""
    os.mkfifo(path)


def device(path):
    """Put a device there that never ends."""
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


def a_socket(path):
    """Put a socket there."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.close()


def link(path):
    """Put a link there that leads out."""
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [fifo, device, a_socket, link])
def test_what_is_no_file_in_the_place_of_sealed_footage_is_refused_and_not_waited_for(case, put):
    """Put there after it was sealed, and after its header was read."""
    path = case.root / "raw/footage/a.mp4"
    path.parent.mkdir(exist_ok=True)
    write_clip(passing(None, seconds=1.0), path)
    (path.parent / "footage.csv").write_text("file,camera_id,starts,zone\na.mp4,KB-1,2017-01-09T08:30:00,UTC\n")
    with (case.root / "case.toml").open("a") as settings:
        settings.write(MANDATE)
    case = open_case(case.root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)
    [unit] = gate.work_list(case, gate.standing_mandate(case))
    path.unlink()
    put(path)

    with pytest.raises(IntegrityError, match=r"raw/footage/a.mp4"):
        pieces.checked(unit)
    with pytest.raises(IntegrityError, match=r"a.mp4"):
        toolkit.index(case, workers=1)


@pytest.mark.parametrize("by", ["link", "content"])
def test_a_source_outside_the_case_that_was_swapped_is_refused(case, by, tmp_path):
    """Another file under its name, or a link: not what was sealed."""
    outside = tmp_path / "mount/log.csv"
    outside.parent.mkdir()
    outside.write_text(ENTRY)
    with (case.root / "case.toml").open("a") as settings:
        settings.write(f'[[sources]]\nkind = "share_log"\npath = "{outside.parent}"\n')
    case = open_case(case.root)
    toolkit.seal(case)
    (tmp_path / "other.csv").write_text(ENTRY.replace("E-1", "E-9"))
    outside.unlink()
    if by == "link":
        outside.symlink_to(tmp_path / "other.csv")
    else:
        shutil.copy(tmp_path / "other.csv", outside)

    with pytest.raises(IntegrityError, match=r"mount/log.csv"):
        toolkit.ingest(case, workers=1)


@pytest.fixture
def small_disk(case):
    """The cache of the case on a disk of its own, of 64 KiB."""
    cache = case.root / "cache"
    cache.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", cache], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root mounts a small disk")
    yield cache
    subprocess.run(["umount", cache], check=True)


def test_a_full_disk_under_the_cache_alone_is_said(case, small_disk, run_cli):
    """Exit 7, and when there is room again the run goes on."""
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (small_disk / "full").write_bytes(bytes(1 << 20))

    ran = run_cli("ingest", case.root)
    assert (7, True) == (ran.returncode, "Traceback" not in ran.stderr), ran.stderr
    (small_disk / "full").unlink()
    assert 0 == run_cli("ingest", case.root).returncode


class FailsLate(io.BytesIO):
    """A file on a disk that fails after its first bytes."""

    def read(self, *size):
        """Fail as the kernel does."""
        if self.tell():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(*size)


def test_a_disk_that_fails_while_a_file_is_read_is_an_error_of_that_file(tmp_path):
    """EIO comes through the decoder as itself: the piece fails, nothing is taken for the end of the footage."""
    path = tmp_path / "a"
    path.write_bytes(bytes(3 << 20))
    read = SealedFile(FailsLate(bytes(3 << 20)), blocks_of(path), "a")
    assert len(read.read())
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        read.read()


def cut_while_mapped(path):
    """Read a mapped file that another cuts short meanwhile: the kernel ends who reads it."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        os.truncate(path, 0)
        return text[:]


def test_a_register_that_is_cut_short_while_it_is_mapped_costs_itself(tmp_path):
    """SIGBUS ends the worker and never this process."""
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(1 << 20))

    [(_, found)] = run([path], cut_while_mapped, 1, limits=lambda _: Limits())

    assert isinstance(found, Failed)
    assert signal.SIGBUS.name in found.why or "ValueError" in found.why  # the second time it is empty


def test_a_case_of_another_user_is_read_and_not_written(case):
    """Exit 7 with the file's name; verify, which writes nothing, works."""
    if os.getuid() or not shutil.which("setpriv"):
        pytest.skip("only root can make files another's")
    for path in (case.root, *case.root.rglob("*")):
        os.chown(path, 65534, 65534)
    before = {path: path.stat().st_mtime_ns for path in case.root.rglob("*")}

    def as_other(*command):
        limited = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", sys.executable, "-m", "toolkit"]
        return subprocess.run([*limited, *map(str, command)], capture_output=True, text=True, check=False)

    for step in ("seal", "ingest", "run"):
        ran = as_other(step, case.root)
        assert (7, "Permission denied" in ran.stderr, "Traceback" in ran.stderr) == (ran.returncode, True, False)
    assert 0 == as_other("verify", case.root).returncode
    assert before == {path: path.stat().st_mtime_ns for path in case.root.rglob("*")}


@pytest.mark.parametrize("name", ["TMPDIR", "HOME", "XDG_CACHE_HOME"])
def test_no_folder_outside_the_case_is_needed(case, name, monkeypatch, run_cli):
    """A full or unwritable temporary folder, and a home that cannot be written, change nothing."""
    monkeypatch.setenv(name, "/proc")

    ran = run_cli("run", case.root)

    assert (0, False) == (ran.returncode, "Traceback" in ran.stderr)
    assert run_cli("verify", case.root).returncode == 0


HOSTILE = "=cmd|' /C calc'!A0\x1b[2J<script>alert(1)</script>\u202e"


@pytest.mark.parametrize("name", ["hand/links.csv", "hand/proposals.csv", "profiles/a.toml"])
def test_what_people_write_for_the_tool_acts_on_nobody_either(case, name, run_cli):
    """A hostile text in every place of it: refused or taken, shown as text, never raw."""
    path = case.root / name
    path.parent.mkdir(exist_ok=True)
    if name.endswith(".toml"):
        path.write_text(f"table = 'entries'\n[columns]\nentry_ref = {visible(HOSTILE)!r}\n")
    else:
        path.write_text(
            f'left,right,judgement,by,when,why\n"{HOSTILE}","{HOSTILE}",same,"{HOSTILE}",2020,"{HOSTILE}"\n'
        )

    for command in ("ingest", "link", "search"):
        ran = run_cli(command, case.root, *(["--proposals"] if command == "search" else []))
        assert ran.returncode in (0, 2, 3), ran.stderr
        said = ran.stdout + ran.stderr
        assert "Traceback" not in said
        assert [] == [char for char in said if char != "\n" and visible(char) != char]


def test_dimensions_beyond_every_camera_are_refused_by_the_header(tmp_path):
    """Before a frame is decoded; each in words."""
    path = tmp_path / "a.mp4"
    write_clip(passing(None, seconds=1.0), path)
    assert isinstance(probe(path, "a"), Container)
    content = bytearray(path.read_bytes())
    at = content.index(b"avc1") + 28
    for width, height in ((0, 0), (65_535, 65_535), (1, 65_535)):
        content[at : at + 4] = struct.pack(">HH", width, height)
        path.write_bytes(content)
        found = probe(path, "a")
        assert isinstance(found, Container) or found.code in {"M101", "M106"}
        assert not isinstance(found, Container) or found.width * found.height <= 64_000_000
