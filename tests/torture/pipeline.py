"""
Kill every step of a small case at its disk calls, and fail them, and see that running again gives the same tables.

The case has two clips of three seconds, a photograph and a share log. Each step is tortured from a copy of the case as
the steps before it left it. A killed step runs in a forked process, so that `kill -9` is what it is; a failed call is
met in one too. This process only loads Polars, decoders and the rest: what has threads must not work before a fork.
"""

import errno
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from doubles import Failing, Interrupted, KilledAfter, KilledBefore, KilledHalfWay, ShortOnce
from PIL import Image

import toolkit
from toolkit.case import open_case
from toolkit.custody import verify, write
from toolkit.errors import ToolkitError
from toolkit.steps import erase as _also  # noqa: F401 - before the first fork: what is loaded need not be loaded again
from toolkit.steps import run as _loaded  # noqa: F401
from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.people import cast, person
from toolkit.synthetic.portraits import portrait
from toolkit.synthetic.scenes import passing

MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "made up"
necessity = "to see that nothing is lost"
purpose = "torture"
cameras = ["KB-1"]
window = "2017"
threshold = 0.6
expires = "2098-12-31"
reviewers = ["POST-2", "POST-3"]
"""
LOG = (
    "entry_ref,occurred,recorded,unit_ref,post_ref,direction,use,recipient_ref,image_refs\n"
    "E-1,2017-01-03,2017-01-04,U-1,POST-1,out,facial_recognition,R-1,I-1\n"
)
FOOTAGE = (
    "file,camera_id,starts,zone\n"
    "a.mp4,KB-1,2017-01-09T08:30:00,Europe/London\n"
    "b.mp4,KB-1,2017-02-09T08:30:00,Europe/London\n"
)
IMAGES = "file,image_ref,subject_ref,captured\ni.png,I-1,SUB-01,2016-01-01\n"
STEPS = ("seal", "ingest", "index", "sweep", "link", "reconstruct", "report", "erase")
KILLS = (KilledBefore, KilledAfter, KilledHalfWay)
ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EACCES)


def make_case(root: Path) -> int:
    """Make the case."""
    toolkit.new(root, title="Torture", from_="2016", to="2018")
    settings = root / "case.toml"
    text = settings.read_text().replace('# as_at = "2019-10-04"', 'as_at = "2019-10-04"')
    text = text.replace("min_face_px = 40", "min_face_px = 80")  # a quarter of the time
    settings.write_text(text + MANDATE)
    who = person(cast().subjects["SUB-01"])
    for folder, name, text in (
        ("share_log", "2017.csv", LOG),
        ("footage", "footage.csv", FOOTAGE),
        ("images", "images.csv", IMAGES),
    ):
        (root / "raw" / folder / name).write_text(text)
    Image.fromarray(portrait(who, 1, 300)).save(root / "raw/images/i.png")
    write_clip(passing(who, seed=1), root / "raw/footage/a.mp4")
    write_clip(passing(None, seed=2), root / "raw/footage/b.mp4")
    return 0


def step(name: str, root: Path) -> int:
    """Do a step in this process; return its exit code."""
    if name == "erase":
        os.environ |= {"TOOLKIT_AS": "POST-1", "TOOLKIT_REASON": "torture"}
        toolkit.erase(open_case(root), "I-1", yes=True)
        return 0
    options = {"workers": 0} if name in ("ingest", "index", "sweep") else {}
    run: Callable[..., toolkit.Run] = getattr(toolkit, name)
    return run(open_case(root), **options).exit_code


def contents(root: Path) -> dict[str, bytes]:
    """Return what the steps made of the evidence: every table and report, but what names the log's head, or a time."""
    files = [path for folder in ("tables", "reports") for path in (root / folder).rglob("*") if path.is_file()]
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return {
        name: content
        for name, content in sorted(found.items())
        if not name.endswith(("report.html", "log_head.txt", "tombstones.parquet"))
    }


def in_child(act: Callable[[], int]) -> int | None:
    """Act in a forked process; None if it was killed, else its exit code."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = act()
        except ToolkitError as error:
            code = error.exit_code
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return None
    return os.waitstatus_to_exitcode(status)


def on_disk(double: Interrupted, name: str, root: Path) -> int | None:
    """Do a step in a forked process on this disk; None if it was killed, else its exit code."""

    def act() -> int:
        write.disk = double  # type: ignore[assignment]
        return step(name, root)

    return in_child(act)


class Pipeline:
    """The case before each step, how many disk calls the step makes, and what is there after it."""

    def __init__(self, folder: Path) -> None:
        """Make the case and do each step once, in processes of their own."""
        self.folder = folder
        assert in_child(lambda: make_case(folder / "0")) == 0
        self.calls: dict[str, int] = {}
        self.after: dict[str, dict[str, bytes]] = {}
        for number, name in enumerate(STEPS):
            before, after = folder / str(number), folder / str(number + 1)
            shutil.copytree(before, after)
            told = folder / "calls"

            def count(name: str = name, after: Path = after, told: Path = told) -> int:
                write.disk = counting = Interrupted(0)  # type: ignore[assignment]
                code = step(name, after)
                told.write_text(str(counting.calls))
                return code

            code = in_child(count)
            assert code in (0, 3), f"{name} ended with {code} before it was tortured"
            self.calls[name] = int(told.read_text())
            self.after[name] = contents(after)

    def copies(self, each: int, seed: int) -> Iterator[tuple[str, int, Path]]:
        """Yield (step, number of a disk call, fresh copy of the case before the step), every *each*-th call."""
        turn = seed
        for number, name in enumerate(STEPS):
            for at in range(1, self.calls[name] + 1):
                turn += 1
                if turn % each:
                    continue
                root = self.folder / "tried"
                shutil.copytree(self.folder / str(number), root, symlinks=True)
                yield name, at, root
                shutil.rmtree(root)

    def recovers(self, name: str, root: Path) -> None:
        """Run the step again: the same tables as without any interruption, and nothing that verify objects to."""
        code = on_disk(Interrupted(0), name, root)
        assert code in (0, 3), (name, code)
        assert contents(root) == self.after[name], name
        found = verify.verify(root)
        assert found.ok, [str(failure) for failure in found.failures]
        left = [path.name for path in root.rglob(".tmp-*")]
        assert not left, left


def kill_points(pipeline: Pipeline, each: int) -> int:
    """G1: kill before, after and half way through disk calls of every step; return how many recovered."""
    recovered = 0
    for turn, double in enumerate(KILLS):
        for name, at, root in pipeline.copies(each * len(KILLS), turn * each):
            code = on_disk(double(at), name, root)
            assert code is None, (name, at, code)
            verified = [failure.code for failure in verify.verify(root).failures]
            assert "V501" not in verified, (name, at)
            pipeline.recovers(name, root)
            recovered += 1
    return recovered


def faults(pipeline: Pipeline, each: int) -> dict[str, int]:
    """
    G3: let disk calls of every step fail with each error, or write less than asked; return how often, by exit code.

    A step that ends well must have left what it leaves without the fault; one that does not says so, and running again
    mends it.
    """
    codes: dict[str, int] = {}
    doubles = [*((Failing, number) for number in ERRORS), (ShortOnce, 0)]
    for turn, (double, number) in enumerate(doubles):
        for name, at, root in pipeline.copies(each * len(doubles), turn * each):
            code = on_disk(double(at, number), name, root)
            assert code is not None, (name, at)
            assert code in (0, 3, 4, 7), (name, at, number, code)
            if code in (0, 3):
                assert contents(root) == pipeline.after[name], (name, at, number)
                assert verify.verify(root).ok, (name, at, number)
            pipeline.recovers(name, root)
            codes[str(code)] = codes.get(str(code), 0) + 1
    return codes
