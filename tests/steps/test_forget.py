"""Descriptors are forgotten when the sweep is done: gone everywhere, known to be gone, and described again at need."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_index import CASE, FOOTAGE, cut

import toolkit
from toolkit.case import open_case
from toolkit.custody import lock, standalone
from toolkit.custody.digest import file_digest
from toolkit.errors import UsageError
from toolkit.faces.engine import engine_named
from toolkit.faces.pictures import describe_probe
from toolkit.faces.search import distances
from toolkit.steps.job import append, open_log

CLIPS = ("KB1_2017-02-21.mp4", "KB2_2017-06-30.mp4")  # the person of KX-01 walks by in the second
HERE = Path(__file__).parent
PROBE = """
[[mandate.probes]]
image = "images/{}.jpg"
reason = "a test"
"""
KEPT = 'reviewers = ["POST-2"]\nkeep_descriptors_until = "{}"'


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Return a case with two clips of four seconds and photographs, indexed, and the bytes of its descriptors."""
    root = tmp_path_factory.mktemp("indexed") / "case"
    (root / "raw" / "footage").mkdir(parents=True)
    (root / "raw" / "images").mkdir()
    for name in CLIPS:
        cut(FOOTAGE / name, root / "raw" / "footage" / name, 8, 12)
    for name in ("KX-01", "KX-02", "KX-05"):
        shutil.copy(FOOTAGE.parent / "images" / f"{name}.jpg", root / "raw" / "images")
    lines = [f"{name},KB-1,{name[4:14]}T12:00:00,Europe/London" for name in CLIPS]
    (root / "raw" / "footage" / "footage.csv").write_text("\n".join(["file,camera_id,starts,zone", *lines, ""]))
    (root / "case.toml").write_text(CASE + PROBE.format("KX-05"))
    case = open_case(root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)
    toolkit.index(case, workers=1)
    return root, {face: bytes_of(values) for face, values in case.table("descriptors").iter_rows()}


@pytest.fixture(scope="module")
def swept(indexed, tmp_path_factory):
    """Return the case after a sweep for both photographs, and the run; tests that change it copy it."""
    root = tmp_path_factory.mktemp("swept") / "case"
    shutil.copytree(indexed[0], root)
    case = settings(root, "KX-01", "KX-05")
    return case, toolkit.sweep(case, workers=1)


@pytest.fixture
def new_case(indexed, tmp_path):
    """Make copies of the indexed case, with these probes, keeping descriptors until a day or not."""

    def make(name, *probes, until=None):
        root = tmp_path / name
        shutil.copytree(indexed[0], root)
        return settings(root, *probes, until=until)

    return make


@pytest.fixture
def copied(swept, tmp_path):
    """Copy the swept case."""
    shutil.copytree(swept[0].root, tmp_path / "copied")
    return open_case(tmp_path / "copied")


def settings(root, *probes, until=None):
    """Write the mandate of a case anew and open it."""
    text = CASE.replace('reviewers = ["POST-2"]', KEPT.format(until)) if until else CASE
    (root / "case.toml").write_text(text + "".join(PROBE.format(probe) for probe in probes))
    return open_case(root)


def bytes_of(values):
    """Return a descriptor as it lies in memory and, uncompressed, in Parquet."""
    return np.asarray(values, np.float32).tobytes()


def found_in(case, descriptors):
    """Return the faces whose descriptor lies in any file of the case, whatever the file."""
    contents = [path.read_bytes() for path in case.root.rglob("*") if path.is_file()]
    return {face for face, wanted in descriptors.items() if any(wanted in content for content in contents)}


def tables(case, *steps):
    """Return the bytes of the tables of some steps."""
    files = [path for step in steps for path in sorted(case.folder(step).rglob("*.parquet"))]
    return {case.relative(path): path.read_bytes() for path in files}


def test_only_the_descriptors_of_candidates_are_left_in_the_case(swept, indexed):
    """Every file is looked through: before the sweep all are there, after it only those of candidates, as they were."""
    case, run = swept
    assert indexed[1].keys() == found_in(open_case(indexed[0]), indexed[1])

    near = case.table("candidates")["face_id"].to_list()
    assert 0 < len(near) < len(indexed[1])
    assert set(near) == found_in(case, indexed[1])
    assert (f"descriptors of {len(indexed[1])} faces forgotten",) == run.notes
    assert set(near) == set(case.table("candidate_descriptors")["face_id"])


def test_what_is_left_shows_every_distance(swept):
    """A candidate's distance is worked out again from its photograph and the descriptor that stayed."""
    case, _ = swept
    rows = case.table("candidates").join(case.table("candidate_descriptors"), on="face_id")

    photograph = case.root / "raw" / "images" / "KX-01.jpg"
    probe = describe_probe(photograph, "", engine_named("onnx")).descriptors[:1]
    again = distances(np.repeat(probe, rows.height, axis=0), rows["descriptor"].to_numpy())
    assert rows.height > 0
    assert rows["distance"].to_list() == again.tolist()


def test_a_second_run_does_nothing_and_everything_verifies(swept, tmp_path, capsys):
    """A tombstone is as good as the file: for index and sweep, for verify, for a bundle and for its own verifier."""
    case, _ = swept
    head = toolkit.head(case)

    assert not toolkit.index(case, workers=1).did_work
    assert not toolkit.sweep(case, workers=1).did_work

    assert head == toolkit.head(case)
    found = toolkit.verify(case.root)
    assert ([], 2) == (found.failures, len(found.forgotten))
    assert case.table("faces").height == sum(stone.rows for stone in found.forgotten)
    made = toolkit.bundle(case, tmp_path / "bundle")
    assert 0 == standalone.main([str(made)])
    assert ", 2 forgotten\n" in capsys.readouterr().out


def test_a_shard_that_vanished_is_missing(new_case):
    """Without a tombstone nobody forgot it."""
    case = new_case("case", "KX-01")
    shard = min((case.folder("index") / "descriptors").iterdir())
    shard.unlink()

    assert [("V509", case.relative(shard))] == codes(case)


def test_a_forgotten_shard_that_is_there_again_is_a_fault(copied, indexed):
    """It must not be there; the next run takes it away again."""
    original = min((open_case(indexed[0]).folder("index") / "descriptors").iterdir())
    shard = copied.folder("index") / "descriptors" / original.name
    shutil.copy(original, shard)
    assert [("V520", copied.relative(shard))] == codes(copied)

    assert toolkit.sweep(copied, workers=1).did_work

    assert [] == codes(copied)
    assert not shard.exists()


def codes(case):
    """Return (code, path) of what verify finds in the tables; a test edits case.toml."""
    found = [(failure.code, failure.path) for failure in toolkit.verify(case.root).failures]
    return [failure for failure in found if failure[1] != "case.toml"]


def test_a_mandate_may_keep_them_until_a_day(new_case, indexed):
    """Before that day they stay, and a run says so; from that day on the next run forgets them, and no more."""
    case = new_case("case", "KX-01", until="2099-12-31")
    run = toolkit.sweep(case, workers=1)
    kept = tables(case, "sweep")
    assert indexed[1].keys() == found_in(case, indexed[1])
    assert ("descriptors are kept until 2099-12-31 (mandate.keep_descriptors_until)",) == run.notes
    assert not toolkit.sweep(case, workers=1).did_work

    case = settings(case.root, "KX-01", until="2020-01-01")
    run = toolkit.sweep(case, workers=1)

    assert (f"descriptors of {len(indexed[1])} faces forgotten",) == run.notes
    assert kept == tables(case, "sweep")
    assert "mandate.keep_descriptors_until, 2020-01-01, has come" in toolkit.verify(case.root).forgotten[0].why


def test_a_later_probe_finds_what_it_would_have_found(new_case, swept, indexed):
    """Described again from the kept boxes: the same bytes as with the descriptors of then, and none left behind."""
    case = new_case("case", "KX-05")
    toolkit.sweep(case, workers=1)
    assert 0 == case.table("candidates").height

    run = toolkit.sweep(settings(case.root, "KX-01", "KX-05"), workers=1)

    assert f"{len(indexed[1])} faces of 2 files described again: their descriptors were forgotten" in run.notes
    assert not any("another processor" in note for note in run.notes)
    assert case.table("candidates").height > 0
    assert tables(swept[0], "sweep") == tables(case, "sweep")
    assert set(case.table("candidates")["face_id"]) == found_in(case, indexed[1])
    assert [] == codes(case)


def test_faces_of_other_settings_are_not_described_again(copied):
    """Looked at otherwise, the frames would be others: the index comes first."""
    settings(copied.root, "KX-01", "KX-02", "KX-05")
    text = (copied.root / "case.toml").read_text()
    (copied.root / "case.toml").write_text(text.replace("min_face_px = 80", "min_face_px = 70"))

    with pytest.raises(UsageError, match="the index is not of this footage, mandate and settings: run 'toolkit index"):
        toolkit.sweep(open_case(copied.root), workers=1)


def test_killed_anywhere_in_forgetting_the_next_run_goes_on():
    """`kill -9` at every fourth disk call: nothing is done again, all is forgotten, each shard has one tombstone."""
    path = os.pathsep.join([str(HERE.parent / "custody"), str(HERE.parents[1])])
    ran = subprocess.run(
        [sys.executable, HERE / "forget_kills.py"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip

    assert "" == ran.stderr
    assert int(ran.stdout) >= 6


def test_a_table_of_nothing_else_is_ever_forgotten(copied):
    """A tombstone of a table that is evidence counts for nothing: it is missing."""
    path = copied.folder("sweep") / "candidates.parquet"
    with lock.locked(copied.root):
        files = [{"path": copied.relative(path), "sha256": file_digest(path), "rows": 4}]
        append(copied, open_log(copied), "forgotten", step="forget", files=files, why="forged")
    path.unlink()

    assert [("V509", copied.relative(path))] == codes(copied)
