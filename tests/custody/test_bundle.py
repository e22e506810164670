"""Bundles: what we say of one and what its own verifier says agree, on whole ones and on every kind of broken one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from doubles import Forgetful
from small import AT, KEY, OUTPUTS, WITNESS, add, both_say, small_case

import toolkit
from toolkit.custody import access, bag, bundle, chain, checkpoint, heads, mandate, merkle, note, standalone, write
from toolkit.custody.heads import Trust
from toolkit.custody.log import Log

TRUST = Trust([str(KEY.public)], [str(WITNESS.public)])
ANSWERS = "data/reports/beae4b312e4a/tables/answers.csv"
LOG = f"data/{chain.LOG}"


def both(folder, trust, capsys):
    """Return what the toolkit says of a bundle, and what its verifier says; they must agree."""
    arguments = [part for key in trust.signers for part in ("--trust", key)]
    arguments += [part for key in trust.witnesses for part in ("--witness", key)]
    arguments += [part for head in trust.kept for part in ("--head", str(head))]
    ours = bundle.verify_bundle(folder, trust)
    code = standalone.main([str(folder), *arguments])
    theirs = capsys.readouterr().out
    assert (0 if ours.ok else 4) == code, f"{theirs}\n{list(map(str, ours.failures))}"
    return ours.ok, theirs


def signed_case(root):
    """Make a case with signers, a mandate that is signed, and a head that a witness cosigned."""
    small_case(root, key=KEY, mandate=True)
    text = mandate.text_of((root / "case.toml").read_text())
    write.write_bytes(root / mandate.MANDATE_NOTE, note.Note(text, (KEY.sign(text),)).to_bytes())
    found = note.parse((root / checkpoint.CHECKPOINT).read_bytes(), "x")
    cosigned = note.Note(found.text, (*found.signatures, WITNESS.sign(found.text, 1_700_000_000)))
    write.write_bytes(root / heads.WITNESSED / "1.note", cosigned.to_bytes())
    return root


@pytest.fixture(scope="module", autouse=True)
def _quick():
    """Bundles hold some 150 files; that writes wait for the disk is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "disk", Forgetful())
        yield


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """A signed bundle; the tests work on copies."""
    root = signed_case(tmp_path_factory.mktemp("signed") / "case")
    return toolkit.bundle(toolkit.open_case(root), root.parent / "bundle")


def without_hand(root):
    """Nobody decided anything."""
    shutil.rmtree(small_case(root) / "hand")
    add(root, Log(root / chain.LOG), "intent", "index")


def with_torn_tail(root):
    """A process was killed in the middle of a line, and the next one went on."""
    small_case(root)
    with (root / chain.LOG).open("ab") as log:
        log.write(b'{"at":"2026')
    add(root, Log(root / chain.LOG), "intent", "index")


def with_units(root):
    """A step was interrupted after two finished units, beyond the checkpoint."""
    small_case(root)
    log = Log(root / chain.LOG)
    for name in ("one", "two"):
        path = f"tables/index/faces/{name}.parquet"
        sha256 = write.write_text(root / path, name)
        add(root, log, "unit", "index", unit=name, outputs={path: sha256})


def with_lines(count):
    """Return a maker of a case with so many more lines: another shape of tree."""

    def make(root):
        small_case(root)
        log = Log(root / chain.LOG)
        for n in range(count):
            add(root, log, "intent", f"step {n}")

    return make


def with_two_reports(root):
    """Reports stay; a large one, and one with a separator that some readers take for the end of a line."""
    table = "question,evidence\n" + 'Q01,"[{""source"": ""a\u2028b\x85c""}]"\n' + f'"{"x" * 200_000}",[]\n'
    small_case(root, steps={**OUTPUTS, "report": {**OUTPUTS["report"], "reports/0000/tables/answers.csv": table}})


GOOD = {
    "unsigned": small_case,
    "no hand": without_hand,
    "torn tail": with_torn_tail,
    "units": with_units,
    "two reports": with_two_reports,
    "no report": lambda root: small_case(root, steps={}),
    "no outputs": lambda root: small_case(root, steps={"ingest": {}}),
    **{f"{n} more lines": with_lines(n) for n in (1, 2, 3, 5, 7, 8, 9, 15, 25, 57)},
    "mandate, unsigned": lambda root: small_case(root, mandate=True),
    "signed": lambda root: small_case(root, key=KEY),
    "signed mandate": signed_case,
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD.keys())
def test_a_whole_bundle_is_ok_for_both_and_the_same_bytes_again(make, tmp_path, capsys):
    """Whatever the shape of the log, and with nothing, keys or heads from outside relied on."""
    make(tmp_path / "case")
    folders = [toolkit.bundle(toolkit.open_case(tmp_path / "case"), tmp_path / name) for name in ("one", "two")]
    files = [{path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
             for folder in folders]  # fmt: skip
    assert files[0] == files[1]
    assert (tmp_path / "one/verify.py").read_bytes() == Path(standalone.__file__).read_bytes()
    kept = tmp_path / "kept.note"
    kept.write_bytes((tmp_path / "case" / checkpoint.CHECKPOINT).read_bytes())

    signed = "signers" in (tmp_path / "case/case.toml").read_text()
    for trust in (Trust(), Trust(kept=[kept]), *([TRUST] if signed else [])):
        ok, said = both(tmp_path / "one", trust, capsys)
        assert ok, said


def edit(name, was, now):
    """Return an edit of a file in a bundle."""

    def change(folder):
        content = (folder / name).read_bytes()
        assert was in content
        (folder / name).write_bytes(content.replace(was, now, 1))

    return change


def put(name, content=b""):
    """Return what puts a file into a bundle."""

    def change(folder):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return change


def drop(name):
    """Return what takes a file out of a bundle."""
    return lambda folder: (folder / name).unlink()


def link(name):
    """Return what replaces a file by a link to the same content outside."""

    def change(folder):
        outside = folder.parent / "outside"
        (folder / name).replace(outside)
        (folder / name).symlink_to(outside)

    return change


def lines_of(name, order):
    """Return an edit of a file's lines: those of *order*, which takes and gives a list."""

    def change(folder):
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join(order(lines)))

    return change


def forged(folder):
    """Rewrite the log with another history and its digests, as one who has no key can."""
    lines = [json.loads(line) for line in (folder / LOG).read_bytes().splitlines()][1:]
    shutil.rmtree(folder / "data/custody")
    shutil.copy(folder / "data/case.toml", folder.parent / "case.toml")
    log = Log(folder / LOG)
    for line in lines:
        log.append(
            {key: value for key, value in line.items() if key not in ("n", "prev", "at", "signed", "signers")}, AT
        )


def own_key(folder):
    """Sign the head with a key of one's own, and say in the bundle that it is the one to trust."""
    key = note.PrivateKey("office", note.SIGNER, bytes(32))
    text = note.parse((folder / "data/custody/checkpoint").read_bytes(), "x").text
    (folder / "data/custody/checkpoint").write_bytes(note.Note(text, (key.sign(text),)).to_bytes())
    with (folder / "README.txt").open("a") as readme:
        readme.write(f"trust {key.public}")


def unsign(name):
    """Return what takes the signatures off a note."""

    def change(folder):
        (folder / name).write_bytes(note.Note(note.parse((folder / name).read_bytes(), "x").text).to_bytes())

    return change


def another_head(folder):
    """Replace the cosigned head by one of another log, cosigned by the same witness."""
    text = checkpoint.Checkpoint("toolkit/case/" + "0" * 32, 3, merkle.EMPTY).to_text()
    signed = note.Note(text, (WITNESS.sign(text, 1_700_000_000),))
    (folder / "data/custody/witnessed/1.note").write_bytes(signed.to_bytes())


def forged_witness(folder):
    """Let the witness have signed at another time."""
    path = folder / "data/custody/witnessed/1.note"
    found = note.parse(path.read_bytes(), "x")
    name, key_id, made = found.signatures[-1]
    path.write_bytes(found._replace(signatures=(note.Signature(name, key_id, b"\0" + made[1:-1] + b"x"),)).to_bytes())


STATEMENTS = f"data/{bundle.STATEMENTS}"
CHECKPOINT = f"data/{checkpoint.CHECKPOINT}"
MANIFEST = "data/custody/manifest.sha256"
PROOF = "data/proofs/8.tlog-proof"
RESEALED = {
    "table edited": edit("data/tables/ingest/disclosures.parquet", b"rows", b"rowz"),
    "table emptied": put("data/tables/ingest/disclosures.parquet"),
    "table gone": drop("data/tables/ingest/disclosures.parquet"),
    "empty table gone": drop("data/tables/ingest/problems.parquet"),
    "table added": put("data/tables/ingest/extra.parquet", b"x"),
    "report added": put("data/reports/ffff/report.html", b"x"),
    "report edited": edit("data/reports/beae4b312e4a/report.html", b"report", b"rep0rt"),
    "report gone": drop("data/reports/beae4b312e4a/report.html"),
    "answer edited": edit(ANSWERS, b"not_found", b"established"),
    "answer added": edit(ANSWERS, b"Q02", b"Q00,established,1,[]\nQ02"),
    "case.toml edited": edit("data/case.toml", b"small", b"large"),
    "mandate widened": edit("data/case.toml", b"KB-1", b"*"),
    "case.toml gone": drop("data/case.toml"),
    "decision edited": edit("data/hand/decisions/1.toml", b"POST-2", b"POST-3"),
    "decision added": put("data/hand/decisions/2.toml", b"x"),
    "decision gone": drop("data/hand/decisions/1.toml"),
    "log gone": drop(LOG),
    "log emptied": put(LOG),
    "log line edited": edit(LOG, b'"step":"ingest"', b'"step":"digest"'),
    "log time edited": edit(LOG, b"09:30", b"09:31"),
    "log line deleted": lines_of(LOG, lambda lines: [*lines[:3], *lines[4:]]),
    "log line doubled": lines_of(LOG, lambda lines: [*lines[:3], lines[2], *lines[3:]]),
    "log lines swapped": lines_of(LOG, lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]]),
    "log cut": lines_of(LOG, lambda lines: lines[:-1]),
    "log cut to units": lines_of(LOG, lambda lines: lines[:1]),
    "log torn": lines_of(LOG, lambda lines: [*lines, b'{"at"']),
    "log not canonical": edit(LOG, b'{"at":', b'{ "at":'),
    "log with a float": edit(LOG, b'"n":3', b'"n":3.0'),
    "log with a key twice": edit(LOG, b'{"at":', b'{"at":"x","at":'),
    "log last line edited": lines_of(LOG, lambda lines: [*lines[:-1], lines[-1].replace(b"0.1.0", b"0.1.1")]),
    "log forged": forged,
    "checkpoint gone": drop(CHECKPOINT),
    "checkpoint smaller": edit(CHECKPOINT, b"\n9\n", b"\n8\n"),
    "checkpoint larger": edit(CHECKPOINT, b"\n9\n", b"\n10\n"),
    "checkpoint zero": edit(CHECKPOINT, b"\n9\n", b"\n0\n"),
    "checkpoint of another": edit(CHECKPOINT, b"toolkit/case/", b"toolkit/case/0"),
    "checkpoint unsigned": unsign(CHECKPOINT),
    "checkpoint no note": put(CHECKPOINT, b"x"),
    "own key": own_key,
    "mandate unsigned": unsign("data/custody/mandate.sig"),
    "mandate signature gone": drop("data/custody/mandate.sig"),
    "mandate signature edited": edit("data/custody/mandate.sig", b"toolkit mandate", b"toolkit mandatE"),
    "witness forged": forged_witness,
    "witnessed size edited": edit("data/custody/witnessed/1.note", b"\n9\n", b"\n8\n"),
    "witnessed another": another_head,
    "witnessed no note": put("data/custody/witnessed/2.note", b"x"),
    "manifest edited": edit(MANIFEST, b"0", b"1"),
    "manifest gone": drop(MANIFEST),
    "manifest emptied": put(MANIFEST),
    "manifest line gone": lines_of(MANIFEST, lambda lines: lines[1:]),
    "statement edited": edit(STATEMENTS, b'"row":1', b'"row":2'),
    "statement gone": lines_of(STATEMENTS, lambda lines: lines[:-1]),
    "statement doubled": lines_of(STATEMENTS, lambda lines: [*lines, lines[-1]]),
    "statement doubled in place of another": lines_of(STATEMENTS, lambda lines: [lines[0], *lines[:-1]]),
    "statements of a table gone": lines_of(
        STATEMENTS, lambda lines: [line for line in lines if b"verdicts" not in line]
    ),
    "statements gone": drop(STATEMENTS),
    "statement of nothing": edit(STATEMENTS, b'"row":3', b'"row":9'),
    "statement with another source": edit(STATEMENTS, b'{"raw/share_log/2017.csv":"', b'{"raw/share_log/2018.csv":"'),
    "statement without proof": edit(STATEMENTS, b"8.tlog-proof", b"7.tlog-proof"),
    "page added": put("data/evil.html", b"<p>"),
    "rule added": put("data/models/rules/R99.sql", b"select 1"),
    "rule edited": edit("data/models/macros.sql", b"e", b"x"),
    "rule gone": drop("data/models/macros.sql"),
    "excerpt forged": put("data/raw/share_log/2017.csv", b"forged"),
    "excerpt of no source": put("data/raw/share_log/x.csv"),
    "readers added": put("data/custody/access.jsonl", b"{}\n"),
    "openings added": put("data/custody/openings.jsonl"),
    "key of erasures added": put("data/custody/erasures/key"),
    "torn tail added": put("data/custody/torn/x"),
    "certificate added": put("data/custody/erasures/0001.txt"),
    "temporary file left": put("data/tables/.tmp-0123456789abcdef"),
    "statement emptied": edit(STATEMENTS, b'"sources":{"raw/', b'"sources":{},"x":{"raw/'),
    "statements in another order": lines_of(STATEMENTS, lambda lines: lines[::-1]),
    "statement not canonical": edit(STATEMENTS, b'{"file":', b'{ "file":'),
    "proof added": put("data/proofs/1.tlog-proof"),
    "file among the proofs": put("data/proofs/x"),
    "proof gone": drop(PROOF),
    "proof of another line": edit(PROOF, b"index 8", b"index 7"),
    "proof beyond the log": edit(PROOF, b"index 8", b"index 9"),
    "proof cut": lines_of(PROOF, lambda lines: [*lines[:2], *lines[3:]]),
    "proof too long": lines_of(PROOF, lambda lines: [*lines[:3], lines[2], *lines[3:]]),
    "proof with another head": edit(PROOF, b"\n9\n", b"\n10\n"),
    "proof no proof": put(PROOF, b"x"),
}
UNSEALED = {
    "file edited": edit("data/models/macros.sql", b"e", b"x"),
    "file added": put("data/extra"),
    "tag added": put("extra"),
    "tag edited": edit("README.txt", b"bag", b"gab"),
    "verifier edited": edit("verify.py", b"4", b"0"),
    "file gone": drop("data/models/macros.sql"),
    "manifest gone": drop("manifest-sha256.txt"),
    "tag manifest gone": drop("tagmanifest-sha256.txt"),
    "declaration gone": drop("bagit.txt"),
    "declaration edited": edit("bagit.txt", b"1.0", b"1.1"),
    "manifest line gone": lines_of("manifest-sha256.txt", lambda lines: lines[1:]),
    "manifest line doubled": lines_of("manifest-sha256.txt", lambda lines: [lines[0], *lines]),
    "manifest out of order": lines_of("manifest-sha256.txt", lambda lines: lines[::-1]),
    "manifest leads out": edit("manifest-sha256.txt", b"  data/case.toml", b"  data/../../outside"),
    "linked file": link("data/models/macros.sql"),
    "linked tag": link("README.txt"),
    "file renamed": lambda folder: (folder / "data/models/macros.sql").rename(folder / "data/models/m.sql"),
    "folder linked": lambda folder: (
        (folder / "data/models").rename(folder.parent / "models"),
        (folder / "data/models").symlink_to(folder.parent / "models"),
    ),
}


def reseal(folder):
    """Make the bag's own manifests anew, as anybody can who edits a bag."""
    for name in ("bagit.txt", "bag-info.txt", bag.PAYLOAD, bag.TAGS):
        (folder / name).unlink(missing_ok=True)
    bag.seal_bag(folder, {})


@pytest.mark.parametrize("name", RESEALED)
def test_a_bundle_that_was_edited_and_made_a_bag_again_is_refused_by_both(name, signed, tmp_path, capsys):
    """Each in its own way; the bag itself is whole, so that only the log and the proofs can tell."""
    shutil.copytree(signed, tmp_path / "bundle")
    RESEALED[name](tmp_path / "bundle")
    reseal(tmp_path / "bundle")
    assert bag.check_bag(tmp_path / "bundle") == []

    ok, said = both(tmp_path / "bundle", TRUST, capsys)

    assert not ok
    assert said.startswith("FAILED: ")


@pytest.mark.parametrize("name", UNSEALED)
def test_a_bag_that_is_not_what_its_manifests_say_is_refused_by_both(name, signed, tmp_path, capsys):
    """Nothing is read through a link, nothing may be missing, nothing else may be there."""
    shutil.copytree(signed, tmp_path / "bundle")
    UNSEALED[name](tmp_path / "bundle")

    assert not both(tmp_path / "bundle", TRUST, capsys)[0]


def test_the_key_inside_a_bundle_is_never_relied_on(signed, capsys):
    """Without a key from outside the head counts as unsigned, whatever case.toml lists; with another key, it fails."""
    ok, said = both(signed, Trust(), capsys)
    assert ok
    assert "head: unsigned, or by a key that you did not name" in said
    assert bundle.verify_bundle(signed, Trust()).signed.startswith("unsigned (signed by office")

    assert not both(signed, Trust([str(note.PrivateKey("office", note.SIGNER, bytes(32)).public)]), capsys)[0]


def test_the_verifier_runs_alone(signed, tmp_path):
    """Without the toolkit, without any package, from anywhere; the signature is then checked by openssl."""
    asked = [sys.executable, "-I", "-S", signed / "verify.py", signed]
    trusted = [*asked, "--trust", TRUST.signers[0], "--witness", TRUST.witnesses[0]]
    done = subprocess.run(trusted, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stderr == ""
    assert "head: signed by office; 1 heads from outside agree with it" in done.stdout
    assert done.returncode == 0

    stranger = str(note.PrivateKey("office", note.SIGNER, bytes(32)).public)
    done = subprocess.run([*asked, "--trust", stranger], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (4, "") == (done.returncode, done.stderr)
    done = subprocess.run([*asked, "--trust", "x"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert len(Path(standalone.__file__).read_text().splitlines()) <= 600


def test_a_case_that_does_not_verify_is_not_bundled_and_nothing_is_left(tmp_path):
    """Nor into a folder that exists, nor into the case."""
    case = small_case(tmp_path / "case")
    for out in (tmp_path, case / "bundle"):
        with pytest.raises(toolkit.errors.UsageError, match="expected a folder that does not exist, outside the case"):
            toolkit.bundle(toolkit.open_case(case), out)
    (case / "raw/share_log/2017.csv").write_text("edited")

    with pytest.raises(toolkit.errors.IntegrityError, match="not bundled, because it does not verify"):
        toolkit.bundle(toolkit.open_case(case), tmp_path / "bundle")
    assert ["case"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(("one", "two"), [("é", "e\u0301"), ("A", "a"), ("ß", "SS"), ("A/x", "a/y")])
def test_names_that_differ_by_case_or_form_only_are_in_no_bag(tmp_path, one, two):
    """On another disk one would lie over the other: no bundle is made, and neither verifier takes one."""
    root = small_case(tmp_path / "case")
    for name in (one, two):
        write.write_text(root / "hand" / name, "x")
    add(root, Log(root / chain.LOG), "intent", "index")

    with pytest.raises(toolkit.errors.IntegrityError, match="by case or Unicode form only"):
        toolkit.bundle(toolkit.open_case(root), tmp_path / "bundle")
    assert (False, 4) == both_say(root, tmp_path / "bag", Trust())


def test_what_may_stand_in_a_bag_is_vouched_for_there(tmp_path):
    """A source as it was sealed, and the record of readers as the log has it: both verifiers take these."""
    root = small_case(tmp_path / "case")
    access.append(root, {"at": AT, "operation": "consultation", "what": "ask Q01"})
    log = Log(root / chain.LOG)
    log.append(access.unsealed(root, log.entries), AT)
    assert (True, 0) == both_say(root, tmp_path / "bag", Trust())
    excerpt = tmp_path / "bag/data/raw/share_log/2017.csv"
    excerpt.parent.mkdir(parents=True)
    excerpt.write_bytes((root / "raw/share_log/2017.csv").read_bytes())
    reseal(tmp_path / "bag")
    assert (True, 0) == (bundle.verify_bundle(tmp_path / "bag", Trust()).ok, standalone.main([str(tmp_path / "bag")]))


def test_rules_that_changed_since_they_ran_are_not_bundled(tmp_path, monkeypatch):
    """The bundle holds what was run, or there is none."""
    root = small_case(tmp_path / "case")
    (tmp_path / "room").mkdir()
    (tmp_path / "room/macros.sql").write_text("select 'another'")
    monkeypatch.setattr("toolkit.steps.bundle.ROOM", tmp_path / "room")

    with pytest.raises(toolkit.errors.UsageError, match=r"models/macros\.sql: other than when the case"):
        toolkit.bundle(toolkit.open_case(root), tmp_path / "bundle")
