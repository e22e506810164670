"""The exported workbook opens where people open it: openpyxl, pandas, LibreOffice; every cell is the text it was."""

import csv
import io
import shutil
import subprocess

import openpyxl
import pandas as pd
import payloads
import polars as pl
import pytest

from toolkit.audit.workbook import MOST_CHARS, workbook
from toolkit.shown import visible

TABLE = pl.DataFrame(
    {
        "text": ["=1+1", "007", "<r><t>=1</t></r>", "2016-05", " a\nb ", "_x0041_"],
        "whole": [1, 2**53 + 1, -1, 0, None, 7],
        "real": [0.1, float("nan"), float("inf"), 1e300, None, 2.0],
        "yes": [True, False, None, True, False, None],
    }
)
TEXTS = [
    ["text", "whole", "real", "yes"],
    ["=1+1", "1", "0.1", "true"],
    ["007", "9007199254740993", "NaN", "false"],
    ["<r><t>=1</t></r>", "-1", "Infinity", ""],
    ["2016-05", "0", "1e+300", "true"],
    [" a\nb ", "", "", "false"],
    ["_x0041_", "7", "2.0", ""],
]
SOFFICE = shutil.which("soffice")


def opened(content):
    """Return a workbook as openpyxl opens it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def test_openpyxl_finds_the_texts_and_their_mark():
    """Each cell is a text, and marked as one; nothing is rounded."""
    [sheet] = opened(workbook({"answers": TABLE})).worksheets

    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert TEXTS == [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert {("s", "@", True)} == {(c.data_type, c.number_format, c.quotePrefix) for c in cells if c.value}


def test_pandas_finds_the_texts():
    """As pandas opens a workbook."""
    found = pd.read_excel(io.BytesIO(workbook({"answers": TABLE})), dtype=str, keep_default_na=False, header=None)

    assert TEXTS == found.to_numpy().tolist()


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_finds_the_texts(tmp_path):
    """Opened and saved as CSV: no formula was calculated, no date made of a text."""
    (tmp_path / "a.xlsx").write_bytes(workbook({"answers": TABLE}))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    form = "csv:Text - txt - csv (StarCalc):44,34,76"
    command = [SOFFICE, profile, "--headless", "--convert-to", form, "--outdir", tmp_path, tmp_path / "a.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=200)

    with (tmp_path / "a.csv").open(newline="") as file:
        assert TEXTS == list(csv.reader(file))


def test_every_text_that_evidence_can_hold_is_read_back():
    """What looks like XML, a formula or a character's code of a workbook is a text like any other."""
    held = [*payloads.PAYLOADS, "_x000A_", "<r></r>", "<r>", "</r>"]
    [sheet] = opened(workbook({"answers": pl.DataFrame({"a": held})})).worksheets

    assert ["a", *(visible(text, "\n\t") for text in held)] == [cell.value for (cell,) in sheet.iter_rows()]


def test_a_cell_is_as_long_as_a_sheet_takes_in_its_own_units():
    """A character outside the first 65,536 counts twice, and is never halved."""
    [sheet] = opened(workbook({"answers": pl.DataFrame({"a": ["\U0001f600" * 20_000]})})).worksheets

    text = sheet["A2"].value
    assert MOST_CHARS - 1 <= len(text.encode("utf-16-le")) // 2 <= MOST_CHARS
    assert "\U0001f600" * 16_366 + " ... cut; whole in the Parquet file" == text


def test_the_same_tables_give_the_same_bytes():
    """No clock is in it."""
    assert workbook({"answers": TABLE}) == workbook({"answers": TABLE})
