"""
One folder for each fault: `faults/<code>__<what>/raw/` (`profiles/`, `custody/`, `hand/`), and the problems to find.

A new fault is a new folder with its `expected.txt`; the first code of its name must be among the problems.
"""

import shutil
from pathlib import Path

import pytest

from toolkit.case import Case
from toolkit.steps.ingest import ingest
from toolkit.steps.new import new
from toolkit.steps.seal import seal

FAULTS = sorted(path for path in (Path(__file__).parent / "faults").iterdir() if (path / "raw").is_dir())


def ingested(folder: Path, root: Path) -> Case:
    """Return a case with these sources, and profiles and readings where there are some."""
    case = new(root, title="Fault", from_="2016", to="2018")
    shutil.copytree(folder / "raw", root / "raw", dirs_exist_ok=True)
    for part in ("profiles", "custody", "hand"):
        if (folder / part).is_dir():
            shutil.copytree(folder / part, root / part, dirs_exist_ok=True)
    seal(case)
    ingest(case, workers=1)
    return case


@pytest.mark.parametrize("folder", FAULTS, ids=lambda folder: folder.name)
def test_a_fault_has_its_code_and_its_place_and_loses_nothing(folder, tmp_path):
    """
    The problems are those of `expected.txt`; rows in = accepted + quarantined + blank for every source.

    Each row of a register that is in quarantine is one of `unread_rows`.
    """
    case = ingested(folder, tmp_path / "case")

    assert "".join(f"{problem}\n" for problem in case.problems()) == (folder / "expected.txt").read_text()
    assert folder.name.split("__")[0] in {problem.code for problem in case.problems()}
    records = case.table("records")
    for row in case.table("sources").drop_nulls("rows_in").iter_rows(named=True):
        counted = dict(records.filter(source=row["source"]).group_by("status").len().rows())
        assert {name: row[name] for name in ("accepted", "quarantined", "blank") if row[name]} == counted
        assert row["rows_in"] == sum(counted.values())
        apart = case.table("unread_rows").filter(source=row["source"]).height
        assert apart == (row["quarantined"] if row["table"] else 0)
        if row["table"]:
            assert case.table(row["table"]).filter(source=row["source"]).height == row["accepted"]
