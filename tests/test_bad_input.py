"""Input a reviewer may really be handed: each fault is a coded problem that names file and row, and nothing is lost."""

import io
import random
from functools import partial

import av
import numpy as np
import pytest
from mandates import mandate
from PIL import Image

from toolkit import ask, open_case, run
from toolkit.steps import sweep
from toolkit.steps.limits import Limits
from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.scenes import passing

ENTRIES = "entry_ref,occurred,recorded,use,direction,image_refs\n"
ENTRY = "E-1,2016-06-01,2016-06-01,facial_recognition,out,IMG-1\n"
IMAGES = "file,image_ref,subject_ref,captured\nprobe.jpg,IMG-1,S-1,2016-01-01\n"
MANDATE = mandate("2016-05/2018-03")


def grey_jpeg():
    """Return a picture without a face."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def found(case, *steps):
    """Return (code, source, locator) of the problems on record."""
    return {(p.code, p.origin.source, p.origin.locator) for p in case.problems() if not steps or p.code in steps}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"raw/share_log/log.csv": ""}, ("M102", "raw/share_log/log.csv", "")),
        ({"raw/share_log/log.csv": ENTRIES + ENTRY + "E-2,2016\n"}, ("T204", "raw/share_log/log.csv", "line 3")),
        ({"raw/gossip/heard.csv": "a,b\n1,2\n"}, ("F408", "raw/gossip/heard.csv", "")),
    ],
    ids=["empty", "ragged", "unknown_kind"],
)
def test_a_bad_table_is_a_coded_problem_and_the_case_ends_with_3(new_case, run_cli, files, expected):
    """Exit code 3, or 8 where nothing else is there; the problem names file and row, and the good rows are there."""
    case = new_case(files)

    ran = run_cli("run", case.root)

    assert (ran.returncode, ran.stderr) == (8 if expected[0] in ("M102", "F408") else 3, "")
    assert expected in found(case)
    assert f"{expected[0]} {expected[1]}" in ran.stdout
    rows = case.table("sources").filter(source=expected[1])
    assert (
        rows["rows_in"].fill_null(0).sum()
        == rows.select("accepted", "quarantined", "blank").fill_null(0).to_numpy().sum()
    )


def test_a_case_without_a_mandate_is_reported_without_a_sweep(new_case, run_cli):
    """`run` skips index and sweep and says so; `index` alone is exit 5, and nothing was decoded."""
    case = new_case({"raw/share_log/log.csv": ENTRIES + ENTRY, "raw/images/images.csv": IMAGES})
    (case.root / "raw/images/probe.jpg").write_bytes(grey_jpeg())
    write_clip(passing(None, seed=1, seconds=1), case.root / "raw/footage/a.mp4")

    whole, alone = run_cli("run", case.root), run_cli("index", case.root)

    assert "index: skipped: case.toml states no mandate" in whole.stdout
    assert {answer.state for answer in ask(case, "Q42")} == {"not_searched"}
    assert (alone.returncode, "[mandate]" in alone.stderr) == (5, True)
    assert not (case.root / "tables" / "index").exists()


def answer_state(case, question, subject):
    """Return the state of one answer."""
    return next(answer.state for answer in ask(case, question) if answer.subject == subject)


@pytest.mark.parametrize(
    ("content", "code", "cause"),
    [
        (random.Random(1).randbytes(4096), "M103", "cannot_read"),  # noqa: S311 - any bytes
        (grey_jpeg(), "M112", "no_face_detected"),
        (grey_jpeg()[:600], "M104", "cannot_read"),
    ],
    ids=["random_bytes", "no_face", "cut_short"],
)
def test_a_probe_that_cannot_be_searched_for_is_not_a_negative(new_case, content, code, cause):
    """The answer about its image is not 'not found': it was not searched for, and the cause is stated."""
    case = new_case(
        {"raw/share_log/log.csv": ENTRIES + ENTRY, "raw/images/images.csv": IMAGES, "raw/images/probe.jpg": content},
        MANDATE,
    )
    write_clip(passing(None, seed=1, seconds=2), case.root / "raw/footage/a.mp4")

    run(case, workers=1)

    assert (code, "raw/images/probe.jpg", "") in found(case)
    assert case.table("coverage", "sweep").filter(measure="files")["cause"].to_list() == [cause]
    assert answer_state(case, "Q42", "IMG-1") == "not_searched"


def many_scans(side, scans):
    """Return a JPEG of a few kilobytes that takes minutes: each scan of 75 bytes goes over all of the picture again."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((side, side), 128, np.uint8)).save(buffer, "JPEG", progressive=True)
    whole = buffer.getvalue()
    return whole[:-2] + whole[whole.rindex(b"\xff\xda") : -2] * scans + whole[-2:]


def test_a_picture_that_takes_minutes_is_given_up(new_case, monkeypatch):
    """Its worker is ended, twice; the probe is quarantined, and the answer is that it was not searched for."""
    monkeypatch.setattr(sweep, "Limits", partial(Limits, silent_s=2))
    content = many_scans(4000, 2000)
    assert len(content) < 300_000
    case = new_case(
        {"raw/share_log/log.csv": ENTRIES + ENTRY, "raw/images/images.csv": IMAGES, "raw/images/probe.jpg": content},
        MANDATE,
    )
    write_clip(passing(None, seed=1, seconds=1), case.root / "raw/footage/a.mp4")

    run(case, workers=1)

    [problem] = case.problems("sweep")
    assert "W501 raw/images/probe.jpg: tried twice: no sign of life for 2 s; ended" in str(problem)
    assert case.table("coverage", "sweep").filter(measure="files")["cause"].to_list() == ["cannot_read"]
    assert answer_state(case, "Q42", "IMG-1") == "not_searched"


def test_footage_cut_short_is_examined_as_far_as_it_decodes(new_case, tmp_path):
    """A truncated MP4 whose index survives: its first part is examined, the rest is counted."""
    write_clip(passing(None, seed=1, seconds=3), tmp_path / "cut.mp4", truncate_at=0.5)
    write_clip(passing(None, seed=1, seconds=1), tmp_path / "whole.mp4")
    moovless = (tmp_path / "whole.mp4").read_bytes()[:200]
    case = new_case({"raw/footage/cut.mp4": (tmp_path / "cut.mp4").read_bytes(), "raw/footage/moovless.mp4": moovless,
                     "raw/share_log/log.csv": ENTRIES + ENTRY, "raw/images/images.csv": IMAGES,
                     "raw/images/probe.jpg": grey_jpeg()}, MANDATE)  # fmt: skip

    run(case, workers=1)

    coverage = case.table("coverage", "index")
    frames = coverage.filter(source="raw/footage/cut.mp4", measure="frames")
    with av.open(str(tmp_path / "cut.mp4")) as cut:
        declared = cut.streams.video[0].frames
    assert frames["n"].sum() == declared
    assert frames.filter(cause="truncated")["n"].sum() > 0
    assert coverage.filter(source="raw/footage/moovless.mp4").select("measure", "cause").rows() == [
        ("files", "cannot_read")
    ]
    assert {"M101", "M114"} <= {problem.code for problem in case.problems("index")}


def test_an_expired_mandate_stops_before_anything_is_decoded(new_case, run_cli):
    """Exit 5, naming the key; nothing is written by index."""
    case = new_case({"raw/share_log/log.csv": ENTRIES + ENTRY}, MANDATE.replace("2099-12-31", "2015-12-31"))
    write_clip(passing(None, seed=1, seconds=1), case.root / "raw/footage/a.mp4")

    ran = run_cli("run", case.root)

    assert (ran.returncode, "mandate.expires" in ran.stderr) == (5, True)
    assert not (open_case(case.root).folder("index")).exists()


def test_a_mistake_in_the_settings_names_the_key(new_case, run_cli):
    """Exit 2."""
    case = new_case({})
    (case.root / "case.toml").write_text((case.root / "case.toml").read_text().replace("looks_per_s", "looks_per_h"))

    ran = run_cli("run", case.root)

    assert (ran.returncode, "index.looks_per_h: no such key" in ran.stderr) == (2, True)


def test_what_is_not_a_case_is_exit_10(run_cli, tmp_path):
    """A folder without case.toml is no case, and the message says how to make one."""
    ran = run_cli("run", tmp_path)

    assert (ran.returncode, "toolkit new" in ran.stderr) == (10, True)
