"""A layout nobody has seen is read with a page of TOML."""

from datetime import UTC, datetime

import pytest
from collecting import read_bytes
from papers import workbook

from toolkit.dates import interval
from toolkit.errors import UsageError
from toolkit.readers.profiles import read_profile

UNSEEN = """\
table = "entries"
[columns]
entry_ref = "Crime Report"
occurred = ["Day", "Hour"]
recorded = "Typed In"
direction = "Way"
use = "Why"
image_refs = ["Picture 1", "Picture 2"]
encrypted = "Locked"
narrative = "Story"
[constants]
unit_ref = "BCU-CE"
[dates]
order = "dmy"
zone = "UTC"
[dialect]
delimiter = "~"
quote = "'"
header_line = 3
encoding = "cp1252"
list_separator = "+"
[words.yes_no]
J = "yes"
N = "no"
[words.direction]
Gone = "out"
[words.use]
"Face match" = "facial_recognition"
"""

EXPORT = """\
Division of the West; printed on a Tuesday

Story~Locked~Crime Report~Way~Why~Day~Hour~Picture 1~Picture 2~Typed In
'It~s ''sent''
café'~J~007~Gone~Face match~3.5.2017~14:05~IMG-1 + IMG-2~1E5~4 May 2017
~n~+44~gone~Poster~3/5/2017~~~NULL-1~20170504 09:30
""".encode("cp1252")


def test_a_layout_nobody_has_seen_needs_a_page_of_toml(tmp_path):
    """Two columns for one date, other words, quotes, separators and spellings, a heading above the header."""
    assert len(UNSEEN.splitlines()) <= 30

    [found] = read_bytes(tmp_path, EXPORT, "raw/share_log/west.txt", (read_profile("west.toml", UNSEEN),))

    frame = found.frame
    assert found.said == []
    assert frame["entry_ref"].to_list() == ["007", "+44"]
    assert frame["image_refs"].to_list() == [["IMG-1", "IMG-2", "1E5"], ["NULL-1"]]
    assert frame["narrative"].to_list() == ["It~s 'sent'\ncafé", None]
    assert frame["encrypted_text"].to_list() == ["J", "n"]
    assert frame["encrypted"].to_list() == [True, False]
    assert frame["direction"].to_list() == ["out", "out"]
    assert frame["use_text"].to_list() == ["Face match", "Poster"]
    assert frame["use"].to_list() == ["facial_recognition", "poster"]
    assert frame["unit_ref"].to_list() == ["BCU-CE"] * 2
    assert frame["occurred_text"].to_list() == ["3.5.2017 14:05", "3/5/2017"]
    assert frame["occurred_earliest"].to_list() == [
        datetime(2017, 5, 3, 14, 5, tzinfo=UTC),
        datetime(2017, 5, 3, tzinfo=UTC),
    ]
    assert frame["occurred_zone_basis"].to_list() == ["stated", "stated"]
    assert frame["recorded_text"].to_list() == ["4 May 2017", "20170504 09:30"]
    assert frame["recorded_precision"].to_list() == ["day", "minute"]
    row = found.row.row(0, named=True)
    assert (row["profile"], row["encoding"], row["accepted"]) == ("west.toml", "cp1252", 2)


def test_our_own_columns_go_before_a_profile_and_a_meant_profile_before_both(tmp_path):
    """A profile without applies_to is only for headers that are not ours."""
    text = 'table = "entries"\n[columns]\nentry_ref = "entry_ref"\nnarrative = "colour"\n'
    fits, meant = read_profile("fits.toml", text), read_profile("meant.toml", 'applies_to = ["share_log/m*"]\n' + text)

    def profile_of(name: str) -> str | None:
        export = b"entry_ref,colour\nCR/1,red\n"
        return read_bytes(tmp_path, export, f"raw/share_log/{name}.csv", (fits, meant))[0].row["profile"][0]

    assert [profile_of("other"), profile_of("mine")] == [None, "meant.toml"]


def test_a_meant_profile_that_does_not_fit_refuses_the_file(tmp_path):
    """Nobody guesses: every row is in quarantine."""
    profile = read_profile("p.toml", 'table="entries"\napplies_to=["*"]\n[columns]\nentry_ref="Ref"\nuse="Why"\n')

    [found] = read_bytes(tmp_path, b"Ref,What\nCR/1,x\n", "raw/share_log/a.csv", (profile,))

    assert found.said == ["T206 p.toml: expected the columns 'Why', each once; found 'Ref', 'What'"]
    assert found.row.select("accepted", "quarantined").row(0) == (0, 1)


def test_of_two_profiles_that_fit_the_one_that_names_more_is_used(tmp_path):
    """A register that gained a column still fits the older profile."""
    old = read_profile("old.toml", 'table = "entries"\n[columns]\nentry_ref = "Ref"\n')
    new = read_profile("new.toml", 'table = "entries"\n[columns]\nentry_ref = "Ref"\nnarrative = "Story"\n')

    [found] = read_bytes(tmp_path, b"Ref,Story\nCR/1,x\n", "raw/share_log/a.csv", (old, new))

    assert found.row["profile"].to_list() == ["new.toml"]


def test_a_profile_names_a_sheet_and_the_row_of_its_header(tmp_path):
    """The other sheets are left out by rule, and counted as such."""
    said = 'table="entries"\napplies_to=["*.xlsx"]\n[columns]\nentry_ref="Ref"\n[dialect]\nsheet="B"\nheader_line=3\n'
    book = workbook(("A", "", {1: ["Notes"]}), ("B", "", {1: ["Export"], 3: ["Ref"], 5: ["007"]}))

    found = read_bytes(tmp_path, book, "raw/share_log/a.xlsx", (read_profile("p.toml", said),))

    assert [one.source for one in found] == [f"raw/share_log/a.xlsx{part}" for part in ("", "/A", "/B")]
    assert found[1].coverage.select("measure", "cause", "n").rows() == [("files", "excluded_by_rule", 1)]
    assert found[2].frame.select("entry_ref", "locator").rows() == [("007", "row 5")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('table = "colours"\n[columns]\n', "p.toml: table: expected one of entries"),
        ('table = "entries"\n[columns]\nref = "x"\n', "columns: expected columns of entries, found 'ref'"),
        ('table = "entries"\n[columns]\nuse = "x"\n', "columns: expected entry_ref, which is required"),
        ('table = "entries"\n[columns]\nentry_ref = "x"\n[dialect]\ndelimiter = "||"\n', "dialect.delimiter"),
        ('table = "entries"\n[columns]\nentry_ref = "x"\n[dates]\nzone = "London"\n', "dates.zone"),
        ('table = "entries"\n[columns]\nentry_ref = "x"\n[dates]\norder = "ymd"\n', "p.toml: "),
        ('table = "entries"\n[columns]\nentry_ref = "x"\n[words.use]\nFR = "face"\n', "words.use: expected one of"),
        ('table = "entries"\n[columns]\nentry_ref = "x"\n[words.occurred]\nFR = "face"\n', "words.occurred"),
        ('table = "entries"\n[colums]\nentry_ref = "x"\n', "p.toml: "),
        ("table = entries\n", "p.toml: "),
    ],
)
def test_a_profile_that_cannot_be_understood_says_where(text, why):
    """The operator wrote it, so it stops the step."""
    with pytest.raises(UsageError, match=r"p\.toml") as raised:
        read_profile("p.toml", text)
    assert why in str(raised.value)


@pytest.mark.parametrize(
    ("spelled", "ours"),
    [
        ("3 May 2016", "2016-05-03"),
        ("Tuesday, 3rd May 2016 9:05 pm", "2016-05-03T21:05"),
        ("May 3, 2016", "2016-05-03"),
        ("3-MAY-2016 14:05:30", "2016-05-03T14:05:30"),
        ("May 2016", "2016-05"),
        ("20160503 14:05", "2016-05-03T14:05"),
        ("2016/5/3", "2016-05-03"),
        ("12:00 am", None),
        ("3 Mai 2016", None),
        ("3 May 16", None),
        ("31 February 2016", None),
    ],
)
def test_dates_as_registers_spell_them(tmp_path, spelled, ours):
    """The text stays as written; what is no known form, or no day, is a problem."""
    [found] = read_bytes(tmp_path, f'entry_ref,occurred\nCR/1,"{spelled}"\n'.encode(), "raw/share_log/a.csv")
    [row] = found.frame.select("occurred_text", "occurred_earliest", "occurred_latest").rows()

    wanted = interval(ours) if ours else None
    assert row == (spelled, wanted and wanted.earliest, wanted and wanted.latest)
    assert found.problems.height == (0 if ours else 1)
