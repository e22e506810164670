"""What is no reference, and what nobody sees in one."""

import polars as pl
import pytest

from toolkit.readers.references import cleaned, is_no_reference, no_references
from toolkit.readers.typed import typed
from toolkit.readers.values import Manner
from toolkit.tables import table

NONE = """
N/A; n/a; nil; Nil.; none; NONE; null; TBC; TBA; t.b.c.; unknown; (unknown); not known; not recorded; -; --; \u2013
?; ...; See attached; as above; see email of 3 May; per attached list; refer to log; ditto; various; redacted
to be confirmed
2 images; two photos; 3 stills of the same man; multiple images; a number of images; images x3; image(s) attached
KX-01 to KX-04; KX-01 - KX-04; KX-01-KX-04; KX-01\u2013KX-04; KX-01 .. KX-04; KX-01 through 04; from KX-01 to KX-04
KX-01, KX-02; KX-01 & KX-02; KX-01 and KX-02; KX-01 etc; #REF!; #N/A
"""
SOME = """
KX-01; kx-01; \u041aX-01; KX\u201101; KX\u201301; KX 001; MPS 2017/12; CRIM-2017-11; AG-KX-1/1; OCC-1-A2; BCU-CN; KCES
1; 1.1; Q01; POST-DC-07; Item 7; img 12; Photo 3; NA-12; NO-1; All Saints; Nilsson Ltd; IMG_2016.jpg; MPS - 12
Operation 5
"""


def items(text: str) -> list[str]:
    """Return what stands between the semicolons and line ends of a page."""
    return [item.strip() for line in text.strip().splitlines() for item in line.split("; ")]


@pytest.mark.parametrize("value", items(NONE))
def test_what_names_nothing_or_several_things_is_no_reference(value):
    """Whatever the column: in a column of references it is unread, never a name of something."""
    assert no_references(pl.Series([value])) == {value}


@pytest.mark.parametrize("value", items(SOME))
def test_a_reference_stays_one(value):
    """Case, dashes and alphabets are none of the reader's business."""
    assert no_references(pl.Series([value])) == set()
    assert not is_no_reference(value)


@pytest.mark.parametrize(
    "value",
    [
        "KX-01\u200b", "\ufeffKX-01", "KX\u00ad-01", "\u00a0KX-01", " KX-01 ", "KX-01\t", "\u2060KX-01", "KX-01\u200e",
        "\u202aKX-01\u202c", "K\u200dX-01", "KX-01\ufe0f", "\u3000KX-01",
    ],
)  # fmt: skip
def test_what_nobody_sees_makes_no_other_reference(value):
    """It is read without, and said once of the column."""
    bare, unseen = cleaned(pl.Series("image_ref", [value, "KX-01", None]))

    assert bare.to_list() == ["KX-01", "KX-01", None]
    assert unseen.to_list() == [True, False, False]


def test_a_list_keeps_what_can_be_read_and_is_unread_as_a_whole():
    """Its readable references are shown; that there may be more, the unread cell says."""
    cells = pl.DataFrame({"entry_ref": ["CR/1", "CR/2", "CR/3"], "image_refs": ["KX-01;2 images", "N/A", ";"]})

    found = typed(table("entries"), cells, pl.Series("line", [2, 3, 4]), "raw/x.csv", Manner())

    assert found.frame["image_refs"].to_list() == [["KX-01"], None, None]
    assert found.frame["image_refs_text"].to_list() == ["KX-01;2 images", "N/A", ";"]
    assert found.unread.rows() == [
        ("line 2", "image_refs", "KX-01;2 images"),
        ("line 3", "image_refs", "N/A"),
        ("line 4", "image_refs", ";"),
    ]


def test_none_is_a_word_where_a_column_declares_it():
    """The record says that nobody watched; of any other column, it is no reference."""
    cells = pl.DataFrame({"disposal_ref": ["D/1"], "witness_post_ref": ["none"], "post_ref": ["none"]})

    found = typed(table("disposals"), cells, pl.Series("line", [2]), "raw/x.csv", Manner())

    assert found.frame.select("witness_post_ref", "post_ref").rows() == [("none", None)]
    assert found.unread.rows() == [("line 2", "post_ref", "none")]
