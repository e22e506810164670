"""From cells to stored columns."""

from datetime import UTC, datetime

import polars as pl
import pytest

from toolkit.readers.layouts import NoLayout, layout
from toolkit.readers.typed import Typed, typed
from toolkit.readers.values import Manner
from toolkit.tables import TABLES, table


def read(name: str, text: str, manner: Manner | None = None) -> Typed:
    """Return the rows of a page: a header, then rows, cells between bars."""
    header, *rows = [[cell.strip(" ") for cell in line.split("|")] for line in text.strip().splitlines()]
    header = [cell.strip() for cell in header]
    cells = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    return typed(
        table(name), cells, pl.Series("line", range(2, 2 + len(rows)), pl.Int64), "raw/x.csv", manner or Manner()
    )


def column(found: Typed, name: str) -> list[object]:
    """Return a stored column."""
    return found.frame[name].to_list()


@pytest.mark.parametrize("wanted", [table for table in TABLES if table.kind], ids=lambda wanted: wanted.name)
def test_every_input_table_has_its_stored_columns(wanted):
    """In order and of their types, with rows and without, whatever columns the source has."""
    required = {column.name: ["x"] for column in wanted.columns if column.required}
    for cells in (pl.DataFrame(required), pl.DataFrame(required).clear()):
        found = typed(wanted, cells, pl.Series("line", range(cells.height), pl.Int64), "raw/x.csv", Manner())
        assert found.frame.schema == wanted.schema()
        assert found.frame.height == cells.height


@pytest.mark.parametrize("reference", ["007", "1E5", "+44", "NULL1", "NA-1", "1/2", "7 8", "e\u0301"])
def test_a_reference_is_stored_as_it_stands(reference):
    """No case, no form of a number and no alphabet is made another."""
    cells = pl.DataFrame({"entry_ref": [reference], "image_refs": [f"{reference};x"]})
    found = typed(table("entries"), cells, pl.Series("line", [2]), "raw/x.csv", Manner())

    assert column(found, "entry_ref") == [reference]
    assert column(found, "image_refs_text") == [f"{reference};x"]


def test_a_blank_and_a_missing_column_are_null():
    """Nothing is recorded; the header in `sources` tells which of the two it was."""
    found = read("entries", "entry_ref|unit_ref|use|encrypted|image_refs\nCR/1||  ||")

    assert found.frame.drop("source", "locator", "entry_ref").null_count().row(0) == (1,) * (found.frame.width - 3)
    assert found.problems.is_empty()


def test_lists_are_split_at_semicolons():
    """White space around the parts is not part of them; the text keeps it."""
    found = read("entries", "entry_ref|image_refs\nCR/1|IMG-1; IMG-2 ;;IMG-3")

    assert column(found, "image_refs") == [["IMG-1", "IMG-2", "IMG-3"]]
    assert column(found, "image_refs_text") == ["IMG-1; IMG-2 ;;IMG-3"]


def test_words_yes_no_and_counts_are_read_in_any_case():
    """What is none of the words is null beside its text."""
    found = read(
        "entries", "entry_ref|use|encrypted|reasons\nCR/1|Poster|YES|other;PREVENT_CRIME\nCR/2|wanted|perhaps|fun"
    )

    assert column(found, "use") == ["poster", None]
    assert column(found, "use_text") == ["Poster", "wanted"]
    assert column(found, "encrypted") == [True, None]
    assert column(found, "reasons") == [["other", "prevent_crime"], []]
    assert found.problems["code"].to_list() == ["T213", "T213", "T211"]
    assert set(found.problems["locator"]) == {"line 3"}


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("-7", -7), ("+7", 7), ("7.0", None), ("1,000", None), ("9" * 30, None)]
)
def test_a_count_is_a_whole_number(text, number):
    """Nothing is rounded, and no separator is guessed."""
    assert column(read("public_statements", f"statement_ref|count\nS1|{text}"), "count") == [number]


def test_a_row_without_what_is_required_is_rejected():
    """The other rows keep their places."""
    found = read("agreement_versions", "agreement_ref|version\nA|1\n|2\n|\nB|3")

    assert column(found, "locator") == ["line 2", "line 5"]
    assert found.rejected.to_list() == [False, True, True, False]
    assert found.problems["message"].to_list() == [
        "required and blank: agreement_ref",
        "required and blank: agreement_ref, version",
    ]


def test_dates_are_read_in_the_manner_of_the_source():
    """Declared order and clock offsets apply to every date of it."""
    found = read("entries", "entry_ref|occurred\nCR/1|03/04/2016", Manner("dmy", (0, 60)))

    assert column(found, "occurred_earliest") == [datetime(2016, 4, 2, 22, 59, tzinfo=UTC)]
    assert column(found, "occurred_latest") == [datetime(2016, 4, 3, 23, 0, tzinfo=UTC)]
    assert column(found, "occurred_basis") == ["derived"]


def test_footage_states_its_zone():
    """Blank: London, assumed. A zone that is none cannot place the time."""
    found = read(
        "footage_files",
        "file|starts|zone\na|2016-07-01T10:00|UTC\nb|2016-07-01T10:00|\nc|2016-07-01T10:00|Mars/Base\nd||Mars/Base",
    )

    assert [time and time.hour for time in column(found, "starts_earliest")] == [10, 9, None, None]
    assert column(found, "starts_zone_basis") == ["stated", "assumed", None, None]
    assert found.problems.select("code", "locator").rows() == [("T211", "line 4")]


def test_a_message_cannot_command_a_terminal():
    """Values are shown on one line, escaped, and cut."""
    found = read("entries", "entry_ref|use\nCR/1|\x1b[31m\u202e" + "x" * 200)

    [message] = found.problems["message"]
    assert message.isprintable()
    assert "'\\x1b[31m\\u202exxx" in message
    assert len(message) < 300


def test_a_header_chooses_its_table():
    """The one that shares most columns, of those whose required columns are all there."""
    assert layout("share_log", ["notification_ref", "match_ref", "occurred"]).name == "notifications"
    assert layout("share_log", ["action_ref", "match_ref", "occurred", "entry"]).name == "actions"
    assert layout("disposals", ["image_refs", "occurred", "verification_ref"]).name == "verifications"
    with pytest.raises(NoLayout, match="nearest is receipts, without receipt_ref"):
        layout("recipient", ["occurred", "recipient_ref", "image_refs", "post_ref"])


@pytest.mark.parametrize("wanted", [table for table in TABLES if table.kind], ids=lambda wanted: wanted.name)
def test_the_documented_header_of_every_table_leads_to_it(wanted):
    """No two tables of a kind are mistaken for each other."""
    names = [column.name for column in wanted.columns if isinstance(column.holds, str)]
    assert layout(wanted.kind, names) == wanted
