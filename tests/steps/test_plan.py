"""The forecast: all footage counted, some of it decoded, no face looked for, nothing written."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

import toolkit
from toolkit.faces.engine import Onnx
from toolkit.terminal import show_forecast, to_json

FOOTAGE = Path(__file__).parents[2] / "data_samples" / "kings_boulevard" / "raw" / "footage"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Return a case with two clips of the sample, neither sealed nor ingested, and without a mandate."""
    root = tmp_path_factory.mktemp("case")
    (root / "raw" / "footage").mkdir(parents=True)
    for name in ("KB1_2016-06-14.mp4", "KB2_2017-09-23.mp4"):
        shutil.copy(FOOTAGE / name, root / "raw" / "footage")
    (root / "raw" / "footage" / "empty.mp4").touch()
    (root / "case.toml").write_text('[case]\ntitle = "t"\nfrom = "2016"\nto = "2018"\n')
    return toolkit.open_case(root)


@pytest.fixture(scope="module")
def before_and_found(case):
    """Return the files of the case before, and the forecast."""
    before = sorted(case.root.rglob("*"))
    return before, toolkit.plan(case, workers=4, price=10)


def test_it_counts_all_footage_and_writes_nothing(case, before_and_found):
    """28 s and 24 s declared, and a file that no decoder opens; no mandate, no seal, no trace."""
    before, found = before_and_found

    assert (2, 1, 0) == (found.files, found.not_opened, found.no_length)
    assert 52 / 3600 == pytest.approx(found.footage_hours)
    assert before == sorted(case.root.rglob("*"))
    assert 0 < found.worker_hours_least <= found.worker_hours_most
    assert found.worker_hours_most / 4 == found.hours[1]
    assert found.worker_hours_most * 10 == pytest.approx(found.cost_most)
    assert 0 < found.searched_share < 1
    assert (None, None) == (found.kept_until, found.faces)
    assert 0 < found.again_hours < found.worker_hours_most


def test_no_face_is_looked_for_in_footage(case, monkeypatch):
    """What the detector sees is blank; nothing of the footage is described."""
    seen, detect, describe = [], Onnx.detect, Onnx.describe
    monkeypatch.setattr(
        Onnx, "detect", lambda engine, picture, px: (seen.append(picture), detect(engine, picture, px))[1]
    )
    monkeypatch.setattr(Onnx, "describe", lambda engine, chips: (seen.append(chips), describe(engine, chips))[1])

    toolkit.plan(case)

    assert {0} == {int(picture.max()) - int(picture.min()) for picture in seen}


def test_people_and_machines_read_the_same(before_and_found, capsys):
    """Every figure of the JSON is one of the forecast; the page names the footage that is left out."""
    _, found = before_and_found

    show_forecast(found)

    printed = capsys.readouterr().out
    assert "footage: 2 files, 0.01 h, 0.00 GB; 1 more that no decoder opens\n" in printed
    assert "later:   descriptors are forgotten when the sweep is done, unless mandate.keep_descriptors_until" in printed
    read = json.loads(json.dumps(to_json(found, 1)))
    assert {"schema_version": 1, "hours_least": found.hours[0], "hours_most": found.hours[1]} | asdict(found) == read
