"""A finished case: one changed byte anywhere is named, and no interruption or number of workers changes a table."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from mandates import mandate

import toolkit
from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.people import cast, person
from toolkit.synthetic.portraits import portrait
from toolkit.synthetic.scenes import passing

FILES = {
    "raw/share_log/log.csv": "entry_ref,occurred,recorded,use,direction,image_refs\n"
    "E-1,2016-06-01,2016-06-01,facial_recognition,out,IMG-1\nE-2,2016\n",
    "raw/images/images.csv": "file,image_ref,subject_ref,captured\nprobe.jpg,IMG-1,S-1,2016-01-01\n",
}
MANDATE = mandate("2016-05/2018-03")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Return the folder of a small case with two clips, not run yet."""
    from PIL import Image  # noqa: PLC0415 - only here

    case = toolkit.new(tmp_path_factory.mktemp("small") / "case", title="Small", from_="2016-05", to="2018-03")
    settings = case.root / "case.toml"
    text = settings.read_text().replace("# as_at", "as_at")
    settings.write_text(text + MANDATE)
    for name, content in FILES.items():
        (case.root / name).write_text(content)
    subject = person(cast().subjects["SUB-01"])
    Image.fromarray(portrait(subject, seed=1)).save(case.root / "raw/images/probe.jpg", quality=92)
    for name, who in (("a", subject), ("b", person(cast().bystanders[0]))):
        write_clip(passing(who, seed=3), case.root / f"raw/footage/{name}.mp4")
    return case.root


@pytest.fixture(scope="module")
def finished(original, tmp_path_factory):
    """Return the same case, run with one worker."""
    folder = tmp_path_factory.mktemp("finished") / "case"
    shutil.copytree(original, folder)
    toolkit.run(toolkit.open_case(folder), workers=1)
    return folder


def tables(folder):
    """Return path -> bytes of everything under tables/."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("tables/**/*.parquet"))
    }


def changed(path):
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def every_kind_of_file(folder):
    """Return one path of each kind of file that a case holds."""
    patterns = ("raw/**/*.csv", "raw/**/*.mp4", "raw/**/*.jpg", "tables/ingest/*.parquet", "tables/ingest/*/*.parquet",
                "tables/index/*/*.parquet", "tables/sweep/*.parquet", "tables/reconstruct/*.parquet",
                "reports/*/*.html", "reports/*/*/*.csv", "custody/log.jsonl", "custody/manifest.sha256")  # fmt: skip
    return [next(path.relative_to(folder).as_posix() for path in sorted(folder.glob(pattern))) for pattern in patterns]


def test_verify_names_the_file_whose_byte_was_changed(finished, tmp_path, run_cli):
    """One bit in any source, table, report or log line: exit 4, naming the file."""
    named = {}
    for number, name in enumerate(every_kind_of_file(finished)):
        copy = tmp_path / str(number)
        shutil.copytree(finished, copy)
        changed(copy / name)
        outcome = toolkit.verify(copy)
        named[name] = name in {failure.path for failure in outcome.failures}
    last = run_cli("verify", copy, "--json")

    assert named == dict.fromkeys(named, True)
    assert (last.returncode, json.loads(last.stdout)["ok"]) == (4, False)


def test_the_candidate_of_a_small_case(finished):
    """The person of the picture is found in the clip where that person walks, and in no other."""
    found = toolkit.open_case(finished).table("candidates")

    assert set(found.select("probe_id", "source").iter_rows()) == {("IMG-1", "raw/footage/a.mp4")}


def test_any_number_of_workers_gives_the_same_bytes(original, finished, tmp_path):
    """Two workers, in whatever order they finish."""
    shutil.copytree(original, tmp_path / "case")

    toolkit.run(toolkit.open_case(tmp_path / "case"), workers=2)

    assert tables(tmp_path / "case") == tables(finished)


@pytest.mark.parametrize("lines", [1, 8])
def test_a_run_that_is_killed_and_started_again_ends_in_the_same_bytes(original, finished, tmp_path, lines):
    """SIGKILL as soon as the log has so many lines; the second run goes on and ends as if nothing had happened."""
    folder = tmp_path / "case"
    shutil.copytree(original, folder)
    command = [sys.executable, "-m", "toolkit", "run", str(folder), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    log = folder / "custody" / "log.jsonl"
    while process.poll() is None and (not log.exists() or log.read_bytes().count(b"\n") < lines):
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (3, "")
    assert tables(folder) == tables(finished)
    assert toolkit.verify(folder).failures == []


def test_a_changed_mandate_is_noticed(finished, tmp_path):
    """`verify` says that the settings are not those of the last step; a run under the new ones settles it."""
    shutil.copytree(finished, tmp_path / "case")
    settings = tmp_path / "case" / "case.toml"
    settings.write_text(settings.read_text().replace("threshold = 0.5", "threshold = 0.4"))

    assert [failure.path for failure in toolkit.verify(tmp_path / "case").failures] == ["case.toml"]
    runs = {run.step: run.did_work for run in toolkit.run(toolkit.open_case(tmp_path / "case"), workers=1)}
    assert (runs["index"], runs["sweep"]) == (False, True)
    assert toolkit.verify(tmp_path / "case").failures == []


def test_what_was_erased_does_not_come_back_with_a_rerun(finished, tmp_path, monkeypatch):
    """Bystanders, then the picture: faces, descriptors, digest and bytes are nowhere after all steps ran again."""
    folder = tmp_path / "case"
    shutil.copytree(finished, folder)
    case = toolkit.open_case(folder)
    monkeypatch.setenv("TOOLKIT_AS", "POST-1")
    monkeypatch.setenv("TOOLKIT_REASON", "test")
    faces, candidates = (set(case.table(name)["face_id"]) for name in ("faces", "candidates"))
    assert faces > candidates > set()
    picture = (folder / "raw/images/probe.jpg").read_bytes()
    sha256 = hashlib.sha256(picture).hexdigest().encode()

    toolkit.erase(case, bystanders=True, yes=True)
    did = {run.step: run.did_work for run in toolkit.run(case, workers=1)}
    assert (did["index"], did["sweep"], did["report"]) == (False, False, False)
    assert set(case.table("faces")["face_id"]) == candidates == set(case.table("candidates")["face_id"])

    toolkit.erase(case, "IMG-1", yes=True)
    did = {run.step: run.did_work for run in toolkit.run(case, workers=1)}
    assert (did["index"], did["sweep"], did["report"]) == (False, True, True)
    assert case.table("candidates").is_empty()
    rows = case.table("coverage", "sweep").select("measure", "cause", "n").rows()
    assert {("files", "destroyed_before_search", 1), ("faces", "destroyed_before_search", len(faces - candidates))} <= {
        *rows
    }
    assert {"destroyed"} == {answer.state for answer in toolkit.ask(case, "Q42")}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        content += repr(pl.read_parquet(path).rows()).encode() if path.suffix == ".parquet" else b""
        assert sha256 not in content
        assert picture[1000:1100] not in content
    assert toolkit.verify(folder).failures == []


def test_added_footage_costs_only_itself(finished, tmp_path):
    """A clip that comes later is indexed alone; the shards of the others stay as they are."""
    folder = tmp_path / "case"
    shutil.copytree(finished, folder)
    write_clip(passing(None, seed=5, seconds=1), folder / "raw/footage/c.mp4")
    before = {path: path.stat().st_mtime_ns for path in Path(folder).glob("tables/index/faces/*.parquet")}

    toolkit.run(toolkit.open_case(folder), workers=1)

    after = {path: path.stat().st_mtime_ns for path in Path(folder).glob("tables/index/faces/*.parquet")}
    assert len(after) == len(before) + 1
    assert {path: after[path] for path in before} == before
