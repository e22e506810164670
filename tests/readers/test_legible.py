"""What is legible of a row in quarantine."""

import json

import polars as pl
import pytest
from collecting import Collected, read_bytes
from papers import workbook

from toolkit.readers.known import unread_rows
from toolkit.readers.profiles import read_profile
from toolkit.readers.typed import typed
from toolkit.readers.values import Manner
from toolkit.registers import REGISTERS
from toolkit.tables import table

HEADER = "entry_ref,occurred,unit_ref,direction,use,recipient_ref,image_refs,narrative\n"
EVERY = "entry_ref occurred unit_ref direction use recipient_ref image_refs"
KNOWN = {
    "units": pl.DataFrame({"unit_ref": ["BCU-1", "KCES"]}),
    "images": pl.DataFrame({"file": ["a.jpg", "b.jpg", "c.jpg"], "image_ref": ["KX-01", "KX-010", "KX-02"]}),
}


def frames() -> dict[str, pl.LazyFrame]:
    """Return the registers of what is known."""
    return {
        name: typed(
            table(name), cells, pl.Series("line", range(cells.height)), f"raw/{name}.csv", Manner()
        ).frame.lazy()
        for name, cells in KNOWN.items()
    }


def legible(found: Collected) -> list[list[str]]:
    """Return the legible columns of each row in quarantine, of a source that has some."""
    return unread_rows(found.undecided["unread_rows"], frames())["legible"].to_list()


def of_entries(tmp_path, row: str) -> list[str]:
    """Return the columns that are legible of a row of the intelligence system."""
    [found] = read_bytes(tmp_path, (HEADER + row + "\n").encode(), "raw/share_log/x.csv")
    [seen] = legible(found)
    return seen


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("CR/1,2017,BCU-1,out,poster,KCES,KX-01,one, two", EVERY),
        ("CR/1,2017,BCU-1,out,poster,KCES,KX-01,", EVERY),
        ("CR/1,2017,BCU-1,out,poster,KCES,KX-01;KX-09,a,b", "entry_ref occurred unit_ref direction use recipient_ref"),
        ("CR/1,2017,BCU-1,out,poster,KCES,KX-01, KX-02,a", "entry_ref occurred unit_ref direction use recipient_ref"),
        ("CR/1,2017,BCU-1,out,FR,KCES,KX-01,a,b", "entry_ref occurred unit_ref direction"),
        ("CR/1,2017,BCU-9,out,poster,KCES,KX-01,a,b", "entry_ref occurred"),
        ("CR/1,2017,BCU-1,,,KCES,KX-01,a,b", "entry_ref occurred unit_ref recipient_ref image_refs"),
        ("CR/1,3rd, May 2017,BCU-1,out,poster,KCES,KX-01,a", ""),
        (",CR/1,2017,BCU-1,out,poster,KCES,KX-01,a", ""),
        ("N/A,2017,BCU-1,out,poster,KCES,KX-01,a,b", ""),
        ("CR/1", ""),
        ("CR/1,2017,BCU-1,out,poster", "entry_ref occurred unit_ref direction use"),
        ("CR/1,2017,BCU-1,out,poster,KCES,KX-02", EVERY),
        ("CR/1,2017,BCU-1,out,poster,KCES,KX-01", "entry_ref occurred unit_ref direction use recipient_ref"),
        ('CR/1,2017,BCU-1,"out"x,poster,KCES,KX-01,a', "entry_ref occurred unit_ref"),
        ('CR/1,2017,BCU-1,out,poster,KCES,KX-02,"a', EVERY),
    ],
)  # fmt: skip
def test_of_a_row_in_pieces_the_leading_cells_are_legible(tmp_path, row, expected):
    """As long as each is a word, a date or a known reference, and none after the first that is not."""
    if row.count(",") == HEADER.count(",") and '"' not in row:
        row += ","
    assert of_entries(tmp_path, row) == expected.split()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (b",2017,BCU-1,out,poster,KCES,KX-01,a", "occurred unit_ref direction use recipient_ref image_refs"),
        (b"N/A,2017,BCU-1,out,FR,KCES,KX-01,a", "occurred unit_ref direction recipient_ref image_refs"),
        (b"CR/1,2017,BCU-1,out,poster,KCES,KX-01,caf\xe9 \x81", EVERY),
        (b"CR/1,2017,BCU-1,out,poster,KC\x81ES,KX-01,a", "entry_ref occurred unit_ref direction use image_refs"),
        (b"CR/1,2017,BCU-1,o\0ut,poster,KCES,KX-01,a", "entry_ref occurred unit_ref use recipient_ref image_refs"),
    ],
)  # fmt: skip
def test_of_a_row_as_wide_as_the_header_each_cell_is_legible_by_itself(tmp_path, row, expected):
    """Nothing has moved, so that one that cannot be read spoils no other."""
    [found] = read_bytes(tmp_path, HEADER.encode() + "CR/0,2017,é,,,,,\n".encode() + row + b"\n", "raw/share_log/x.csv")

    [seen] = legible(found)

    assert seen == expected.split()


def test_what_is_legible_is_parsed_as_in_the_register(tmp_path):
    """References, words and the time of the event: what a row cannot be is excluded by them."""
    row = "CR/1,2017-05,BCU-1,out,Poster,KCES,KX-01;KX-02,one, two\n"

    [found] = read_bytes(tmp_path, (HEADER + row).encode(), "raw/share_log/x.csv")

    rows = unread_rows(found.undecided["unread_rows"], frames())
    assert rows.select(
        "source", "locator", "table_name", "ref", "direction", "use", "unit_ref", "recipient_ref"
    ).rows() == [("raw/share_log/x.csv", "line 2", "entries", "CR/1", "out", "poster", "BCU-1", "KCES")]
    assert rows["image_refs"].to_list() == [["KX-01", "KX-02"]]
    assert rows.select("occurred_text", "occurred_precision").rows() == [("2017-05", "month")]


def test_a_sheet_and_json_and_a_profile_have_legible_cells_as_well(tmp_path):
    """Of a sheet the cells beyond the header are too many; of JSON a cell is never in another's place."""
    cells = [("Log No", "Day", "Hour", "Why"), ("CR/1", "2017-05-03", "10:00", "poster", "more")]
    sheet = workbook(("Log", "", dict(enumerate(cells, 1))))
    said = """
table = "entries"
[columns]
entry_ref = "Log No"
occurred = ["Day", "Hour"]
use = "Why"
[constants]
unit_ref = "BCU-1"
"""

    *_, found = read_bytes(tmp_path, sheet, "raw/share_log/x.xlsx", (read_profile("west.toml", said),))
    [item] = read_bytes(
        tmp_path,
        json.dumps([{"entry_ref": "CR/1"}, {"use": "poster", "image_refs": ["KX-07"]}, 7]).encode(),
        "raw/share_log/x.json",
    )

    assert legible(found) == [["unit_ref", "entry_ref", "occurred", "use"]]
    assert legible(item) == [["use", "image_refs"], []]


@pytest.mark.parametrize(
    ("kind", "header", "row", "expected"),
    [
        ("transfers", "transfer_ref,use,image_refs,entry_ref", "T/1,poster,KX-01, KX-02,CR/1", ["transfer_ref", "use"]),
        ("disposals", "verification_ref,image_refs,result", "V/1,KX-01,KX-02,none_held", []),
        ("share_log", "entry_ref,use,image_refs", "CR/1,poster,KX-01,KX-02", ["entry_ref", "use"]),
        ("transfers", "transfer_ref,image_refs,use", "T/1,KX-01,poster,more", ["transfer_ref", "image_refs", "use"]),
    ],
)
def test_a_list_may_go_on_behind_a_comma_that_nobody_quoted(tmp_path, kind, header, row, expected):
    """What stands before it is no list of all images: it would exclude the others."""
    [found] = read_bytes(tmp_path, f"{header}\n{row}\n".encode(), f"raw/{kind}/x.csv")

    assert legible(found) == [expected]


@pytest.mark.parametrize("name", REGISTERS)
def test_every_register_keeps_what_is_legible(tmp_path, name):
    """A row with a cell too many, and one that lacks what is required: none is without its row."""
    columns = [column for column in table(name).columns if isinstance(column.holds, str)]
    cells = [
        column.words[0] if column.holds in {"word", "words"} else "2017" if column.holds == "when" else ""
        for column in columns
    ]
    content = (
        ",".join(column.name for column in columns) + "\n" + ",".join([*cells, "x"]) + "\n" + ",".join(cells) + "\n"
    )
    source = f"raw/{REGISTERS[name].kind}/x.csv"

    [found] = read_bytes(tmp_path, content.encode(), source)

    rows = unread_rows(found.undecided["unread_rows"], {})
    assert sorted(rows["locator"]) == ["line 2", "line 3"]
    assert set(rows["table_name"]) == {name}
    [blank] = rows.filter(locator="line 3")["legible"].to_list()
    assert blank == [column.name for column in columns if column.holds in {"word", "words", "when"}]
