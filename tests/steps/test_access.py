"""Reading is logged too: who, when, why, to whom; whole lines, which the next step commits to, and missed when cut."""

import errno
import json
import os
import shutil
import subprocess
import sys

import pytest
from doubles import Interrupted

import toolkit
from toolkit.case import open_case
from toolkit.custody import access, chain, log, write
from toolkit.errors import UsageError
from toolkit.steps.consulted import NotLogged, consulted

FILES = {
    "raw/share_log/2017.csv": "entry_ref,occurred,recorded,unit_ref,post_ref,direction,use,recipient_ref,image_refs\n"
    "E-1,2017-01-03,2017-01-04,U-1,POST-1,out,facial_recognition,R-1,I-1\n"
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case that is sealed, ingested and reconstructed; made once."""
    root = tmp_path_factory.mktemp("access") / "case"
    toolkit.new(root, title="A case", from_="2016-05", to="2018-03")
    for name, text in FILES.items():
        (root / name).write_text(text)
    toolkit.seal(open_case(root))
    toolkit.ingest(open_case(root), workers=1)
    toolkit.reconstruct(open_case(root))
    return root


@pytest.fixture
def case(made, tmp_path, monkeypatch):
    """A copy of it; nobody has said who is asking."""
    for name in ("TOOLKIT_AS", "TOOLKIT_REASON", "TOOLKIT_TO", "TOOLKIT_KEY"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(made, tmp_path / "case")
    return open_case(tmp_path / "case")


def events(case):
    """Return the events of the log."""
    return [entry["event"] for entry in log.read(case.root / chain.LOG)]


def test_an_answer_is_on_record_before_it_is_seen(case, monkeypatch):
    """Who, what, when, why; and nothing where there was no answer to see."""
    with pytest.raises(UsageError):
        toolkit.ask(case, "Q99")
    assert [] == access.read(case.root)
    monkeypatch.setenv("TOOLKIT_AS", "POST-7")
    monkeypatch.setenv("TOOLKIT_REASON", "complaint 12")

    toolkit.ask(case, "1")
    toolkit.check(case, "r1")

    lines = access.read(case.root)
    assert ["ask Q01", "check R1"] == [line["what"] for line in lines]
    assert {("consultation", "POST-7", "complaint 12")} == {
        (line["operation"], line["by"], line["reason"]) for line in lines
    }
    assert sorted(line["at"] for line in lines) == [line["at"] for line in lines]


def test_the_next_step_commits_to_what_was_read(case):
    """An `access` line, also by a step with nothing else to do, once; verify knows a cut and an edit."""
    toolkit.ask(case)
    toolkit.check(case)
    before = events(case)
    toolkit.reconstruct(case)
    toolkit.reconstruct(case)
    assert ["access"] == events(case)[len(before) :]

    toolkit.report(case)
    assert ["access", "intent", "outcome"] == events(case)[len(before) :]
    toolkit.ask(case)

    kept = log.read(case.root / chain.LOG)[len(before)]
    path = case.root / access.ACCESS
    whole = path.read_bytes()
    assert (kept["lines"], kept["bytes"]) == (2, len(b"".join(whole.splitlines(keepends=True)[:2])))
    assert [] == toolkit.verify(case.root).failures
    assert [True, True, False] == [each.kept for each in toolkit.access(case) if each.operation == "consultation"]
    for wrong in (whole.splitlines(keepends=True)[0], whole.replace(b'"ask"', b'"bsk"'), b""):
        path.write_bytes(wrong)
        assert ["V521"] == [failure.code for failure in toolkit.verify(case.root).failures]


def test_readers_side_by_side_leave_whole_lines(case):
    """Six processes of thirty lines each: 180 lines, none mixed with another, in the order of each process."""
    script = (
        "import sys; from pathlib import Path; from toolkit.custody import access\n"
        "for n in range(30):\n"
        "    line = {'at': str(n), 'operation': 'consultation', 'what': sys.argv[2] * 300}\n"
        "    access.append(Path(sys.argv[1]), line)\n"
    )
    readers = [subprocess.Popen([sys.executable, "-c", script, case.root, str(n)]) for n in range(6)]
    assert [0] * 6 == [reader.wait() for reader in readers]

    lines = access.read(case.root)

    assert 180 == len(lines)
    for n in range(6):
        assert list(map(str, range(30))) == [line["at"] for line in lines if line["what"] == str(n) * 300]


def test_half_a_line_of_a_killed_reader_does_not_spoil_the_next(case):
    """What there is of it stays, on a line of its own; the next line is whole."""
    path = case.root / access.ACCESS
    path.write_bytes(b'{"at":"20')
    consulted(case, "ask")

    assert [{"torn": '{"at":"20'}, "ask"] == [
        line if "torn" in line else line["what"] for line in access.read(case.root)
    ]
    assert "a line that was not written whole" in [each.what for each in toolkit.access(case)]


class ReadOnly(Interrupted):
    """A disk that can only be read."""

    def step(self, *_):
        """Refuse."""
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_copy_that_cannot_be_written_answers_and_says_not_logged(case, monkeypatch):
    """Answers come, with a warning; on a disk that is only full, they do not."""
    monkeypatch.setattr(write, "disk", ReadOnly(0))

    with pytest.warns(NotLogged, match="not logged"):
        assert toolkit.ask(case, "Q01")

    assert not (case.root / access.ACCESS).exists()


def test_people_are_posts(case, monkeypatch):
    """A name, which has a space in it, is refused."""
    monkeypatch.setenv("TOOLKIT_AS", "Jane Doe")

    with pytest.raises(UsageError, match="expected the reference of a post"):
        consulted(case, "ask")


def test_everything_that_was_done_can_be_read_by_person_and_operation(case, run_cli, monkeypatch):
    """Steps by the log, readings by the access log, a bundle with whom it is for; the log only commits to a reason."""
    monkeypatch.setenv("TOOLKIT_AS", "POST-2")
    monkeypatch.setenv("TOOLKIT_REASON", "order 5")
    toolkit.link(case)
    monkeypatch.delenv("TOOLKIT_REASON")
    done = run_cli("bundle", case.root, "--out", case.root.parent / "for them", "--to", "OFFICE-9", "--as", "POST-3")
    assert 0 == done.returncode, done.stderr
    assert 0 == run_cli("ask", case.root, "--json", "--reason", "to know").returncode

    found = json.loads(run_cli("access", case.root, "--json").stdout)
    rows = [(each["by"], each["operation"], each["what"], each["to"], each["reason"]) for each in found]

    assert [
        ("POST-2", "combination", "link", "", "order 5"),
        ("POST-2", "consultation", "ask", "", "to know"),
        ("POST-3", "disclosure", "bundle for them", "OFFICE-9", ""),
        ("not stated", "alteration", "ingest", "", ""),
        ("not stated", "alteration", "reconstruct", "", ""),
        ("not stated", "collection", "seal", "", ""),
    ] == rows
    intent = log.read(case.root / chain.LOG)[-2]
    assert "order 5" not in json.dumps(intent.payload)
    assert open_case(case.root).root == case.root
