"""What people read in cells, in `hand/readings.csv`."""

import pytest
from collecting import Collected, read_bytes

from toolkit.errors import UsageError
from toolkit.readers.readings import Readings, read_readings
from toolkit.readers.undecided import APPLIED_IN

SOURCE = "raw/share_log/x.csv"
HEADER = "source,locator,column,reads_as,post,when,reason\n"
REGISTER = (
    "entry_ref,occurred,direction,use,image_refs,encrypted,narrative\n"
    "CR/1,03/04/2017,out,FR,KX-01 to KX-03,maybe,one\n"
    "CR/2,2017,out,poster,,,two\n"
    "CR/3,2017,out,FR,KX-09,yes,three, four\n"
    ",2017,out,poster,KX-09,yes,five\n"
    "?,2017,out\n"
)


def said(*lines: tuple[str, str, str] | tuple[str, str, str, str]) -> Readings:
    """Return readings of places, columns and texts; by one post, where no other is named."""
    rows = (
        f"{SOURCE},{place},{column},{text},{(*post, 'POST-1')[0]},2019-10-01,seen\n"
        for place, column, text, *post in lines
    )
    return read_readings((HEADER + "".join(rows)).encode(), {SOURCE: "share_log"})


def read(tmp_path, readings: Readings) -> Collected:
    """Return the register with what people read in it."""
    [found] = read_bytes(tmp_path, REGISTER.encode(), SOURCE, readings=readings.in_force())
    return found


def states(found: Collected, readings: Readings) -> list[str]:
    """Return the state of each line, by place, column and post."""
    applied = found.undecided.get("readings", APPLIED_IN.to_frame())
    return readings.table(applied, {SOURCE: "entries"})["state"].to_list()


def test_a_reading_stands_beside_the_text_and_never_over_it(tmp_path):
    """Of every kind of column; the cell is no longer unread."""
    readings = said(
        ("line 2", "use", "facial_recognition"),
        ("line 2", "image_refs", "KX-01;KX-02;KX-03"),
        ("line 2", "encrypted", "no"),
        ("line 3", "image_refs", "KX-04"),
    )

    found = read(tmp_path, readings)

    frame = found.frame
    assert frame.select("use_text", "use").rows()[0] == ("FR", "facial_recognition")
    assert frame["image_refs_text"].to_list() == ["KX-01 to KX-03", None]
    assert frame["image_refs"].to_list() == [["KX-01", "KX-02", "KX-03"], ["KX-04"]]
    assert frame.select("encrypted_text", "encrypted").rows()[0] == ("maybe", False)
    assert found.unread.rows() == []
    assert set(states(found, readings)) == {"in_force"}


def test_a_date_is_read_as_ours_whatever_order_the_source_has(tmp_path):
    """The text stays; an unreadable date gets the bounds of what was read."""
    register = "entry_ref,occurred\nCR/1,3rd of May?\n"
    readings = said(("line 2", "occurred", "2017-05-03"))

    [found] = read_bytes(tmp_path, register.encode(), SOURCE, readings=readings.in_force())

    assert found.frame.select("occurred_text", "occurred_precision").rows() == [("3rd of May?", "day")]
    assert str(found.frame["occurred_earliest"][0]) == "2017-05-02 23:00:00+00:00"


def test_a_row_in_quarantine_becomes_one_when_nothing_required_lacks(tmp_path):
    """With what stands surely in its column and what was read; the rest of it is unread, not blank."""
    readings = said(("line 4", "use", "facial_recognition"), ("line 5", "entry_ref", "CR/5"))

    found = read(tmp_path, readings)

    rows = found.frame.select("locator", "entry_ref", "direction", "use_text", "use", "image_refs", "narrative").rows()
    assert rows[2:] == [
        ("line 4", "CR/3", "out", None, "facial_recognition", None, None),
        ("line 5", "CR/5", "out", "poster", "poster", ["KX-09"], "five"),
    ]
    unread = {"image_refs", "encrypted", "narrative"}
    assert set(found.unread.filter(locator="line 4")["column_name"]) >= unread
    assert found.unread.filter(locator="line 5").rows() == []
    assert found.records["status"].to_list() == ["accepted"] * 4 + ["quarantined"]
    assert found.row.select("rows_in", "accepted", "quarantined", "blank").rows() == [(5, 4, 1, 0)]
    assert found.coverage.select("cause", "n").rows() == [(None, 4), ("row_rejected", 1)]


def test_a_reading_that_completes_no_row_is_legible_in_it(tmp_path):
    """What a post read excludes what the row cannot be, though its reference is still unknown."""
    readings = said(("line 6", "use", "briefing"))

    found = read(tmp_path, readings)

    row = found.undecided["unread_rows"].filter(locator="line 6").row(0, named=True)
    assert (row["use"], row["by_hand"]) == ("briefing", ["use"])


def test_two_posts_that_read_differently_leave_it_undecided(tmp_path):
    """Whatever the order; the same read in other words is no difference."""
    readings = said(
        ("line 2", "use", "facial_recognition"),
        ("line 2", "use", "poster", "POST-2"),
        ("line 2", "image_refs", "KX-01;KX-02"),
        ("line 2", "image_refs", "KX-01; KX-02", "POST-2"),
    )

    found = read(tmp_path, readings)

    assert found.frame.select("use", "image_refs").rows()[0] == (None, ["KX-01", "KX-02"])
    assert found.unread.select("column_name", "text").rows() == [("use", "FR"), ("encrypted", "maybe")]
    assert states(found, readings) == ["in_force", "in_force", "disagreed", "disagreed"]


def test_the_latest_line_of_a_post_rules_and_a_blank_one_takes_its_reading_back(tmp_path):
    """By its date, then by its line; no line is changed."""
    later = f"{SOURCE},line 2,use,,POST-1,2019-11-01,not sure any more\n"
    first = f"{SOURCE},line 2,use,facial_recognition,POST-1,2019-10-01,seen\n"
    other = f"{SOURCE},line 2,use,poster,POST-2,2019-10-01,seen\n"
    nobody, taken_back, left = (
        read_readings((HEADER + text).encode(), {SOURCE: "share_log"})
        for text in ("", later + first, first + other + later)
    )

    assert read(tmp_path, taken_back).frame.equals(read(tmp_path, nobody).frame)
    assert read(tmp_path, left).frame["use"][0] == "poster"
    assert states(read(tmp_path, left), left) == ["withdrawn", "in_force"]


def test_a_cell_that_says_itself_what_it_holds_is_not_read_otherwise(tmp_path):
    """A reading is no way to alter a record."""
    readings = said(("line 3", "use", "facial_recognition"), ("line 9", "use", "poster"))

    found = read(tmp_path, readings)

    assert found.frame["use"][1] == "poster"
    assert states(found, readings) == ["readable", "no_such_cell"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x,line 2,use,poster,POST-1,2019", "line 2: expected 7 fields, as in the header, found 6"),
        (f"{SOURCE},line 2,use,poster,,2019,why", "line 2: expected post to be stated, found nothing"),
        (f"{SOURCE},line 2,use,poster,POST-1,2019,", "line 2: expected reason to be stated, found nothing"),
        (f"{SOURCE},line 2,use,poster,POST-1,some day,why", "line 2: when: expected a date, found 'some day'"),
        (f"{SOURCE},line 2,colour,red,POST-1,2019,why", "line 2: column: expected one of accesses"),
        (f"{SOURCE},line 2,use,FR,POST-1,2019,why", "line 2: reads_as: expected one of facial_recognition, "),
        (f"{SOURCE},line 2,occurred,some day,POST-1,2019,why", "line 2: reads_as: expected a date as YYYY-MM-DD"),
        (f"{SOURCE},line 2,image_refs,2 images,POST-1,2019,why", "line 2: reads_as: expected references, separated"),
        (f"{SOURCE},line 2,encrypted,maybe,POST-1,2019,why", "line 2: reads_as: expected yes or no, found 'maybe'"),
        (f"{SOURCE},line 2,unit_ref,unknown,POST-1,2019,why", "line 2: reads_as: expected a reference, found"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused_with_its_number(line, message):
    """Whoever wrote it must repair it: what was expected and what was found."""
    with pytest.raises(UsageError) as refused:
        read_readings(f"{HEADER}{line}\n".encode(), {})

    expected = message.replace("one of accesses", "one of ")
    assert str(refused.value).startswith(f"hand/readings.csv {expected}")


def test_other_columns_are_refused():
    """The file is ours: its columns are those of its header, in order."""
    with pytest.raises(UsageError, match="expected the columns source, locator, column, reads_as, post, when, reason"):
        read_readings(b"source,locator\n", {})
