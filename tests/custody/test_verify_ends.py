"""`verify` ends: whatever lies where a file should, it says which, with 4, and neither hangs nor breaks."""

import os
import shutil
import signal
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner
from doubles import Forgetful
from small import bag_of, both_say, small_case, unsigned_line

import toolkit
from toolkit.cli import main
from toolkit.custody import chain, erasure, standalone, verify, write
from toolkit.custody.heads import Trust

REPORT = "reports/beae4b312e4a/report.html"
LONGEST_S = 20
FILES = (
    "custody/log.jsonl",
    "custody/checkpoint",
    "custody/manifest.sha256",
    "custody/mandate.sig",
    "custody/access.jsonl",
    "custody/openings.jsonl",
    "custody/torn",
    "custody/witnessed",
    "custody/witnessed/1.note",
    "custody/erasures",
    "custody/erasures/0001.json",
    "custody/erasures/key",
    "hand",
    "raw/share_log",
    "tables",
    "tables/ingest",
    "reports",
    REPORT,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Writes need not wait for the disk, and what hangs is a failure."""
    monkeypatch.setattr(write, "disk", Forgetful())
    signal.alarm(LONGEST_S)
    yield
    signal.alarm(0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case."""
    return small_case(tmp_path_factory.mktemp("made") / "case")


def pipe(path):
    """Make a pipe that nobody writes into."""
    os.mkfifo(path)


def device(path):
    """Make a device that never ends, as far as this process may."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        pytest.skip("devices are for root")


def link(path):
    """Make a link to what was there, outside."""
    path.symlink_to(path.parent.parent / "elsewhere")


def loop(path):
    """Make a link to itself."""
    path.symlink_to(path)


@pytest.mark.parametrize("make", [pipe, device, link, loop])
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file_is_named(made, tmp_path, name, make):
    """A pipe, a device, a link, in the place of any file or folder of a case."""
    case = tmp_path / "case"
    shutil.copytree(made, case)
    path = case / name
    path.parent.mkdir(exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    make(path)

    ran = CliRunner().invoke(main, ["verify", str(case)])

    assert (4, True) == (ran.exit_code, name in ran.output), ran.output


SAYS = {
    "erasure without its order": ({"event": "intent", "step": "erase"}, "a line 'intent' has a key 'order'"),
    "order 5": ({"event": "intent", "step": "erase", "order": 5}, "order: expected hex list"),
    "NUL in a path": ({"event": "outcome", "step": "a", "outputs": {"tables/a\0": "0" * 64}}, "outputs: expected"),
    "outputs a list": ({"event": "unit", "step": "a", "unit": "a", "outputs": ["tables/a"]}, "outputs: expected"),
    "digest 5": ({"event": "outcome", "step": "a", "outputs": {"tables/a": 5}}, "outputs: expected"),
    "tail without a name": ({"event": "recovered_tail", "sha256": "0" * 64, "bytes": 1}, "has a key 'torn'"),
    "tail elsewhere": (
        {"event": "recovered_tail", "torn": "/x", "sha256": "0" * 64, "bytes": 1},
        "torn: expected path",
    ),
    "stones none": ({"event": "forgotten", "files": 5, "why": "a"}, "files: expected stone list"),
    "stone of a path": ({"event": "intent", "step": "forget", "forgets": ["a"], "why": "a"}, "forgets: expected"),
    "no step": ({"event": "outcome"}, "a line 'outcome' has a key 'step'"),
    "no event of ours": ({"event": "guess"}, "expected an event of"),
    "bytes of text": ({"event": "access", "lines": 1, "bytes": "1", "sha256": "0" * 64}, "bytes: expected count"),
    "case of no digest": ({"event": "intent", "step": "a", "case": "x"}, "case: expected hex"),
    "found a list": ({"event": "unit", "step": "a", "unit": "a", "found": []}, "found: expected object"),
}


@pytest.mark.parametrize("what", SAYS)
def test_a_line_that_is_none_is_named_by_both(made, tmp_path, what):
    """Each key of a line has its shape, in whatever line it stands."""
    line, message = SAYS[what]
    case = tmp_path / "case"
    shutil.copytree(made, case)
    unsigned_line(case, line)

    ran = CliRunner().invoke(main, ["verify", str(case)])

    assert (4, True) == (ran.exit_code, message in ran.output), ran.output
    assert chain.LOG in ran.output
    assert (False, 4) == both_say(case, tmp_path / "bag", Trust())


def test_a_key_of_erasures_that_is_none_is_named(made, tmp_path):
    """It is asked where a file comes back; `zz` is no key."""
    case = tmp_path / "case"
    shutil.copytree(made, case)
    write.write_text(case / erasure.KEY, "zz")

    assert [("V525", erasure.KEY)] == [(each.code, each.path) for each in verify.verify(case).failures]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
@pytest.mark.parametrize("name", ["custody", "tables", "tables/ingest", "reports", "hand", "raw"])
def test_a_folder_that_cannot_be_read_is_named(made, tmp_path, name):
    """Nothing in it counts as being there."""
    case = tmp_path / "case"
    shutil.copytree(made, case)
    (case / name).chmod(0)

    ran = CliRunner().invoke(main, ["verify", str(case)])

    (case / name).chmod(0o700)
    assert (True, True) == (ran.exit_code in (4, 7), name in ran.output), ran.output


@pytest.mark.parametrize("which", ["toolkit", "verify.py"])
def test_a_full_output_is_7(made, tmp_path, which):
    """What was found cannot be said: neither all is well, nor a traceback."""
    bag = bag_of(made, tmp_path / "bag")
    commands = {
        "toolkit": [sys.executable, "-m", "toolkit", "verify", made],
        "verify.py": [sys.executable, standalone.__file__, bag],
    }
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        ran = subprocess.run(commands[which], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (7, False, True) == (ran.returncode, "Traceback" in ran.stderr, "cannot" in ran.stderr), ran.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_name_beyond_ascii_is_said_in_every_locale(tmp_path, locale):
    """The case's title and a file's name; by both."""
    case = small_case(tmp_path / "case")
    (case / "case.toml").write_text('[case]\ntitle = "Ä 漢"\nfrom = "2016"\nto = "2018"\n')
    (case / "tables/é\udcff".encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")).write_bytes(b"")
    environment = {**os.environ, "LC_ALL": locale}
    for command in (["-m", "toolkit", "verify", case], [standalone.__file__, bag_of(case, tmp_path / "bag")]):
        ran = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)
        assert (4, "") == (ran.returncode, ran.stderr)


def test_a_bit_of_the_key_of_erasures_that_is_another_is_named(made, tmp_path):
    """Every byte of it: a key that is another would know nothing that comes back, and do every step again."""
    case = tmp_path / "case"
    shutil.copytree(made, case)
    assert erasure.the_key(case, make=True) == erasure.the_key(case)
    whole = (case / erasure.KEY).read_bytes()
    for at in range(len(whole)):
        (case / erasure.KEY).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(toolkit.errors.IntegrityError, match="expected a key"):
            erasure.the_key(case)
