"""Files that no text can say, and what is done to a case, by the names that `faults/*/fault.toml` use."""

import io
import os
import resource
import shutil
import socket
import struct
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import toolkit
from toolkit.cli import main
from toolkit.custody import chain, digest, lock, log

PICTURES = Path(__file__).parents[2] / "data_samples" / "kings_boulevard" / "raw" / "images"
AT = "2026-01-05T00:00:00+00:00"


def small_clip(path: Path, codec: str = "libx264", pix_fmt: str = "yuv420p", **options: str) -> bytes:
    """Write a second of a bar that moves, and return the bytes."""
    kind = {"libx264": {"g": "10"}}.get(codec, {})
    with av.open(str(path), "w", options=options) as out:
        stream = out.add_stream(codec, rate=25, options=kind)
        stream.codec_context.thread_count = 1
        stream.width, stream.height, stream.pix_fmt = 160, 120, pix_fmt
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(25):
            picture = np.random.default_rng(number).integers(0, 255, (120, 160, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = 40 * number, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path.read_bytes()


def _clip(path: Path) -> bytes:
    return small_clip(path.with_name("made.mp4"), movflags="faststart")


def _damaged(path: Path) -> bytes:
    content = bytearray(_clip(path))
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    return bytes(content)


def _giant(path: Path) -> bytes:
    """A small raw AVI whose header says 9000 x 8000."""
    content = small_clip(path.with_name("made.avi"), "rawvideo", "bgr24")
    place = content.index(b"strf") + 8
    return content[: place + 4] + struct.pack("<ii", 9000, 8000) + content[place + 12 :]


def _png_bomb(_: Path) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


def _grey(_: Path) -> bytes:
    return _saved(Image.fromarray(np.full((200, 200, 3), 128, np.uint8)))


def _two_faces(_: Path) -> bytes:
    one, two = (Image.open(PICTURES / name).convert("RGB") for name in ("KX-01.jpg", "KX-02.jpg"))
    both = Image.new("RGB", (one.width + two.width, max(one.height, two.height)), (128, 128, 128))
    both.paste(one, (0, 0))
    both.paste(two, (one.width, 0))
    return _saved(both)


def _saved(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


MAKERS: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda _: b"",
    "ff_bytes": lambda _: b"\xff" * 5000,
    "grey": _grey,
    "cut_jpeg": lambda path: _grey(path)[:600],
    "png_bomb": _png_bomb,
    "two_faces": _two_faces,
    "clip": _clip,
    "moovless_mp4": lambda _: b"\x00\x00\x00\x20ftypisom" + bytes(500),
    "cut_mp4": lambda path: _clip(path)[: -len(_clip(path)) // 3],
    "damaged_mp4": _damaged,
    "giant_avi": _giant,
    "playlist": lambda _: b"#EXTM3U\n#EXTINF:10,\na.mp4\n",
    "avi_without_times": lambda path: small_clip(path.with_name("made.avi")),
    "odd_codec": lambda path: small_clip(path.with_name("made.avi"), "zmbv", "bgr0"),
}


def make(root: Path, what: str, at: str) -> None:
    """Make a file of MAKERS; or one whose name no TOML can say."""
    if what == "latin_1_name":
        (Path(os.fsdecode(os.fsencode(root / at) + b"/caf\xe9.csv"))).write_text("post_ref\n")
    elif what == "newline_name":
        (root / at / "a\nT204 raw").mkdir()
        (root / at / "a\nT204 raw" / "b.csv").write_text("x\n")
    else:
        path = root / at
        path.write_bytes(MAKERS[what](root.parent / path.name))


class Doing:
    """
    What a fault does to a case: the keys of its lines. What is held is let go when the stack ends.

    A path is below the case and may be a pattern: then the first file that it fits is meant.
    """

    def __init__(self, root: Path, stack: ExitStack) -> None:
        """Do it to the case in *root*."""
        self.root, self.stack = root, stack

    def do(self, line: dict[str, object]) -> None:
        """Do one line: its first key says what."""
        (what, first), *rest = line.items()
        getattr(self, what)(first, **dict(rest))

    def one(self, pattern: str) -> Path:
        """Return the first path that fits."""
        if "*" not in pattern:
            return self.root / pattern
        return next(path for path in sorted(self.root.glob(pattern)))

    def write(self, path: str, text: str) -> None:
        """Write a text."""
        self.one(path).parent.mkdir(parents=True, exist_ok=True)
        self.one(path).write_text(text)

    def append(self, path: str, text: str) -> None:
        """Write a text behind what is there."""
        with self.one(path).open("a") as file:
            file.write(text)

    def replace(self, path: str, was: str, now: str) -> None:
        """Replace what stands there once or more; the first."""
        text = self.one(path).read_text()
        assert was in text
        self.one(path).write_text(text.replace(was, now, 1))

    def cut(self, path: str, lines: int) -> None:
        """Take lines off the end."""
        kept = self.one(path).read_bytes().splitlines(keepends=True)[:-lines]
        self.one(path).write_bytes(b"".join(kept))

    def flip(self, path: str) -> None:
        """Flip a bit in the middle."""
        content = bytearray(self.one(path).read_bytes())
        content[len(content) // 2] ^= 1
        self.one(path).write_bytes(content)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self.one(path).unlink()

    def move(self, path: str, to: str) -> None:
        """Give a file another name."""
        self.one(path).rename(self.root / to)

    def copy(self, path: str, to: str) -> None:
        """Copy a file."""
        shutil.copy(self.one(path), self.root / to)

    def link(self, path: str, to: str) -> None:
        """Make a link."""
        self.one(path).symlink_to(to)

    def fifo(self, path: str) -> None:
        """Make a pipe."""
        os.mkfifo(self.one(path))

    def socket(self, path: str) -> None:
        """Make a socket."""
        here = Path.cwd()
        made = self.stack.enter_context(socket.socket(socket.AF_UNIX))
        os.chdir(self.one(path).parent)  # a socket's path may be 108 bytes long
        made.bind(self.one(path).name)
        os.chdir(here)

    def forbid(self, path: str) -> None:
        """Let nobody read it."""
        self.one(path).chmod(0)

    def make(self, what: str, at: str) -> None:
        """Make a file that no text can say."""
        make(self.root, what, at)

    def run(self, command: str, args: tuple[str, ...] = ()) -> Result:
        """Run a command of the tool on the case; an argument that begins with ../ is a path beside it."""
        reports = sorted((self.root / "reports").glob("*"))
        given = [str(self.root / each) if each.startswith("../") else each for each in args]
        named = [reports[0].name if each == "REPORT" else each for each in given]
        return CliRunner().invoke(main, [command, str(self.root), *named])

    def sign(self, _: int) -> None:
        """Let a signer take the case over, who is listed in case.toml from then on."""
        self.signers(1)
        self._sign("key")

    def lose(self, _: int) -> None:
        """Let a new key sign, the old being lost."""
        key = toolkit.new_key(self.root.parent / "new", name="new")
        text = (self.root / "case.toml").read_text()
        (self.root / "case.toml").write_text(f'signers = ["{key}"]\n' + text.split("\n", 1)[1])
        self._sign("new", lost=True)

    def _sign(self, key: str, *, lost: bool = False) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TOOLKIT_KEY", str(self.root.parent / key))
            toolkit.sign(toolkit.open_case(self.root), lost=lost)

    def unsigned(self, event: str) -> None:
        """Append a line as one who has no key can: well formed, and nobody signed it."""
        path = self.root / chain.LOG
        entries = chain.load(path).entries
        line = {"event": event, "step": "report", "outputs": {}, "unit": "x", "n": len(entries), "at": AT}
        with path.open("ab") as file:
            file.write(digest.canonical({**line, "prev": entries[-1].digest}) + b"\n")

    def claim(self, path: str) -> None:
        """Let the log say that a step wrote a file."""
        line = {"event": "outcome", "step": "odd", "outputs": {path: digest.file_digest(self.root / path)}}
        log.append(self.root / chain.LOG, line, AT)

    def signers(self, _: int) -> None:
        """List a signer in case.toml, who has signed nothing."""
        key = toolkit.new_key(self.root.parent / "key", name="office")
        settings = self.root / "case.toml"
        settings.write_text(f'signers = ["{key}"]\n' + settings.read_text())

    def erase(self, image: str) -> None:
        """Erase an image."""
        who = {"TOOLKIT_AS": "POST-1", "TOOLKIT_WITNESS": "POST-2", "TOOLKIT_REASON": "a fault"}
        ran = CliRunner().invoke(main, ["erase", str(self.root), "--image", image, "--yes"], env=who)
        assert ran.exit_code == 0, ran.output

    def hold(self, _: str) -> None:
        """Work on the case."""
        self.stack.enter_context(lock.locked(self.root))

    def room(self, size: int) -> None:
        """Let no file grow beyond a size, as on a disk that is full."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.stack.callback(resource.setrlimit, resource.RLIMIT_FSIZE, before)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    def clock(self, at: str) -> None:
        """Let a machine whose clock shows this time have worked on it last."""
        log.append(self.root / chain.LOG, {"event": "intent", "step": "seal", "tool": toolkit.__version__}, at)

    def newer(self, version: str) -> None:
        """Let a newer version of the tool have written last."""
        log.append(self.root / chain.LOG, {"event": "intent", "step": "seal", "tool": version}, AT)
