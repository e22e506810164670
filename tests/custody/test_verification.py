"""Verify: whatever is not what was sealed, written or logged is named."""

import hashlib
import os
from pathlib import Path

import pytest

from toolkit.custody import bundle, chain, checkpoint, digest, manifest, merkle, verify, write
from toolkit.custody.log import Log

AT = "2026-01-05T09:30:00+00:00"
OUTPUTS = {
    "ingest": ("tables/ingest/disclosures.parquet", "tables/ingest/problems.parquet"),
    "index": ("tables/index/faces/one.parquet", "tables/index/faces/two.parquet"),
    "report": ("reports/beae4b312e4a/report.html", "reports/beae4b312e4a/answers.csv"),
}


def entry(case, event, step, **payload):
    """Return a payload as the steps write it."""
    settings = {"case": digest.file_digest(case / "case.toml"), "hand": digest.folder_digest(case / "hand")}
    return {"event": event, "step": step, "inputs": "0" * 64, "tool": "0.1.0", **settings, **payload}


def seal(case, outside=()):
    """Seal as the step does."""
    log = Log(case / chain.LOG)
    log.append(entry(case, "intent", "seal"), AT)
    sha256 = write.write_bytes(case / manifest.MANIFEST, manifest.render(manifest.scan(case, outside).entries))
    log.append(entry(case, "outcome", "seal", outputs={manifest.MANIFEST: sha256}), AT)


def do(case, step, names, text="", *, units=False, outcome=True):
    """Write files as a step does, and log it."""
    log = Log(case / chain.LOG)
    log.append(entry(case, "intent", step), AT)
    outputs = {name: write.write_text(case / name, f"{name} {text}") for name in names}
    for name, sha256 in outputs.items() if units else ():
        log.append(entry(case, "unit", step, unit=name, outputs={name: sha256}), AT)
    if outcome:
        log.append(entry(case, "outcome", step, outputs=outputs), AT)


@pytest.fixture
def case(tmp_path):
    """A case with sources in it and outside, two human decisions, and three steps behind it."""
    case = tmp_path / "case"
    for name in ("raw/share_log/2017.csv", "raw/footage/a.mp4", "hand/decisions/1.toml", "case.toml"):
        write.write_text(case / name, f"# content of {name}")
    write.write_text(tmp_path / "mount/far.mp4", "far away")
    seal(case, [tmp_path / "mount"])
    for step, names in OUTPUTS.items():
        do(case, step, names, units=step == "index")
    return case


def forge_head(case, lines):
    """Write the unsigned checkpoint of these lines, as anybody can."""
    leaves = [line.rstrip(b"\n") for line in lines]
    root = merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves])
    forged = checkpoint.Checkpoint(checkpoint.origin_of(leaves[0]), len(leaves), root)
    (case / checkpoint.CHECKPOINT).write_text(forged.to_text() + "\n")


def failures(case, *outside):
    """Return (code, path) of what verify finds."""
    return [(found.code, found.path) for found in verify.verify(case, outside).failures]


def test_a_case_as_it_was_left_is_ok(case):
    """Twelve lines, the manifest, three sources, six outputs, case.toml and hand/; the same when asked again."""
    found = verify.verify(case, [case.parent / "mount"])

    assert found.ok
    assert ([], []) == (found.failures, found.notes)
    assert 10 + 1 + 3 + 6 + 2 == found.checked
    assert found == verify.verify(case, [case.parent / "mount"])


def test_verify_writes_nothing(case):
    """Not even where something is wrong: what a checker changes it has not checked."""
    (case / "tables/ingest/problems.parquet").write_bytes(b"")
    with (case / chain.LOG).open("ab") as log:
        log.write(b"torn")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in case.rglob("*")}

    assert not verify.verify(case).ok

    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in case.rglob("*")}


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_byte_changed_in_any_file_is_named(case, place):
    """Each source, table, report and setting by its own name and code; manifest, log and head in the message."""
    files = [path for path in [*case.rglob("*"), case.parent / "mount/far.mp4"] if path.is_file()]
    codes = {"raw": "V506", "": "V506", "tables": "V510", "reports": "V510", "case.toml": "V512"}
    for path in files:
        name = path.relative_to(case).as_posix() if path.is_relative_to(case) else str(path)
        content = path.read_bytes()
        at = {"first": 0, "middle": len(content) // 2, "last": len(content) - 1}[place]
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])

        found = verify.verify(case).failures

        code = codes.get(name.split("/")[0])
        if code:
            assert [(code, name)] == [(failure.code, failure.path) for failure in found]
        else:
            assert name.replace("hand/decisions/1.toml", "V513 hand") in str(found[0])
        path.write_bytes(content)
    assert 14 == len(files)
    assert verify.verify(case).ok


def test_a_changed_file_is_named_with_both_digests(case):
    """As the operator reads it."""
    (case / "raw/share_log/2017.csv").write_text("edited")
    was = hashlib.sha256(b"# content of raw/share_log/2017.csv").hexdigest()[:12]
    now = hashlib.sha256(b"edited").hexdigest()[:12]

    assert [f"V506 raw/share_log/2017.csv: expected {was}, found {now}"] == list(map(str, verify.verify(case).failures))


def test_missing_unsealed_and_unreadable_sources_are_named(case, tmp_path):
    """Deleted in the case and outside it; added to both; replaced by a link to the same content."""
    (case / "raw/share_log/2017.csv").unlink()
    (tmp_path / "mount/far.mp4").unlink()
    write.write_text(case / "raw/posts/new.csv", "new")
    write.write_text(tmp_path / "mount/new.mp4", "new too")
    (case / "raw/footage/a.mp4").rename(tmp_path / "a.mp4")
    (case / "raw/footage/a.mp4").symlink_to(tmp_path / "a.mp4")

    assert [
        ("V505", f"{tmp_path}/mount/far.mp4"),
        ("V505", "raw/share_log/2017.csv"),
        ("V507", "raw/footage/a.mp4"),
        ("V508", f"{tmp_path}/mount/new.mp4"),
        ("V508", "raw/posts/new.csv"),
    ] == failures(case, tmp_path / "mount")


def test_a_moved_source_is_a_note(case):
    """Found by its content (fault 47): nothing is lost."""
    (case / "raw/footage/a.mp4").rename(case / "raw/footage/b.mp4")

    found = verify.verify(case)

    assert found.ok
    assert ["F407 raw/footage/a.mp4: moved to raw/footage/b.mp4; content as sealed; run 'toolkit seal CASE'"] == list(
        map(str, found.notes)
    )


def test_a_clock_that_went_back_is_a_note(case):
    """Each line that is earlier than the one before (fault 63); lines of one time, and later ones, are not named."""
    log = Log(case / chain.LOG)
    for at in (
        "2199-01-01T00:00:00",
        "2199-01-01T00:00:00",
        "2026-01-05T09:30:00.5",
        "2026-01-05T09:30:01",
        "1970-01-01",
    ):
        log.append(entry(case, "intent", "seal"), f"{at}+00:00" if "T" in at else f"{at}T00:00:00+00:00")

    found = verify.verify(case)

    assert found.ok
    assert [("C303", "line 13"), ("C303", "line 15")] == [(note.code, note.origin.locator) for note in found.notes]
    assert "of 2026-01-05T09:30:00.5+00:00, the line before it of 2199-01-01T00:00:00+00:00" in found.notes[0].message


def test_what_was_never_a_file_is_a_note(case):
    """It was a problem when the case was sealed; there is no content to compare."""
    os.mkfifo(case / "raw/posts-fifo")

    assert ["F404"] == [note.code for note in verify.verify(case).notes]
    assert verify.verify(case).ok


def test_outputs_missing_or_of_no_step_are_named(case):
    """Our own temporary files of a killed process are not outputs."""
    (case / "tables/ingest/problems.parquet").unlink()
    write.write_text(case / "tables/ingest/extra.parquet", "")
    write.write_text(case / "reports/index.html", "")
    write.write_text(case / "tables/.tmp-0123456789abcdef", "")

    assert [
        ("V509", "tables/ingest/problems.parquet"),
        ("V511", "reports/index.html"),
        ("V511", "tables/ingest/extra.parquet"),
    ] == failures(case)


def test_an_outcome_replaces_the_earlier_ones_of_its_step_but_not_of_reports(case):
    """What a step no longer names is an orphan; each report stays."""
    do(case, "ingest", ["tables/ingest/disclosures.parquet"], "second")
    do(case, "report", ["reports/0123456789ab/report.html"])

    assert [("V511", "tables/ingest/problems.parquet")] == failures(case)


def test_an_interrupted_step_is_checked_by_its_finished_units(case):
    """What a unit wrote counts from when it is logged; what was written without a line is an orphan."""
    do(
        case,
        "index",
        ["tables/index/faces/one.parquet", "tables/index/faces/new.parquet"],
        "b",
        units=True,
        outcome=False,
    )
    assert [] == failures(case)

    write.write_text(case / "tables/index/faces/unlogged.parquet", "")
    write.write_text(case / "tables/index/faces/new.parquet", "edited")
    assert [
        ("V510", "tables/index/faces/new.parquet"),
        ("V511", "tables/index/faces/unlogged.parquet"),
    ] == failures(case)


def test_settings_and_decisions_changed_since_the_last_step_are_named(case):
    """Also when they are gone; the next step takes them as they are then."""
    write.write_text(case / "hand/decisions/2.toml", "")
    (case / "case.toml").unlink()
    assert [("V512", "case.toml"), ("V513", "hand")] == failures(case)

    write.write_text(case / "case.toml", "# new")
    do(case, "ingest", OUTPUTS["ingest"])
    assert [] == failures(case)


def test_a_case_that_was_never_sealed_says_so(tmp_path):
    """And lists what is not sealed."""
    write.write_text(tmp_path / "case.toml", "")
    write.write_text(tmp_path / "raw/posts/a.csv", "")

    assert [("V503", manifest.MANIFEST), ("V508", "raw/posts/a.csv")] == failures(tmp_path)


def test_another_manifest_than_was_sealed_is_named(case):
    """A manifest made anew for edited sources agrees with them, but not with the log."""
    (case / "raw/share_log/2017.csv").write_text("edited")
    entries = manifest.scan(case, [case.parent / "mount"]).entries
    write.write_bytes(case / manifest.MANIFEST, manifest.render(entries))
    assert [("V504", manifest.MANIFEST)] == failures(case)

    (case / manifest.MANIFEST).unlink()
    assert ("V504", manifest.MANIFEST) in failures(case)


def test_a_log_cut_short_is_named_even_with_its_head_forged(case):
    """Without the outcome of the report, the report belongs to no step."""
    lines = (case / chain.LOG).read_bytes().splitlines(keepends=True)
    (case / chain.LOG).write_bytes(b"".join(lines[:-2]))
    assert [("V501", chain.LOG)] == failures(case)

    forge_head(case, lines[:-2])
    assert [("V511", name) for name in sorted(OUTPUTS["report"])] == failures(case)


def test_a_log_cut_short_together_with_all_it_named_cannot_be_told(case):
    """The honest limit: an earlier state of the whole case is a whole case. Only a head kept elsewhere tells."""
    lines = (case / chain.LOG).read_bytes().splitlines(keepends=True)
    (case / chain.LOG).write_bytes(b"".join(lines[:-2]))
    forge_head(case, lines[:-2])
    for name in OUTPUTS["report"]:
        (case / name).unlink()

    assert verify.verify(case).ok


def test_a_torn_tail_is_named_until_a_step_moves_it_and_then_kept_under_its_digest(case):
    """A killed append is damage until it is recovered; what was recovered stays checked."""
    with (case / chain.LOG).open("ab") as log:
        log.write(b'{"at":"2026')
    assert [("V502", chain.LOG)] == failures(case)

    do(case, "ingest", OUTPUTS["ingest"])
    assert [] == failures(case)

    (torn,) = (case / "custody/torn").iterdir()
    torn.write_bytes(b"edited")
    assert [("V514", torn.relative_to(case).as_posix())] == failures(case)


def test_the_log_names_files_of_the_case_only(case, tmp_path):
    """A path that leads out of the case, or where no output may stand, is no line: not written, and not read."""
    (tmp_path / "canary").write_text("secret")
    log, sha256 = Log(case / chain.LOG), hashlib.sha256(b"secret").hexdigest()
    for path in ("tables/../../canary", str(tmp_path / "canary"), "tables//a", "tables/./a", "tables/a\0", "hand", "x"):
        with pytest.raises(ValueError, match="no line of a log: outputs: expected hex by path"):
            log.append(entry(case, "outcome", "odd", outputs={path: sha256}), AT)

    log.append(entry(case, "outcome", "odd", outputs={"case.toml": digest.file_digest(case / "case.toml")}), AT)
    assert [("V529", "case.toml")] == failures(case)


def test_every_code_is_documented_and_no_other_can_be_used():
    """CODES of failures, in one place."""
    with pytest.raises(ValueError, match="unknown failure code 'V599'"):
        verify.Failure("V599", "", "")
    source = "".join(Path(module.__file__).read_text() for module in (verify, bundle))
    assert [] == [code for code in verify.FAILURES if source.count(code) < 2]
