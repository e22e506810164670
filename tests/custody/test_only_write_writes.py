"""Only `custody/write.py` writes into a case: seen by an audit hook while each step runs, and in the code."""

import ast
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import making
import pytest
from mandates import mandate

import toolkit

TOP = Path(toolkit.__file__).parent
SCRIPT = """
    import json, os, sys
    from pathlib import Path
    root = Path(sys.argv[1])
    seen = []

    WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def hook(event, arguments):
        paths = ()
        if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)) and arguments[2] & WRITES:
            paths = arguments[:1]
        elif event in ("os.rename", "os.link", "os.symlink"):
            paths = arguments[:2]
        elif event == "os.mkdir" and os.path.isdir(arguments[0]):
            pass  # it is there already: nothing happens
        elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "sqlite3.connect"):
            paths = arguments[:1]
        for path in paths:
            if not isinstance(path, int) and (place := Path(os.path.abspath(os.fsdecode(path)))).is_relative_to(root):
                frame, by = sys._getframe(), []
                while frame:
                    by.append(frame.f_code.co_filename)
                    frame = frame.f_back
                names = [Path(each).parts[-2:] for each in by]
                seen.append([event, place.relative_to(root).as_posix(), ("custody", "write.py") in names])

    import toolkit
    from toolkit.steps import run  # what is loaded is loaded
    sys.addaudithook(hook)
    case = toolkit.open_case(root)
    toolkit.run(case, workers=0)
    toolkit.ask(case), toolkit.check(case), toolkit.search(case, "image"), toolkit.verify(root)
    report = next((root / "reports").iterdir()).name
    toolkit.diff(case, report, report)
    toolkit.bundle(case, root.parent / "bag")
    print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Return the folder of a case, and (event, path, whether by write.py) of each call that changed something in it."""
    top = tmp_path_factory.mktemp("case")
    case = toolkit.new(top / "case", title="Written", from_="2016", to="2018")
    with (case.root / "case.toml").open("a") as settings:
        settings.write(mandate())
    entry = "entry_ref,occurred,use,direction,image_refs\nE-1,2016-06-01,facial_recognition,out,IMG-1\n"
    (case.root / "raw/share_log/2017.csv").write_text(entry)
    (case.root / "raw/images/images.csv").write_text("file,image_ref,subject_ref,captured\ni.png,IMG-1,S-1,2016\n")
    (case.root / "raw/images/i.png").write_bytes(making.MAKERS["grey"](top / "x"))
    (case.root / "raw/footage/a.mp4").write_bytes(making.MAKERS["clip"](top / "a.mp4"))
    before = {path for path in case.root.rglob("*") if path.is_file()}
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(case.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return case.root, before, json.loads(done.stdout.splitlines()[-1])


def test_every_change_of_a_case_is_made_by_one_module(seen):
    """But for the lock, which is nothing but a lock, and for `cache/`, which is never evidence."""
    _, _, calls = seen

    assert len(calls) > 200
    elsewhere = {(event, path) for event, path, by_write in calls if not by_write}
    assert {(event, path) for event, path in elsewhere if path.split("/")[0] != "cache"} == {("open", "custody/lock")}
    assert not any(path.startswith("raw/") for _, path, _ in calls)


def test_no_file_appears_that_no_such_call_made(seen):
    """What native code writes past Python would be here: every new file was named by a call of the module."""
    root, before, calls = seen
    made = {path for _, path, by_write in calls if by_write}

    after = {path for path in root.rglob("*") if path.is_file()} - before
    new = {path.relative_to(root).as_posix() for path in after if not path.is_relative_to(root / "cache")}

    assert len(new) > 50
    assert new - made == {"custody/lock"}


WRITERS = {"write_text", "write_bytes", "write_parquet", "write_database", "write_excel", "write_ipc", "sink_parquet",
           "sink_csv", "sink_ndjson", "mkdir", "unlink", "rmdir", "rmtree", "copytree", "copyfile", "copy2", "touch",
           "symlink_to", "hardlink_to", "savefig", "to_csv", "to_parquet"}  # fmt: skip
MAY = {
    "audit/charts.py": "a figure, into memory",
    "custody/disk.py": "what write.py calls",
    "custody/write.py": "the module",
    "custody/standalone.py": "the verifier in a bundle; writes to a temporary folder of its own",
    "readers/fulltext.py": "cache/text.sqlite",
    "steps/bundle.py": "a folder outside the case",
    "steps/demo.py": "copies the sample before it is a case",
    "steps/key.py": "a key, outside every case",
    "steps/new.py": "makes the folder before it is a case",
    "steps/pieces.py": "folders of cache/index",
}
"""Files that call what writes, and why they may."""


def writes(tree):
    """Yield the calls in a file that write, but for those of the module `write`."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        of = call.func.value if isinstance(call.func, ast.Attribute) else None
        by_us = isinstance(of, ast.Name) and of.id == "write"
        modes = [
            part.value for part in (*call.args, *(key.value for key in call.keywords)) if isinstance(part, ast.Constant)
        ]
        opens = name in ("open", "fdopen") and any(
            isinstance(m, str) and m[:1] in "wax" and len(m) < 4 for m in modes if m
        )
        if (name in WRITERS and not by_us) or opens:
            yield f"line {call.lineno}: {name}"


def test_nothing_else_in_the_code_writes():
    """A new call is a decision: it goes through `custody/write.py`, or is listed above with its reason."""
    files = sorted(path for path in TOP.rglob("*.py") if "synthetic" not in path.parts)
    found = {path.relative_to(TOP).as_posix(): list(writes(ast.parse(path.read_text("utf-8")))) for path in files}

    selftest = "steps/assertions/"  # works on a case of its own, in a temporary folder
    assert {
        name: calls for name, calls in found.items() if calls and name not in MAY and not name.startswith(selftest)
    } == {}
