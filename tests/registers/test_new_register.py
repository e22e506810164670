"""A new register is one file: it is found wherever registers are asked, read, shown or proposed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import toolkit

LOANS = """
kind = "disposals"
place = 3
row = "a loan of a medium to another unit"
asked_for = "the book of loans of media"
corroborated_by = ["transfers"]
identity = ["loan_ref"]
written = ["lent"]
ends = ["returned"]
sequences = [["lent", "returned"]]
searched = { text = "remarks", about = "loan_ref" }

[columns.loan_ref]
holds = "ref"
doc = "its reference"
required = true
also_called = ["loan no"]

[columns.lent]
holds = "when"
doc = "when lent"
also_called = ["lent on"]

[columns.returned]
holds = "when"
doc = "when it came back"

[columns.unit_ref]
holds = "ref"
doc = "unit that borrowed it"
known_by = ["units.unit_ref"]
also_called = ["borrower"]

[columns.remarks]
holds = "text"
doc = "free text"

[facts.sent]
how = "may_show"
time = "lent"
bound = "by"
unit = "unit_ref"
"""
FILES = {
    "raw/sources.csv": "path,covers\ndisposals/loans.csv,2016-05/2018-03\n",
    "raw/units/units.csv": "unit_ref,unit_kind\nBCU-1,bcu\n",
    "raw/disposals/loans.csv": "loan_ref,lent,returned,unit_ref,remarks\n"
    "L-1,2017-05-01,2017-07-01,BCU-1,a stick with images\n"
    "L-2,2017-08-01,2017-07-01,BCU-9,\n"
    "L-1,2017-05-02,2017-07-01,BCU-1,\n",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return what `finding.py` finds with a copy of the package that has one file more; a question awaits it."""
    folder = tmp_path_factory.mktemp("copy")
    package = folder / "toolkit"
    shutil.copytree(Path(toolkit.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "registers" / "loans.toml").write_text(LOANS)
    [question] = (package / "audit" / "questions").glob("Q23_*.sql")
    question.write_text(re.sub(r"-- Awaits: +\w+", "-- Awaits: loans", question.read_text()))
    case = toolkit.new(folder / "case", title="A case", from_="2016-05", to="2018-03")
    for name, text in FILES.items():
        (case.root / name).parent.mkdir(parents=True, exist_ok=True)
        (case.root / name).write_text(text)
    script = Path(__file__).with_name("finding.py")
    environment = os.environ | {"PYTHONPATH": str(folder)}
    ran = subprocess.run(
        [sys.executable, script, case.root], capture_output=True, text=True, check=False, env=environment, cwd=folder
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout) | {"expected_package": package.as_posix()}


def test_its_rows_are_a_table(found):
    """With the stored columns of what its own columns hold."""
    assert found["package"] == found["expected_package"]
    assert found["row"] == ["L-1", "a stick with images", "day"]
    assert found["schema"] == ["source", "locator", "loan_ref", "lent_text", "lent_earliest", "lent_latest"]


def test_it_is_on_the_pages(found):
    """Its columns, and its row of the matrix."""
    assert found["page"]
    assert found["matrix"] == ["| [loans](#loans) | *may show*, by `lent` |" + " cannot show |" * 7]


def test_its_rows_are_checked(found):
    """A reference that nothing knows, an end before its begin, one reference with two contents."""
    assert [code for code, _ in found["problems"]] == ["C301", "C302", "T215"]
    assert [message for _, message in found["problems"]] == [
        "returned '2017-07-01' lies before lent '2017-08-01'",
        "loan_ref 'L-1' has other content in raw/disposals/loans.csv line 2",
        "unit_ref: 'BCU-9' is not in units",
    ]


def test_it_stands_as_at_a_day(found):
    """What was written later is left out, and an end that had not come is open."""
    assert found["as_at"] == [["L-1", "2017-06-01/.."], ["L-1", "2017-06-01/.."]]


def test_it_is_asked_for_and_corroborated(found):
    """A question that awaits it says how one asks for it; what rests on it names who would show the same."""
    assert found["asked_for"].startswith("The book of loans of media for 2016-05/2018-03, declared complete, would")
    assert found["collect_next"] == ["loans"]
    register, sentence = found["corroborated_by"]
    assert (register, sentence.split(" (")[0]) == ("transfers", "An independent log of transfers")


def test_a_profile_is_proposed_and_its_text_is_searched(found):
    """By its other names, among the registers of all kinds."""
    assert found["proposed"] == ["[columns]", 'loan_ref = "Loan No"', 'lent = "Lent On"', 'unit_ref = "Borrower"']
    assert found["searched"] == [["loans.remarks", "L-1"]]
