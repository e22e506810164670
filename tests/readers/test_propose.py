"""A proposed profile: what it is sure of is read back, what it is not sure of it says."""

import csv
import io

import pytest
from collecting import read_bytes
from papers import workbook

from toolkit.errors import UsageError
from toolkit.readers.likeness import name_likeness
from toolkit.readers.profiles import read_profile
from toolkit.readers.propose import propose
from toolkit.steps.profile import profile
from toolkit.tables import table

EXPORT = """\
Intelligence Bureau export
Report_Number|EventDate|Originating Unit|Third Party|Photo Refs|Sent/Received|Encrypted (Y/N)|Free Text|Shoe size
R-1|13/04/2016 09:30|BCU-1|CO-1|IMG-1,IMG-2|out|Y|'one | two'|44
R-2|02/05/2016|BCU-2|CO-1|IMG-3|in|N|'it''s'|
"""


def test_a_proposed_profile_reads_the_file_it_was_made_from(tmp_path):
    """Delimiter, quote, header, order of dates, lists and words are found; the rest is said."""
    made = propose(EXPORT.encode(), "bureau.csv", "share_log")

    [found] = read_bytes(tmp_path, EXPORT.encode(), "raw/share_log/x.csv", (read_profile("p", made.toml),))
    frame = found.frame
    assert (found.said, found.table) == ([], "entries")
    assert frame["entry_ref"].to_list() == ["R-1", "R-2"]
    assert frame["occurred_precision"].to_list() == ["minute", "day"]
    assert frame["unit_ref"].to_list() == ["BCU-1", "BCU-2"]
    assert frame["image_refs"].to_list() == [["IMG-1", "IMG-2"], ["IMG-3"]]
    assert frame["direction"].to_list() == ["out", "in"]
    assert frame["encrypted"].to_list() == [True, False]
    assert frame["narrative"].to_list() == ["one | two", "it's"]
    assert made.unsure[-2:] == [
        "dates.zone: the times state none; Europe/London is assumed until it is declared",
        "dialect.list_separator: ',' stands in 50% of the lists",
    ]
    assert "not used, kept verbatim with the row: 'Shoe size'" in made.unsure
    assert all(f"# unsure: {doubt}" in made.toml for doubt in made.unsure)


def test_an_order_that_nothing_decides_is_not_guessed():
    """03/04/2016 is two days; so are dates of both orders."""
    for dates, why in [("03/04/2016\n05/06/2016", "nothing in the sample decides"), ("13/04/2016\n04/13/2016", "some")]:
        made = propose(f"Entry Id,Event Date\na,{dates}\n".replace("\n0", "\nb,0").encode(), "x.csv", "share_log")
        assert "order" not in made.toml.split("[columns]")[1]
        assert next(doubt for doubt in made.unsure if doubt.startswith("dates.order")).startswith(f"dates.order: {why}")


def test_words_that_are_like_none_of_ours_are_asked_for():
    """Initials and likenesses are proposed, and named as unsure."""
    rows = [("Entry Id", "Used For"), ("1", "FR"), ("2", "Wanted posters"), ("3", "Elephants"), ("4", "Briefing")]
    out = io.StringIO()
    csv.writer(out).writerows(rows)

    made = propose(out.getvalue().encode(), "x.csv", "share_log")

    assert '"FR" = "facial_recognition"' in made.toml
    assert '"Wanted posters" = "poster"' in made.toml
    assert "words.use: 'FR' = facial_recognition? its initials" in made.unsure
    assert any(doubt.startswith("words.use: 'Elephants' is none of") for doubt in made.unsure)
    assert "Briefing" not in made.toml


def test_a_sheet_and_json_are_proposed_for_as_well(tmp_path):
    """The sheet with most cells, and the row of its header."""
    book = workbook(
        ("Read me", "", {1: ["Hello"]}),
        (
            "Movements",
            "",
            {1: ["Printed"], 4: ["Transfer Number", "Date", "Device"], 5: ["T-1", "2017-01-01", "USB-1"]},
        ),
    )

    made = propose(book, "x.xlsx", "transfers")

    found = read_bytes(tmp_path, book, "raw/transfers/x.xlsx", (read_profile("p", 'applies_to = ["*"]\n' + made.toml),))
    assert found[2].frame.select("transfer_ref", "occurred_text", "medium_ref").rows() == [
        ("T-1", "2017-01-01", "USB-1")
    ]
    assert 'transfer_ref = "message.id"' in propose(b'[{"message": {"id": "1"}}]', "x.json", "transfers").toml


def test_without_a_kind_the_table_that_fits_best_is_proposed():
    """And what fits as well is named."""
    assert propose(b"Watchlist No,Picture,Date Added,Date Removed\n1,IMG-1,2016,2017\n", "x.csv").toml.count(
        'table = "enrolments"'
    )


@pytest.mark.parametrize("content", [b"", b"no cells here\nat all\n", b"a,a\n1,2\n", "x".encode("utf-32")])
def test_what_holds_no_rows_is_refused(tmp_path, content):
    """With what was expected; nothing is proposed from nothing."""
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="expected"):
        profile(path)


def test_an_unknown_kind_or_file_is_a_mistake_of_usage(tmp_path):
    """Like every other."""
    with pytest.raises(UsageError, match="kind: expected one of"):
        profile(tmp_path, kind="gossip")
    with pytest.raises(UsageError, match="cannot be read"):
        profile(tmp_path / "none.csv")


def test_what_systems_put_behind_every_name_makes_no_likeness():
    """POWER_REF is not like post_ref because both end in ref."""
    columns = {column.name: column for column in table("entries").columns}

    assert name_likeness(columns["post_ref"], "POWER_REF") < 60
    assert name_likeness(columns["authority_ref"], "POWER_REF") == 100
