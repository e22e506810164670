"""`toolkit export`: a file for other programs, whole or not at all, of a case that is what its log says."""

import json
import shutil

import fastexcel
import pytest

import toolkit
from toolkit.errors import IntegrityError, UsageError


@pytest.fixture
def case(sample):
    """The sample, run."""
    return toolkit.open_case(sample[0])


def test_every_form_is_written_and_is_the_same_each_time(case, tmp_path, run_cli):
    """What the tables hold: as many answers, sources and candidates."""
    for form in ("case-uco", "xlsx", "markdown"):
        done = run_cli("export", case.root, "--form", form, "--out", tmp_path / form)
        assert (0, f"{tmp_path / form}: written\n") == (done.returncode, done.stdout)
        again = toolkit.export(case, form, tmp_path / f"{form} again")
        assert (tmp_path / form).read_bytes() == again.read_bytes()

    sheet = fastexcel.read_excel((tmp_path / "xlsx").read_bytes()).load_sheet("answers", dtypes="string")
    assert case.table("answers")["state"].to_list() == sheet.to_polars()["state"].to_list()
    kinds = [str(node["@type"]) for node in json.loads((tmp_path / "case-uco").read_text())["@graph"]]
    assert case.table("candidates").height == sum("AnalyticResult" in kind for kind in kinds)
    assert (tmp_path / "markdown").read_text().count("\n- **") == len(toolkit.ask(case)) + len(toolkit.check(case))


def test_nothing_is_replaced_and_nothing_written_into_the_case(case, tmp_path):
    """Nor is there a form that nobody knows."""
    (tmp_path / "there").write_text("mine")
    for form, out, message in (
        ("xlsx", tmp_path / "there", "expected a file that does not exist, outside the case"),
        ("xlsx", case.root / "x.xlsx", "expected a file that does not exist, outside the case"),
        ("pdf", tmp_path / "x", "no form 'pdf': the forms are case-uco, xlsx, markdown"),
    ):
        with pytest.raises(UsageError, match=message):
            toolkit.export(case, form, out)
    assert ["there"] == [path.name for path in tmp_path.iterdir()]
    assert "mine" == (tmp_path / "there").read_text()


def test_a_table_that_was_changed_is_not_exported(case, tmp_path):
    """One byte, in any table: the log knows its digest."""
    shutil.copytree(case.root, tmp_path / "case", ignore=shutil.ignore_patterns("raw"))
    path = tmp_path / "case/tables/ingest/coverage.parquet"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)

    with pytest.raises(IntegrityError, match=r"tables/ingest/coverage.parquet: is not what the log says"):
        toolkit.export(toolkit.open_case(tmp_path / "case"), "markdown", tmp_path / "out")
    assert not (tmp_path / "out").exists()
