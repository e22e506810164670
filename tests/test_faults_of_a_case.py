"""
One folder for each fault that is not one of a table: `faults/<code>__<what>/fault.toml`.

It says what is done to a case, the command that meets it, its exit code and what it says. The case is a finished one,
or, with `start = "new"`, an empty one.
"""

import os
import re
import shutil
import tomllib
from contextlib import ExitStack
from pathlib import Path

import making
import pytest
from mandates import mandate

import toolkit
from toolkit.custody.verify import FAILURES
from toolkit.errors import EXIT_CODES
from toolkit.problems import CODES

HERE = Path(__file__).parent / "faults"
FAULTS = sorted(path.parent for path in HERE.glob("*/fault.toml"))
ELSEWHERE = {
    "F405": "tests/custody/test_digest.py",  # a file that changes while it is read needs a writer beside the reader
    "V519": "tests/custody/test_bundle.py",  # a statement that is false, in a bag that is made anew around it
    "V524": "tests/steps/test_erase.py",  # an erasure that a disk broke off
    "W501": "tests/test_bad_input.py",  # a picture that takes minutes, under a limit of seconds
}
"""Codes that no folder can show, and the tests that do."""

SETTINGS = """\
[case]
title = "Fault"
from = "2016"
to = "2018"
as_at = "2019-10-04"

[index]
looks_per_s = 2
"""
ENTRIES = "entry_ref,occurred,recorded,use,direction,image_refs\n"


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Return the folder of a finished case with a clip and a picture, and of an empty one."""
    top = tmp_path_factory.mktemp("faults")
    case = toolkit.new(top / "finished", title="Fault", from_="2016", to="2018")
    toolkit.new(top / "new", title="Fault", from_="2016", to="2018")
    (case.root / "case.toml").write_text(SETTINGS + mandate())
    entry = "E-1,2016-06-01,2016-06-01,facial_recognition,out,IMG-1\n"
    (case.root / "raw/share_log/2017.csv").write_text(ENTRIES + entry)
    (case.root / "raw/images/images.csv").write_text("file,image_ref,subject_ref,captured\ni.png,IMG-1,S-1,2016\n")
    (case.root / "raw/images/i.png").write_bytes(making.MAKERS["grey"](top / "x"))
    index = "file,camera_id,starts,zone\na.mp4,KB-1,2017-01-09T08:30:00,Europe/London\n"
    (case.root / "raw/footage/footage.csv").write_text(index)
    (case.root / "raw/footage/a.mp4").write_bytes(making.MAKERS["clip"](top / "a.mp4"))
    toolkit.run(toolkit.open_case(case.root), workers=1)
    return top


@pytest.mark.parametrize("folder", FAULTS, ids=lambda folder: folder.name)
def test_a_fault_ends_as_it_was_promised(folder, cases, tmp_path):
    """Its exit code, and words that say where, what was expected, what was found and what to do."""
    fault = tomllib.loads((folder / "fault.toml").read_text())
    if fault.get("skip") == "root" and os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    root = tmp_path / "case"
    shutil.copytree(cases / fault.get("start", "finished"), root)
    with ExitStack() as stack:
        doing = making.Doing(root, stack)
        for line in fault["do"]:
            doing.do(line)
        if "at" in fault:
            doing.root = root / fault["at"]
        command, *more = fault["run"]
        ran = doing.run(command, tuple(more))

    said = ran.stdout + ran.stderr
    assert fault["exit"] == ran.exit_code, said
    assert [words for words in fault["says"] if words not in said] == [], said


def test_each_fault_of_the_list_is_shown_or_said_not_to_be():
    """`faults/README.md` numbers 92; what it names is there, and what is not built is called so."""
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", (HERE / "README.md").read_text(), re.MULTILINE)
    named = {name for _, where in rows for name in re.findall("`(.+?)`", where)}

    assert [str(number) for number in range(1, 93)] == [number for number, _ in rows]
    assert [number for number, where in rows if "`" not in where and not where.startswith("not built")] == []
    assert {name for name in named if not (HERE / name).is_dir() and not (HERE.parents[1] / name).is_file()} == set()


def test_every_code_has_a_fixture():
    """No code of a problem, a failure or an exit is only promised; and no folder shows one that does not exist."""
    shown = {path.name.partition("__")[0] for path in HERE.iterdir() if path.is_dir()}
    exits = {f"E{code}" for code in EXIT_CODES if code not in (0, 1, 3, 9, 130)}
    known = {*CODES, *FAILURES, *exits}

    assert known - shown == ELSEWHERE.keys()
    assert shown - known == set()
    assert [path for path in ELSEWHERE.values() if not (HERE.parents[1] / path).is_file()] == []
    assert len(list(HERE.glob("*/"))) >= 90
