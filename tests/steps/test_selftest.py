"""`toolkit selftest`, run for real: on this machine, and with weights in which one bit was changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import toolkit
from toolkit.custody import note
from toolkit.errors import IntegrityError, UsageError
from toolkit.faces import models
from toolkit.steps.assertions.bench import FIXTURES
from toolkit.steps.assertions.report import Finding, Selftest, report_text
from toolkit.steps.selftest import GROUPS, check_report

SAMPLE = Path(toolkit.__file__).parent.parent / "data_samples/kings_boulevard/raw"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """One run of the command, with a key; (its process, its folder, the public key)."""
    folder = tmp_path_factory.mktemp("selftest")
    public = toolkit.new_key(folder / "key", name="laboratory")
    command = [sys.executable, "-m", "toolkit", "selftest", "--out", folder / "report", "--key", folder / "key"]
    return subprocess.run(command, capture_output=True, text=True, check=False), folder / "report", public


def test_every_assertion_holds_here(report):
    """At least 40, none failed; what cannot be checked in a repository (its wheel's list of files) is said, exit 3."""
    done, folder, _ = report
    found = json.loads((folder / "selftest.json").read_text())

    assert [one for one in found["assertions"] if one["passed"] is False] == []
    assert ["I01"] == [one["name"] for one in found["assertions"] if one["passed"] is None]
    assert done.returncode == 3, done.stderr
    assert len({one["name"] for one in found["assertions"]}) == len(found["assertions"]) >= 40
    print(f"{found['passed']} assertions of the self-test hold")  # noqa: T201 - the counts belong into the CI's output
    assert set(models.SHA256.values()) == set(found["weights"].values())
    assert {"polars", "onnxruntime", "av"} <= found["versions"].keys()
    assert ["selftest.json", "selftest.note", "selftest.txt"] == sorted(path.name for path in folder.iterdir())


def test_the_report_is_signed_and_a_changed_one_is_refused(report, tmp_path):
    """By the key that was given; another key, or another byte, is an integrity error."""
    _, folder, public = report
    assert "laboratory" == check_report(folder, [public])
    with pytest.raises(IntegrityError, match="none of the keys given signed"):
        check_report(folder, [str(note.PrivateKey("other", note.SIGNER, bytes(32)).public)])
    shutil.copytree(folder, tmp_path / "report")
    text = (tmp_path / "report/selftest.txt").read_text()
    (tmp_path / "report/selftest.txt").write_text(text.replace("0 failed", "1 failed"))
    with pytest.raises(IntegrityError, match=r"selftest.json or selftest.txt is not what selftest.note says"):
        check_report(tmp_path / "report", [public])
    with pytest.raises(UsageError, match="holds a report already"):
        toolkit.selftest(folder)


def test_an_altered_model_is_found(tmp_path):
    """One bit of the landmarks' weights, in a package before the real one: its digest fails, and all that uses it."""
    fake = tmp_path / "face_recognition_models/models"
    fake.mkdir(parents=True)
    (fake.parent / "__init__.py").touch()
    for name in models.SHA256:
        (fake / name).symlink_to(models.weights_folder() / name)
    content = bytearray((fake / models.LANDMARKS).read_bytes())
    content[5_000] ^= 1
    (fake / models.LANDMARKS).unlink()
    (fake / models.LANDMARKS).write_bytes(content)
    paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    program = (
        "import json, sys; from pathlib import Path; from toolkit.steps.assertions.bench import Bench;"
        "from toolkit.steps.selftest import findings;"
        "found = findings(Bench(Path(sys.argv[1])), sys.argv[2:]);"
        "print(json.dumps([one.name for one in found if not one.passed]))"
    )
    (tmp_path / "bench").mkdir()
    command = [sys.executable, "-c", program, tmp_path / "bench", "pictures and footage"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": paths})

    assert ["F01", "F05", "F06", "F07", "F08", "F09"] == json.loads(done.stdout)


def test_a_failure_is_shown_first_and_ends_with_exit_code_4():
    """What was expected, what was found, before anything else; what was not checked is no failure."""
    held = Finding("D01", "g", "a digest", "e3b0", "e3b0", passed=True, seconds=0.1)
    failed = Finding("D02", "g", "another", "ba78", "ba79", passed=False, seconds=0.1)
    unchecked = Finding("I01", "g", "files", "0 differ", "not checked: no list", passed=None, seconds=0.1)
    about = {"tool": "toolkit 0", "code": "0", "at": "2026", "machine": {"host": "h"}, "python": "3", "ffmpeg": "",
             "versions": {}, "weights": {}}  # fmt: skip
    codes = [
        Selftest(about, found, "unsigned", None).exit_code
        for found in ((held,), (held, unchecked), (failed, unchecked))
    ]
    assert [0, 3, 4] == codes

    text = report_text(Selftest(about, (held, failed, unchecked), "unsigned", None))
    anomalies = text.split("ANOMALIES\n")[1].split("\n\n")[0]
    assert anomalies == "D02  FAIL  another\n     expected: ba78\n     found:    ba79"
    assert "3 assertions: 1 passed, 1 failed, 1 not checked" in text


def test_the_bundled_registers_are_those_of_the_sample():
    """A copy, so that an installed wheel has them: byte for byte."""
    ours = {path.relative_to(FIXTURES / "registers") for path in (FIXTURES / "registers").rglob("*.csv")}
    theirs = {path.relative_to(SAMPLE) for path in SAMPLE.rglob("*.csv")} - {Path("footage/footage.csv")}

    assert ours == theirs
    assert [
        str(name) for name in ours if (FIXTURES / "registers" / name).read_bytes() != (SAMPLE / name).read_bytes()
    ] == []


def test_names_of_assertions_are_letters_and_numbers_used_once():
    """A validation file refers to them for years."""
    names = [assertion.name for group in GROUPS.values() for assertion in group]

    assert len(names) == len(set(names))
    assert all(name[0].isalpha() and name[1:].isdigit() for name in names)
