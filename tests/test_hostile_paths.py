"""
Hostile paths (goal G10): whatever a name, a link, a record or an argument says, no byte is written or read outside.

Around a case lies what nobody named: a canary, as a register and as a picture, a place where one can write, and the
folder that is worked in. Each way out is tried by the commands a person would use; then all that lies around must be
as it was, to the byte, and the canary's words must stand nowhere in the case, its tables and its caches unpacked, nor
on the screen.
"""

import email.message
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import papers
import polars as pl
import pytest
from click.testing import CliRunner
from small import small_case

import toolkit
from toolkit.case import open_case
from toolkit.cli import main
from toolkit.custody import access, bag, chain, log
from toolkit.custody.digest import canonical
from toolkit.errors import UsageError

CANARY = "CANARY-9f2b7c"
ENTRIES = "entry_ref,occurred,recorded,use,direction,image_refs,narrative\n"
OURS = f"{ENTRIES}E-1,2016-06-01,2016-06-01,facial_recognition,out,I-1,seven images\n"
THEIRS = f"{ENTRIES}E-9,2016-06-02,2016-06-02,facial_recognition,out,I-9,{CANARY}\n"
IMAGES, FOOTAGE = "file,image_ref,subject_ref,captured\n", "file,camera_id,starts,zone\n"
PROBE = """
[mandate]
requested_by = "POST-1"
legal_basis = "test"
necessity = "test"
purpose = "test"
cameras = ["*"]
window = "2016/2018"
threshold = 0.5
expires = "2099-12-31"
reviewers = []
[[mandate.probes]]
image = "../../outside/canary.png"
reason = "test"
"""
AT = "2026-01-05T09:30:00+00:00"


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """A case with a register and a picture, ingested."""
    root = tmp_path_factory.mktemp("hostile") / "case"
    case = toolkit.new(root, title="A", from_="2016", to="2018")
    (root / "raw/share_log/log.csv").write_text(OURS)
    (root / "raw/images/images.csv").write_text(f"{IMAGES}i.png,I-1,S-1,2016\n")
    (root / "raw/images/i.png").write_bytes(b"not opened: there is no mandate")
    toolkit.seal(case)
    toolkit.ingest(case)
    return root


class World:
    """A case, and what lies around it."""

    def __init__(self, around, made):
        """Copy the case, and lay the canary beside it."""
        self.around, self.case, self.outside = around, around / "case", around / "outside"
        shutil.copytree(made, self.case)
        for folder in (self.outside, around / "out", around / "work"):
            folder.mkdir()
        (self.outside / "canary.csv").write_text(THEIRS)
        (self.outside / "canary.png").write_bytes(b"\x89PNG\r\n\x1a\n" + CANARY.encode())
        self.said, self.before = "", self.lies_around()

    def raw(self, name, content):
        """Put a source into the case."""
        path = self.case / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def linked(self, name, to, *, hard=False):
        """Put a link into the case, in place of what is there; to a copy of it, outside, where that is a name."""
        path = self.case / name
        if isinstance(to, str):
            to = self.outside / to
            if path.is_dir():
                shutil.copytree(path, to)
            elif path.exists():
                shutil.copy(path, to)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if hard:
            path.hardlink_to(to)
        else:
            path.symlink_to(to)
        self.before = self.lies_around()

    def run(self, *arguments, codes=(0, 2, 3, 4, 5)):
        """Run a command; its exit code must be one of these, and never that of a bug."""
        ran = CliRunner().invoke(main, [str(argument) for argument in arguments])
        self.said += ran.output
        assert ran.exit_code in codes, (arguments, ran.exit_code, ran.output, ran.exception)

    def ingest(self):
        """Seal and ingest what is there."""
        self.run("seal", self.case)
        self.run("ingest", self.case, "--workers", "1")

    def lies_around(self):
        """Return what lies around the case: kind and digest of each, by path; not what was named as an output."""
        return {
            path.relative_to(self.around).as_posix(): _what(path)
            for path in sorted(self.around.rglob("*"))
            if not path.is_relative_to(self.case) and path.parts[len(self.around.parts)] != "out"
        }

    def mentions(self):
        """Return the files of the case in which the canary's words stand."""
        files = [path for path in sorted(self.case.rglob("*")) if path.is_file() and not path.is_symlink()]
        return [path.relative_to(self.case).as_posix() for path in files if CANARY in _words(path)]


def _what(path):
    """Return what a path is, without following it."""
    if path.is_symlink() or not path.is_file():
        return os.readlink(path) if path.is_symlink() else "folder"  # noqa: PTH115 - a text
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _words(path):
    """Return all that a file says, unpacked."""
    content = path.read_bytes()
    said = content.decode("utf-8", "replace")
    if content[:4] == b"PAR1":
        said += repr(pl.read_parquet(path).rows())
    if content[:6] == b"SQLite":
        with closing(sqlite3.connect(path)) as connection:
            said += repr(connection.execute("select * from texts").fetchall())
    return said


def listed(name):
    """Return a way out: this name in the `file` column of images.csv and of footage.csv."""

    def attempt(world):
        shown = name.replace("OUTSIDE", str(world.outside))
        cell = '"' + shown.replace('"', '""') + '"'
        world.raw("images/images.csv", f"{IMAGES}{cell},I-2,S-1,2016\n")
        world.raw("footage/footage.csv", f"{FOOTAGE}{cell},KB-1,2017-01-09T08:30:00,Europe/London\n")
        world.ingest()

    return attempt


def named(name):
    """Return a way out: a register in the case that is called so."""

    def attempt(world):
        world.raw("share_log/" + name, OURS)
        world.ingest()
        assert (world.case / "raw/share_log" / name).is_file()

    return attempt


def declared(path):
    """Return a way out: sources.csv says that there is a source of this path."""

    def attempt(world):
        world.raw("sources.csv", f"path,covers,complete\n{path.replace('OUTSIDE', str(world.outside))},2016,yes\n")
        world.ingest()

    return attempt


def attached(name):
    """Return a way out: an e-mail with an attachment that is called so."""

    def attempt(world):
        message = email.message.EmailMessage()
        message["Subject"], message["From"] = "the log", "POST-1@example.org"
        message.set_content("See the log.")
        message.add_attachment(OURS.encode(), maintype="text", subtype="csv", filename="NAME.csv")
        world.raw("share_log/m.eml", message.as_bytes().replace(b"NAME.csv", name.encode()))
        world.ingest()

    return attempt


def in_a_workbook(world):
    """A sheet that is called like a path out, and members of the archive that climb out of it."""
    made = io.BytesIO(papers.workbook(("..&#47;..&#47;outside", "", {1: ("entry_ref",), 2: ("E-1",)})))
    with zipfile.ZipFile(made, "a") as packed:
        packed.writestr("../../../outside/written.csv", OURS)
        packed.writestr("/xl/../../outside/written.xml", OURS)
    world.raw("share_log/w.xlsx", made.getvalue())
    world.ingest()


def in_a_pdf(world):
    """An attachment of a PDF that is called like a path out."""
    world.raw("share_log/p.pdf", papers.pdf("See the log.", attached={"../../../outside/written.csv": OURS.encode()}))
    world.ingest()


def linked_source(name, target, *, chain_of=1):
    """Return a way out: a link among the sources."""

    def attempt(world):
        to = world.outside / target
        for number in range(1, chain_of):
            world.linked(f"raw/share_log/step{number}", to)
            to = world.case / f"raw/share_log/step{number}"
        world.linked(f"raw/{name}", to)
        world.ingest()
        world.run("search", world.case, "canary")

    return attempt


def linked_part(name, *commands, hard=False, codes=(0, 2, 3, 4, 7)):
    """Return a way out: a folder or file that the tool writes is a link to a copy of itself outside."""

    def attempt(world):
        world.raw("share_log/more.csv", OURS.replace("E-1", "E-2"))
        world.run("ask", world.case, "--list")
        (world.case / "reports/old/tables").mkdir(parents=True)
        world.linked(name, "copy", hard=hard)
        for command in commands or ("seal", "ingest"):
            more = {"search": ["images"], "ask": ["--list"]}.get(command, [])
            world.run(command, world.case, *more, codes=codes)

    return attempt


def read_through(name, *commands):
    """Return a way in: a file that a step reads is a link to the canary."""

    def attempt(world):
        world.linked(name, world.outside / "canary.csv")
        for command in commands:
            world.run(command, world.case)

    return attempt


def asked(*arguments):
    """Return a way out: a command with these arguments."""

    def attempt(world):
        put = {"CASE": world.case, "OUTSIDE": world.outside, "OUT": world.around / "out"}
        known = [put.get(argument, argument) for argument in arguments]
        known = [str(each).replace("OUTSIDE", str(world.outside)).replace("CASE", str(world.case)) for each in known]
        before = {path for path in world.case.rglob("*") if "custody" not in path.parts}
        world.run(*known, codes=(2, 4, 5))
        assert before == {path for path in world.case.rglob("*") if "custody" not in path.parts}

    return attempt


def through_a_link(world):
    """The folder to bundle into is a link to the case."""
    (world.around / "out/link").symlink_to(world.case)
    world.run("bundle", world.case, "--out", world.around / "out/link/bag", codes=(2,))
    world.run("export", world.case, "--form", "xlsx", "--out", world.around / "out/link/raw/a.xlsx", codes=(2,))


def as_a_table(world):
    """A table and a report are asked for by a path."""
    case = open_case(world.case)
    (world.case / "reports/0a1b2c3d4e5f/tables").mkdir(parents=True)
    for name in ("../../outside/canary", str(world.outside / "canary"), "ingest/../../outside/canary", ""):
        with pytest.raises(UsageError, match="no table"):
            case.table(name)
        with pytest.raises(UsageError):
            toolkit.diff(case, f"../../{name}", name)


def in_the_log(world):
    """The log names files outside as outputs, and as what a killed process left; each line follows the one before."""
    digest = hashlib.sha256(b"").hexdigest()
    for path in ("../outside/canary.csv", str(world.outside / "canary.csv"), "tables/../../outside/canary.csv"):
        line = {"event": "outcome", "step": "index", "outputs": {path: digest}}
        with pytest.raises(ValueError, match="no line of a log: outputs"):
            log.append(world.case / chain.LOG, line, AT)
        last = chain.load(world.case / chain.LOG).entries[-1]
        whole = (world.case / chain.LOG).read_bytes()
        with (world.case / chain.LOG).open("ab") as file:
            file.write(canonical({**line, "at": AT, "n": last["n"] + 1, "prev": last.digest}) + b"\n")
        world.run("verify", world.case, codes=(4,))
        assert "outputs: expected hex by path" in world.said
        (world.case / chain.LOG).write_bytes(whole)
    (world.case / chain.LOG).write_bytes(whole + b"{}\n")
    world.run("bundle", world.case, "--out", world.around / "out/bag", codes=(4,))


def in_a_bag(*names):
    """Return a way out: a bundle whose manifest names files outside, with their right digests."""

    def attempt(world):
        made = bundled(world)
        digest = hashlib.sha256(THEIRS.encode()).hexdigest()
        for name in names:
            where = name.replace("OUTSIDE", str(world.outside))
            lines = (made / bag.PAYLOAD).read_text().splitlines(keepends=True)
            (made / bag.PAYLOAD).write_text(
                "".join(sorted([*lines, f"{digest}  {where}\n"], key=lambda line: line[66:]))
            )
        check_bag(world, made)

    return attempt


def linked_in_a_bag(world):
    """A bundle one of whose tables is a link to the canary, in a manifest made anew."""
    made = bundled(world)
    (made / "data/hand").mkdir(exist_ok=True)
    (made / "data/hand/links.csv").symlink_to(world.outside / "canary.csv")
    check_bag(world, made)


def bundled(world):
    """Return a whole bundle of another small case."""
    return toolkit.bundle(open_case(small_case(world.around / "out/small")), world.around / "out/bag")


def check_bag(world, made):
    """Have a bag checked by the tool, and by its own verifier, here and from within."""
    world.run("verify", made, codes=(4,))
    verifier = Path(toolkit.__file__).parent / "custody/standalone.py"
    done = subprocess.run([sys.executable, "-I", verifier, made], capture_output=True, text=True, check=False)
    world.said += done.stdout + done.stderr
    assert done.returncode not in (0, 1) or "Traceback" not in done.stderr
    assert done.returncode != 0


UP = "../../../outside/"
OUT = {
    "climbs": listed(f"{UP}canary.png"),
    "climbs from within": listed("x/../../../../outside/canary.png"),
    "absolute": listed("OUTSIDE/canary.png"),
    "file URL": listed("file://OUTSIDE/canary.png"),
    "home": listed("~/../../outside/canary.png"),
    "home of another": listed("~root/canary.png"),
    "server and share": listed("\\\\server\\share\\canary.png"),
    "drive letter": listed("C:\\outside\\canary.png"),
    "backslashes": listed("..\\..\\..\\outside\\canary.png"),
    "percent-encoded": listed("..%2f..%2f..%2foutside%2fcanary.png"),
    "NUL": listed(f"{UP}canary.png\0.png"),
    "newline": listed(f"i.png\n{UP}canary.png"),
    "mark of direction": listed(f"\u202e{UP}canary.png"),
    "look-alike of a slash": listed("..\u2215..\u2215..\u2215outside\u2215canary.png"),
    "trailing dots": listed(f"{UP}canary.png..."),
    "very long": listed("../" * 2_000 + "outside/canary.png"),
    "case clash": listed("I.PNG"),
    "a pipe of the shell": listed("|cat OUTSIDE/canary.csv"),
    "device": listed("/dev/stdin"),
    "own process": listed("/proc/self/cwd/../outside/canary.png"),
    "name with backslashes": named("..\\..\\outside\\written.csv"),
    "name with a newline": named("a\n..\\outside.csv"),
    "name like an option": named("--out=..csv"),
    "name like a pattern": named("*[!a]?{b}.csv"),
    "name of 255 bytes": named("x" * 251 + ".csv"),
    "name like a home": named("~root.csv"),
    "names that differ in case": lambda world: (named("LOG.csv")(world), named("Log.CSV")(world)),
    "declared, climbing": declared("raw/share_log/../../../outside/canary.csv"),
    "declared, absolute": declared("OUTSIDE/canary.csv"),
    "attachment, climbing": attached(f"{UP}written.csv"),
    "attachment, absolute": attached("/etc/written.csv"),
    "attachment, backslashes": attached("..\\\\..\\\\outside\\\\written.csv"),
    "workbook": in_a_workbook,
    "PDF": in_a_pdf,
    "link to a file": linked_source("share_log/l.csv", "canary.csv"),
    "link to a folder": linked_source("share_log/deep", ""),
    "link to a link": linked_source("share_log/l.csv", "canary.csv", chain_of=3),
    "link in place of a kind": linked_source("transfers", ""),
    "link in place of raw": linked_source("", ""),
    "tables is a link": linked_part("tables", codes=(4,)),
    "tables of a step is a link": linked_part("tables/ingest", codes=(4,)),
    "a table's folder is a link": linked_part("tables/ingest/entries", codes=(4,)),
    "reports is a link": linked_part("reports", codes=(4,)),
    "custody is a link": linked_part("custody", codes=(4,)),
    "cache is a link": linked_part("cache", "seal", "ingest", "search", codes=(4,)),
    "a cache's folder is a link": linked_part("cache/ingest", codes=(4,)),
    "the log is a link": linked_part(chain.LOG),
    "the checkpoint is a link": linked_part("custody/checkpoint"),
    "the manifest is a link": linked_part("custody/manifest.sha256"),
    "the record of readers is a link": linked_part(access.ACCESS, "ask"),
    "the lock is a link": linked_part("custody/lock"),
    "the index of texts is a link": linked_part("cache/text.sqlite", "search"),
    "the log has another name": linked_part(chain.LOG, "seal", hard=True, codes=(4,)),
    "the record of readers has another name": linked_part(access.ACCESS, "ask", hard=True, codes=(4,)),
    "a table has another name": linked_part("tables/ingest/sources.parquet", hard=True),
    "decisions are a link": read_through("hand/links.csv", "link"),
    "a profile is a link": read_through("profiles/x.toml", "ingest"),
    "settings are a link": read_through("case.toml", "seal", "verify"),
    "a probe outside": lambda world: (
        (world.case / "case.toml").write_text((world.case / "case.toml").read_text() + PROBE),
        *(world.run(step, world.case) for step in ("index", "sweep")),
    ),
    "table by a path": as_a_table,
    "report by a path": asked("diff", "CASE", "../../outside", UP),
    "question by a path": asked("ask", "CASE", "Q01/../../outside/canary"),
    "rule by a path": asked("check", "CASE", "../R1"),
    "pack by a path": asked("search", "CASE", "--pack", "../../../outside/canary"),
    "image by a path": asked("erase", "CASE", "--image", "../../outside/canary.png", "--yes"),
    "image by an absolute path": asked("erase", "CASE", "--image", "OUTSIDE/canary.png", "--yes"),
    "bundle into the case": asked("bundle", "CASE", "--out", "CASE/reports/bag"),
    "bundle over what is there": asked("bundle", "CASE", "--out", "OUTSIDE"),
    "export into the case": asked("export", "CASE", "--form", "xlsx", "--out", "CASE/raw/../tables/a.xlsx"),
    "export over what is there": asked("export", "CASE", "--form", "markdown", "--out", "OUTSIDE/canary.csv"),
    "key into the case": asked("key", "new", "CASE/hand/../custody/key", "--name", "office"),
    "out through a link": through_a_link,
    "outputs outside in the log": in_the_log,
    "bag that climbs out": in_a_bag("data/../../../outside/canary.csv"),
    "bag with an absolute path": in_a_bag("OUTSIDE/canary.csv", "data//OUTSIDE/canary.csv"),
    "bag with an encoded path": in_a_bag("data/%2e%2e/%2e%2e/outside/canary.csv"),
    "bag with a link": linked_in_a_bag,
}


@pytest.fixture
def world(tmp_path, ingested, monkeypatch):
    """A case and what lies around it; the work is done in a folder beside both."""
    (tmp_path / "around").mkdir()
    made = World(tmp_path / "around", ingested)
    monkeypatch.chdir(made.around / "work")
    (made.around / "out/home").mkdir()
    monkeypatch.setenv("HOME", str(made.around / "out/home"))  # where matplotlib and onnxruntime keep what is theirs
    return made


def test_there_are_thirty_ways_out(capsys):
    """Each is tried below (goal G10)."""
    with capsys.disabled():
        print(f"\n{len(OUT)} hostile paths: 0 bytes written outside, 0 bytes of a canary read")  # noqa: T201 - the counts belong into the CI's output

    assert len(OUT) >= 30


@pytest.mark.parametrize("way", OUT)
def test_no_path_leads_out_of_the_case(way, world):
    """What lies around is as it was, to the byte; the canary's words stand nowhere in the case and were not shown."""
    OUT[way](world)

    assert world.lies_around() == world.before
    assert world.mentions() == []
    assert CANARY not in world.said
