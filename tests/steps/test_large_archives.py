"""Archives that take hours to read: kept as they are hashed, checked in parts that say what they bound."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

import toolkit
from toolkit.case import open_case
from toolkit.cli import main
from toolkit.custody import manifest, write
from toolkit.steps import pieces, seal
from toolkit.steps import verify as verifying

FILES = 40


@pytest.fixture
def case(tmp_path):
    """A case of forty sources."""
    toolkit.new(tmp_path / "case", title="A", from_="2016", to="2017")
    for n in range(FILES):
        (tmp_path / "case/raw/footage" / f"{n:02d}.mp4").write_text(f"footage {n}")
    return tmp_path / "case"


KILLED = """
import os, sys
from toolkit.case import open_case
from toolkit.custody import digest, manifest
from toolkit.steps import seal
seal.KEEP_FILES = 5
def told(what, done, total):
    if done >= total // 2:
        os._exit(9)
seal.seal(open_case(sys.argv[1]), progress=told)
"""


def test_a_seal_that_was_killed_goes_on_where_it_was(case, monkeypatch):
    """What was hashed is kept; the next seal reads the rest, and gives the manifest of one that was not killed."""
    done = subprocess.run([sys.executable, "-c", KILLED, case], check=False, env={**os.environ, "TOOLKIT_KEY": ""})
    assert 9 == done.returncode
    kept = [json.loads(line) for line in (case / seal.KEPT).read_text().splitlines()]
    names = [name for part in kept for name in part]
    assert [f"raw/footage/{n:02d}.mp4" for n in range(len(names))] == names
    assert FILES // 2 - 5 <= len(names) < FILES
    with (case / seal.KEPT).open("a") as torn:
        torn.write('{"raw/footage/39.mp4": [1, 2')

    read = []
    monkeypatch.setattr(manifest, "digest_and_stat", lambda path: read.append(path.name) or real(path))
    toolkit.seal(open_case(case))

    assert sorted(f"{n:02d}.mp4" for n in range(len(names), FILES)) == sorted(read)
    assert {hashlib.sha256(f"footage {n}".encode()).hexdigest() for n in range(FILES)} == {
        entry.sha256 for entry in manifest.read(case)
    }
    assert not (case / seal.KEPT).exists()


real = manifest.digest_and_stat


def test_seal_says_how_far_it_is(case):
    """Bytes that are done, of all there are; the last call says all."""
    told = []
    toolkit.seal(open_case(case), progress=lambda *said: told.append(said))

    total = sum(len(f"footage {n}") for n in range(FILES))
    assert (FILES, ("seal", total, total)) == (len(told), told[-1])
    assert [said[1] for said in told] == sorted(said[1] for said in told)


def test_records_are_checked_without_the_bytes_of_sources(case):
    """A changed byte is not seen, and that is said, with the age of the last full read; a missing file is."""
    toolkit.seal(open_case(case))
    ran = CliRunner().invoke(main, ["verify", str(case), "--records"])
    assert "No verification that read every source is known of this copy." in ran.output
    assert toolkit.verify(case).ok
    (case / "raw/footage/07.mp4").write_text("another")

    ran = CliRunner().invoke(main, ["verify", str(case), "--records"])
    assert 0 == ran.exit_code, ran.output
    assert f"The bytes of {FILES} sources were not read: a change in one is not seen." in ran.output
    assert "0 days ago, with 0 failures." in ran.output
    assert not toolkit.verify(case).ok
    assert "0 days ago, with 1 failures." in " ".join(toolkit.verify(case, sample=0.0).limits)
    (case / "raw/footage/08.mp4").unlink()
    assert ["V505"] == [failure.code for failure in toolkit.verify(case, sample=0.0).failures]


def test_a_sample_reads_a_part_that_can_be_drawn_again_and_says_what_it_bounds(case, monkeypatch):
    """A tenth of forty, by a seed: the same four each time; another seed, others; the bound is that of the draw."""
    toolkit.seal(open_case(case))
    read = []
    monkeypatch.setattr(manifest, "digest_and_stat", lambda path: read.append(path.name) or real(path))
    drawn = []
    for seed in ("a", "a", "b"):
        read.clear()
        found = toolkit.verify(case, sample=0.1, seed=seed)
        drawn.append(sorted(read))
    assert [4, True, False] == [len(drawn[0]), drawn[0] == drawn[1], drawn[0] == drawn[2]]
    assert f"The bytes of 4 of {FILES} sources were read, drawn by seed b." in found.limits
    assert "If more than 20 of them had been changed" in found.limits[1]
    (case / "raw/footage" / drawn[2][0]).write_text("another")
    assert not toolkit.verify(case, sample=0.1, seed="b").ok

    ran = CliRunner().invoke(main, ["verify", str(case), "--sample", "10%", "--seed", "b"])
    assert (4, True) == (ran.exit_code, "drawn by seed b" in ran.output)
    for wrong in ("0%", "101%", "x", "-1%"):
        assert 2 == CliRunner().invoke(main, ["verify", str(case), "--sample", wrong]).exit_code


@pytest.mark.parametrize(("files", "read"), [(40, 4), (100, 1), (7, 7), (1, 1), (500, 30)])
def test_the_bound_is_that_of_drawing_without_putting_back(files, read):
    """So many changed files are missed by a part in at least one of twenty draws, one more are not: counted out."""

    def missed(changed):
        chance = 1.0
        for drawn in range(read):
            chance *= max(0, files - changed - drawn) / (files - drawn)
        return chance

    most = verifying.undetected(files, read)
    assert missed(most) >= 0.05 - 1e-9
    assert most == files or missed(most + 1) < 0.05 + 1e-9


def test_pieces_of_a_file_go_when_it_is_joined(tmp_path):
    """Those of the others stay."""
    case = open_case(toolkit.new(tmp_path / "case", title="A", from_="2016", to="2017").root)
    for key in ("a" * 64, "b" * 64):
        for name in ("000000.json", "000000.faces.parquet", "000000.descriptors.parquet"):
            write.write_text(case.root / "cache/index" / key[:32] / name, "x")

    pieces.forget_pieces(case, "a" * 64)

    assert {"b" * 32} == {path.parent.name for path in (case.root / "cache/index").rglob("*.*")}
