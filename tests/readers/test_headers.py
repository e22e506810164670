"""Headers, however they are spelled."""

import pytest
from collecting import read_bytes
from papers import workbook

from toolkit.readers.layouts import NoLayout, layout, source_columns
from toolkit.readers.profiles import read_profile
from toolkit.tables import TABLES, table

SPELLINGS = {
    "Title Case": lambda name: name.replace("_", " ").title(),
    "UPPER-CASE": lambda name: name.replace("_", "-").upper(),
    "camelCase": lambda name: name.split("_")[0] + "".join(word.title() for word in name.split("_")[1:]),
    "unseen": lambda name: "\ufeff" + name.replace("_", "\u00a0") + "\u200b ",
    "marks": lambda name: f"[{name.replace('_', '.')}]:",
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("wanted", [table for table in TABLES if table.kind], ids=lambda wanted: wanted.name)
def test_every_column_of_every_register_is_read_in_any_spelling(tmp_path, wanted, spelled):
    """Neither case nor spaces nor marks matter: the cells are those of our own names."""
    columns = source_columns(wanted)
    row = ",".join(f"R-{at}" if column.holds in {"ref", "refs", "text"} else "" for at, column in enumerate(columns))
    kinds = {name: ",".join(map(spell, [column.name for column in columns])) for name, spell in
             {"ours": str, "theirs": spelled}.items()}  # fmt: skip
    read = {
        name: read_bytes(tmp_path, f"{header}\n{row}\n".encode(), f"raw/{wanted.kind}/x.csv")[0]
        for name, header in kinds.items()
    }

    assert read["theirs"].table == wanted.name
    assert read["theirs"].frame.equals(read["ours"].frame)
    assert read["theirs"].said == read["ours"].said


def test_two_spellings_of_one_column_are_refused():
    """Neither silently wins."""
    with pytest.raises(NoLayout, match="found 2 that are image_refs: 'image_refs', 'Image Refs'"):
        layout("share_log", ["entry_ref", "image_refs", "Image Refs"])


@pytest.mark.parametrize(
    "name",
    [
        "Img Ref", "image_ref", "ImageReferences", "Images shared", "Photo IDs", "Pictures", "imgrefs",
        "Image Refs List", "Im\u0430ge refs",
    ],
)  # fmt: skip
def test_a_column_like_ours_that_is_not_used_is_said(tmp_path, name):
    """Once for the source, and beside the column of ours that nothing fills."""
    content = f"entry_ref,{name}\nCR/1,KX-01\nCR/2,KX-02\n".encode()

    [found] = read_bytes(tmp_path, content, "raw/share_log/x.csv")

    blank = found.undecided["blank_columns"]
    assert found.said == [f"T220 column {name!r} is like image_refs, and is not used"]
    assert blank.filter(column_name="image_refs").select("rows", "resembled_by").rows() == [(2, name)]


def test_a_column_like_none_of_ours_is_not_said(tmp_path):
    """Systems export more than anybody needs."""
    content = b"entry_ref,colour,grading,handling code,sensitivity\nCR/1,red,B,2,low\n"

    [found] = read_bytes(tmp_path, content, "raw/share_log/x.csv")

    assert found.said == []


def test_a_profile_finds_its_columns_in_any_spelling(tmp_path):
    """Also there, a header that changed its case is no other layout."""
    profile = read_profile("west.toml", 'table = "entries"\n[columns]\nentry_ref = "Report No"\nuse = "Why"\n')

    [found] = read_bytes(tmp_path, b"REPORT_NO,why\nCR/1,poster\n", "raw/share_log/x.csv", (profile,))

    assert found.frame.select("entry_ref", "use").rows() == [("CR/1", "poster")]
    assert found.said == []


def test_a_column_that_a_source_never_fills_is_one_row_with_a_count(tmp_path):
    """Whether its header lacks it or every cell is blank."""
    [found] = read_bytes(tmp_path, b"match_ref,image_ref,camera_id\nM/1,KX-01, \nM/2,KX-02,\n", "raw/recipient/x.csv")

    blank = found.undecided["blank_columns"]
    expected = [column.name for column in source_columns(table("recorded_matches"))][2:]
    assert blank.select("column_name", "rows").rows() == [(name, 2) for name in expected]


@pytest.mark.parametrize("header", ["x,x,Report No,Why", "x,,Report No,Why", ",,Report No,Why"])
@pytest.mark.parametrize("spoiled", ["1,2,CR/2,poster,more", '1,"2"z,CR/2,poster', "1,2,CR/2"])
def test_columns_that_a_profile_does_not_use_may_have_any_name(tmp_path, header, spoiled):
    """Twice the same, or none: its rows are read, and what is legible of one in pieces."""
    profile = read_profile("west.toml", 'table = "entries"\n[columns]\nentry_ref = "Report No"\nuse = "Why"\n')
    content = f"{header}\n1,2,CR/1,poster\n{spoiled}\n".encode()

    [found] = read_bytes(tmp_path, content, "raw/share_log/x.csv", (profile,))

    assert found.frame.select("entry_ref", "use").rows() == [("CR/1", "poster")]
    assert found.undecided["unread_rows"]["locator"].to_list() == ["line 3"]
    assert [said for said in found.said if said.startswith("T220")] == []


def test_columns_of_a_sheet_that_a_profile_does_not_use_may_have_any_name(tmp_path):
    """As in a text."""
    profile = read_profile("west.toml", 'table = "entries"\n[columns]\nentry_ref = "Report No"\n')
    rows = [("x", "x", "", "Report No"), ("1", "2", "3", "CR/1"), ("1", "2", "3", "CR/2", "more")]

    *_, found = read_bytes(
        tmp_path, workbook(("Log", "", dict(enumerate(rows, 1)))), "raw/share_log/x.xlsx", (profile,)
    )

    assert found.frame["entry_ref"].to_list() == ["CR/1"]
    assert found.undecided["unread_rows"]["locator"].to_list() == ["row 3"]
