"""Forgetting: what was erased is nowhere in the case, the log still holds, and no step brings it back."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import erasing
import polars as pl
import pytest

import toolkit
from toolkit.case import open_case
from toolkit.custody import chain, commitments, erasure, log, manifest, note, standalone, write
from toolkit.custody.digest import digest_of
from toolkit.custody.traces import Sought, remove
from toolkit.errors import AuthorityError, IntegrityError, UsageError
from toolkit.steps import comparisons
from toolkit.steps.job import job
from toolkit.tables import table

CONTENT = erasing.FILES["raw/images/i.png"].encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case that is swept, with a report; made once."""
    root = tmp_path_factory.mktemp("erase") / "case"
    case = erasing.make(root)
    toolkit.reconstruct(case)
    toolkit.report(case)
    return root


@pytest.fixture
def case(made, tmp_path, monkeypatch):
    """A copy of it; POST-1 is at work, POST-2 watches, no key is in use."""
    monkeypatch.delenv("TOOLKIT_KEY", raising=False)
    monkeypatch.setenv("TOOLKIT_AS", "POST-1")
    monkeypatch.setenv("TOOLKIT_WITNESS", "POST-2")
    monkeypatch.setenv("TOOLKIT_REASON", "the authority asked for it")
    shutil.copytree(made, tmp_path / "case")
    return open_case(tmp_path / "case")


def setting(case, text):
    """Return the case with more in its case.toml, before the first table."""
    path = case.root / "case.toml"
    path.write_text(path.read_text() + text)
    return open_case(case.root)


def traces(root, needles):
    """Return every file of the case that holds one of these, Parquet read as what it says."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += repr(pl.read_parquet(path).rows()).encode()
            frame = pl.read_parquet(path)
            if "descriptor" in frame.columns:
                content += frame["descriptor"].to_numpy().tobytes()
        if any(needle in content for needle in needles):
            found.append(path.relative_to(root).as_posix())
    return found


def test_without_yes_nothing_changes_and_every_place_is_named(case):
    """The dry run: tables, reports, manifest, caches, both files of one content, and what it cannot reach."""
    toolkit.bundle(case, case.root.parent / "bundle")
    before = {path: path.read_bytes() for path in case.root.rglob("*") if path.is_file()}

    found = toolkit.erase(case, "I-1")

    places = dict(found.places)
    report = f"reports/{next((case.root / 'reports').iterdir()).name}/tables"
    assert {
        "raw/images/copy.png": 1,
        "raw/images/i.png": 1,
        "cache/stat.json": 2,
        "custody/manifest.sha256": 2,
        "tables/ingest/sources.parquet": 2,
        "tables/sweep/candidates.parquet": 2,
        "tables/sweep/comparisons/a.parquet": 1,
        "tables/sweep/probes.parquet": 1,
        f"{report}/sources.csv": 2,
        f"{report}/sources.parquet": 2,
    }.items() <= places.items()
    assert ("image I-1, image I-2", None) == (found.what, found.certificate)
    assert "bundle bundle, made" in found.residuals[0]
    assert "backups" in found.residuals[-1]
    after = {path: path.read_bytes() for path in case.root.rglob("*") if path.is_file()}
    assert before == {path: after[path] for path in before}


def test_what_was_erased_is_nowhere_and_the_log_holds(case, run_cli):
    """The image's bytes and digest are in no file; references stay; verify says destroyed, not missing, and 0."""
    assert traces(case.root, [CONTENT, SHA256.encode(), SHA256[:12].encode()])
    lines = (case.root / chain.LOG).read_bytes()

    done = run_cli("erase", case.root, "--image", "I-1", "--yes")

    assert 0 == done.returncode, done.stderr
    assert [] == traces(case.root, [CONTENT, SHA256.encode(), SHA256[:12].encode()])
    assert (case.root / chain.LOG).read_bytes().startswith(lines)
    assert {} == commitments.opened(case.root) or SHA256 not in str(commitments.opened(case.root))
    found = toolkit.verify(case.root)
    assert [] == found.failures
    assert {("F412", "raw/images/copy.png"), ("F412", "raw/images/i.png")} == {
        (each.code, each.origin.source) for each in found.notes
    }
    assert ["I-3"] == case.table("probes")["probe_id"].to_list()
    assert ["face-2"] == case.table("candidate_descriptors")["face_id"].to_list()
    assert [None, None] == case.table("images").filter(pl.col("image_ref") != "I-3")["sha256"].to_list()
    assert ["intent", "erased"] == [entry["event"] for entry in log.read(case.root / chain.LOG)[-2:]]


def test_the_certificate_says_what_went_and_is_checked(case):
    """Tombstones with keyed digests, counts, people, residuals, 'unsigned'; one changed byte is found by verify."""
    toolkit.erase(case, "I-1", yes=True)

    said = json.loads((case.root / erasure.FOLDER / "0001.json").read_bytes())
    key = erasure.the_key(case.root)
    assert [("I-1", "raw/images/i.png"), ("I-2", "raw/images/copy.png")] == [
        (each["image_ref"], each["source"]) for each in said["tombstones"]
    ]
    assert {erasure.keyed(key, SHA256)} == {each["keyed_digest"] for each in said["tombstones"]}
    assert ("POST-1", "POST-2", "the authority asked for it") == (said["by"], said["witness"], said["reason"])
    assert said["signature"].startswith("unsigned")
    text = (case.root / erasure.FOLDER / "0001.txt").read_text()
    assert "unsigned: no key was given" in text
    for name in ("0001.json", "0001.txt"):
        path = case.root / erasure.FOLDER / name
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"POST-2", b"POST-3"))
        assert "V510" in {failure.code for failure in toolkit.verify(case.root).failures}
        path.write_bytes(whole)
    assert toolkit.verify(case.root).ok


def test_a_signed_case_has_a_signed_certificate(case, tmp_path, monkeypatch):
    """By the signer's key; a certificate that nobody signed is a failure then."""
    public = toolkit.new_key(tmp_path / "key", name="office")
    settings = case.root / "case.toml"
    settings.write_text(f'signers = ["{public}"]\n' + settings.read_text())
    monkeypatch.setenv("TOOLKIT_KEY", str(tmp_path / "key"))
    toolkit.sign(open_case(case.root))

    toolkit.erase(open_case(case.root), "I-1", yes=True)

    path = case.root / erasure.FOLDER / "0001.txt"
    found = note.parse(path.read_bytes(), "x")
    assert ["office"] == [key.name for key in note.signed_by(found, [note.public_key(public)], "x")]
    assert toolkit.verify(case.root).ok
    path.write_bytes(note.Note(found.text, ()).to_bytes())
    assert {"V510", "V523"} == {failure.code for failure in toolkit.verify(case.root).failures}


def test_bystanders_leave_and_the_steps_before_and_after_stay_done(case):
    """Rows and descriptors of faces that are no candidate go; no step does its work again, none comes back."""
    frames = [pl.read_parquet(case.root / f"tables/index/descriptors/{name}.parquet") for name in ("a", "b")]
    gone = [frame["descriptor"].to_numpy()[-1].tobytes() for frame in frames]
    assert traces(case.root, gone)

    toolkit.erase(case, bystanders=True, yes=True)

    assert [] == traces(case.root, [*gone, b"face-3", b"face-5"])
    assert (
        {"face-1", "face-2", "face-4"}
        == set(case.table("faces")["face_id"])
        == set(case.table("descriptors")["face_id"])
    )
    assert toolkit.verify(case.root).ok
    with job(case, "index", erasing.INPUTS) as work:
        assert work.up_to_date
        assert work.done("a", "inputs")["outputs"] == {
            name: sha256 for name, sha256 in work.outputs.items() if name.endswith("/a.parquet")
        }
    assert not toolkit.reconstruct(case).did_work
    assert not toolkit.report(case).did_work


def test_a_rerun_does_not_bring_it_back_and_answers_say_destroyed(case):
    """Seal, ingest and answers after it: no digest, no problem, the state `destroyed`, the tombstone as evidence."""
    toolkit.erase(case, "I-1", yes=True)

    problems = [str(found) for run in (toolkit.seal(case), toolkit.ingest(case, workers=1)) for found in run.problems]
    with job(case, "sweep", "another") as work:
        probes = {"probe_id": ["I-1", "I-3"], "searched": [False, True], "probe_source": [None, "raw/images/other.png"]}
        work.write("probes", erasing.filled("probes", probes))
        work.write("candidates", erasing.filled("candidates", {"probe_id": []}))
    toolkit.link(case)
    toolkit.reconstruct(case)

    assert [] == [found for found in problems if "i.png" in found or "copy.png" in found]
    assert [] == traces(case.root, [CONTENT, SHA256.encode()])
    answers = {answer.subject: answer for answer in toolkit.ask(case, "Q42")}
    assert ("destroyed", ("custody/erasures/0001.json",)) == (
        answers["I-1"].state,
        tuple(each.source for each in answers["I-1"].evidence),
    )
    counts = {answer.subject: answer.value for answer in toolkit.ask(case, "Q02")}
    assert 2 == counts["files"]


def test_the_same_file_is_refused_when_it_comes_back(case):
    """Whatever its name: F411, not sealed; verify says V522, not that it was never sealed."""
    toolkit.erase(case, "I-1", yes=True)
    (case.root / "raw/images/new name.png").write_bytes(CONTENT)

    run = toolkit.seal(case)

    assert [("F411", "raw/images/new name.png")] == [(each.code, each.origin.source) for each in run.problems]
    assert SHA256 not in dict(manifest.read(case.root)).values()
    assert [] == [name for name in traces(case.root, [SHA256.encode()]) if not name.startswith("raw/")]
    assert ["V522"] == [failure.code for failure in toolkit.verify(case.root).failures]


def test_a_hold_stands_against_it_and_the_refusal_is_logged(case):
    """Exit 5 with the reason, nothing erased, one line of the log; a hold that is over holds nothing."""
    held = setting(case, '\n[[holds]]\nref = "I-2"\nreason = "proceedings"\nuntil = "2097"\n')
    with pytest.raises(AuthorityError, match="holds: I-2 must be kept until 2097: proceedings; nothing was erased"):
        toolkit.erase(held, "I-1", yes=True)
    assert (case.root / "raw/images/i.png").read_bytes() == CONTENT
    assert "refusal" == log.read(case.root / chain.LOG)[-1]["event"]

    path = case.root / "case.toml"
    path.write_text(path.read_text().replace("2097", "2019-12-31"))
    assert toolkit.erase(open_case(case.root), "I-1", yes=True).certificate
    assert [] == [value for value in commitments.opened(case.root).values() if "I-2" in value]


def test_due_is_what_case_toml_says_is_over(case):
    """By retention and by the mandate, not a day early; clauses are for a person to read."""
    rules = '\n[[retention]]\nref = "I-3"\nuntil = "2019"\nbasis = "clause 5"\n'
    rules += '\n[[retention]]\nref = "I-1"\nuntil = "2097"\nbasis = "clause 6"\n'
    found = toolkit.erase(setting(case, rules), due=True)
    assert found.what == "image I-3 (due: I-3: clause 5, until 2019)"

    path = case.root / "case.toml"
    path.write_text(path.read_text().replace("\nexpires =", '\nkeep_descriptors_until = "2020-01-01"\nexpires ='))
    assert "every face that is no candidate" in toolkit.erase(open_case(case.root), due=True).what


@pytest.mark.parametrize(
    ("unset", "message"),
    [("TOOLKIT_AS", "expected --as POST"), ("TOOLKIT_REASON", "--reason TEXT"), (None, "cannot be its own witness")],
)
def test_somebody_answers_for_it(case, unset, message, monkeypatch):
    """Who and why are stated, and nobody watches themselves."""
    if unset:
        monkeypatch.delenv(unset)
    else:
        monkeypatch.setenv("TOOLKIT_WITNESS", "POST-1")
    with pytest.raises(UsageError, match=message):
        toolkit.erase(case, "I-1", yes=True)
    with pytest.raises(UsageError, match="no sealed file of the image 'I-9'"):
        toolkit.erase(case, "I-9")
    with pytest.raises(UsageError, match="expected one of"):
        toolkit.erase(case, "I-1", due=True)


def test_a_bundle_of_it_agrees_with_its_own_verifier(case, capsys):
    """Certificates travel, the key does not; a certificate that was changed is found by both."""
    toolkit.erase(case, "I-1", yes=True)
    folder = toolkit.bundle(case, case.root.parent / "bundle")

    assert toolkit.verify(folder).ok
    assert 0 == standalone.main([str(folder)]), capsys.readouterr().out
    assert (folder / "data" / erasure.FOLDER / "0001.txt").is_file()
    assert not (folder / "data" / erasure.KEY).exists()
    path = folder / "data" / erasure.FOLDER / "0001.json"
    path.write_bytes(path.read_bytes().replace(b"POST-2", b"POST-9"))
    assert not toolkit.verify(folder).ok
    assert 4 == standalone.main([str(folder)])


def test_what_was_begun_is_finished_before_anything_else(case, monkeypatch):
    """A disk that fails half way: no other step works on the case, verify says V524; erasing finishes it."""
    remove, calls = write.remove, []

    def fails(path: Path) -> None:
        if path.suffix == ".png" and calls.append(path) is None and len(calls) == 2:
            raise IntegrityError("interrupted")
        remove(path)

    monkeypatch.setattr(write, "remove", fails)
    with pytest.raises(IntegrityError, match="interrupted"):
        toolkit.erase(case, "I-1", yes=True)
    monkeypatch.setattr(write, "remove", remove)
    with pytest.raises(IntegrityError, match="was begun and is not finished"):
        toolkit.reconstruct(case)
    assert "V524" in {failure.code for failure in toolkit.verify(case.root).failures}

    done = toolkit.erase(case, yes=True)

    assert ("image I-1, image I-2", "custody/erasures/0001.json") == (done.what, done.certificate)
    assert toolkit.verify(case.root).ok
    assert [] == traces(case.root, [CONTENT, SHA256.encode()])
    assert ("was destroyed before",) == toolkit.erase(case, "I-1", yes=True).notes


def test_a_kill_anywhere_costs_nothing(made, tmp_path):
    """`kill -9` at disk calls of an erasure: the same command again ends in the same tables, reports and manifest."""
    shutil.copytree(made, tmp_path / "case")
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here.parent / "custody"), str(here), str(here.parent.parent)])
    environment = {
        **os.environ,
        "PYTHONPATH": paths,
        "TOOLKIT_KEY": "",
        "TOOLKIT_AS": "POST-1",
        "TOOLKIT_REASON": "kill",
    }

    done = subprocess.run(
        [sys.executable, here / "erase_kills.py", tmp_path / "case", SHA256, "8"],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "POLARS_MAX_THREADS": "1"},
    )

    assert 0 == done.returncode, done.stderr[-3000:]
    print(done.stdout)  # noqa: T201 - the count belongs into the CI's output
    assert int(done.stdout.split()[0]) >= 8


def test_a_record_that_an_answer_rests_on_keeps_its_row_and_loses_the_digest(tmp_path):
    """`answer_evidence` is what a person may have read: its rows stay, unlike those of computed tables."""
    name, path = "tables/reconstruct/answer_evidence.parquet", "raw/images/i.png"
    rows = [("Q42", "I1", path, ""), ("Q42", "I1", f"cache/{SHA256[:12]}.png", "frame 0"), ("Q42", "I2", path, "x")]
    frame = pl.DataFrame(rows, schema=table("answer_evidence").schema(), orient="row")
    write.write_table(tmp_path / name, frame.to_arrow())
    sought = Sought(digests=frozenset({SHA256}), paths=frozenset({path}), refs=frozenset({"I1"}))

    assert remove(tmp_path, name, sought) == 1

    assert [("Q42", "I1", path, ""), ("Q42", "I1", "cache/destroyed.png", "frame 0"), ("Q42", "I2", path, "x")] == (
        pl.read_parquet(tmp_path / name).rows()
    )


def digests_in(root):
    """Return every 64 hex digits of what an erasure leaves, but digests of tables and reports as they were."""
    said = []
    for entry in log.read(root / chain.LOG):
        kept = {key: value for key, value in entry.items() if key not in ("outputs", "prev", "models", "code", "case")}
        said.append(json.dumps(kept))
    folder = root / "custody"
    said += [path.read_text() for path in folder.rglob("*") if path.is_file() and path.name not in WHOLE]
    said.append(re.sub(r"  .*", "", (root / "custody/manifest.sha256").read_text()))
    return set(re.findall(r"\b[0-9a-f]{64}\b", "\n".join(said)))


WHOLE = ("log.jsonl", "manifest.sha256", "checkpoint")


def test_nobody_can_try_the_picture_against_what_is_left(case, tmp_path, monkeypatch):
    """
    Whoever has the picture computes what the log may hold of it: under any name, alone or in a list, in any unit.

    A digest that follows from the picture is the same in a second case of the same pictures, and another in a third of
    other pictures: there is none, whatever it is computed of.
    """
    cases = [case, erasing.make(tmp_path / "same")]
    for name in ("raw/images/i.png", "raw/images/copy.png"):
        monkeypatch.setitem(erasing.FILES, name, "another picture")
    cases.append(erasing.make(tmp_path / "others"))
    for each, sha256 in zip(cases, (SHA256, SHA256, hashlib.sha256(b"another picture").hexdigest()), strict=True):
        with job(each, "sweep", {"a": sha256}) as work:
            work.unit("probe raw/images/copy.png", digest_of([sha256, "engine"]), {}, {"face": False})
            work.unit("one", digest_of(sha256), {}, {"probes": comparisons._probes_digest(work, frozenset([sha256]))})
            work.outputs |= work.log.last(event="outcome", step="sweep")["outputs"]
        toolkit.erase(open_case(each.root), "I-1", yes=True)
    left, same, others = (digests_in(each.root) for each in cases)

    assert set() == {SHA256, digest_of([SHA256]), digest_of([SHA256, "engine"]), digest_of(SHA256)} & left
    assert set() == (left & same) - others
    now = manifest.read(case.root)
    then = sorted([*now, *(manifest.Entry(f"raw/images/{name}.png", SHA256) for name in ("i", "copy"))])
    salt = (case.root / manifest.MANIFEST).read_bytes()[7:71].decode()
    tried = {hashlib.sha256(manifest.render(then, each)).hexdigest() for each in ("", salt)}
    logged = {str(entry.get("outputs", {}).get(manifest.MANIFEST)) for entry in log.read(case.root / chain.LOG)}
    assert (set(), 2) == (tried & logged, len(logged - {"None"}))
