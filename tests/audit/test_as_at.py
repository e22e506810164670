"""Answers as the records stood at the end of a day: when it happened and when it was written down are two times."""

from functools import partial

import pytest
from ledgers import PERIOD, cells, write_tables

from toolkit.audit.as_at import narrow, narrowed
from toolkit.audit.asking import answer
from toolkit.audit.views import open_views
from toolkit.dates import interval

PAGE = """
    entries:
    entry_ref | occurred   | recorded   | direction | use                | image_refs
    E1        | 2016-06-01 | 2016-06-02 | out       | facial_recognition | I1
    E2        | 2016-09-01 | 2017-05-01 | out       | facial_recognition | I2
    E3        | 2017-08-01 |            | out       | facial_recognition | I3
    E4        | 2016       |            | out       | facial_recognition | I4

    custody_records:
    custody_ref | subject_ref | image_ref | disposal | disposed
    C1          | S1          | I1        | charged  | 2017-01-05

    posts:
    post_ref | post | tenure_from | tenure_to
    P1       | spoc | 2016-01-01  | 2018-01-01

    sources:
    source          | table   | kind      | complete | covers
    raw/entries.csv | entries | share_log | yes      | 2016/2019

    ingest.coverage:
    source          | method        | measure | n
    raw/entries.csv | record_search | rows    | 4
"""


@pytest.fixture(scope="module")
def as_at(tmp_path_factory):
    """Return a function from a day to a connection."""
    folder = tmp_path_factory.mktemp("as_at")
    write_tables(folder, cells(PAGE), ("ingest", "link"))

    opened = {}

    def connect(day):
        if day not in opened:
            at = interval(day)
            opened[day] = open_views(folder, PERIOD | {"as_at": at}, narrow=partial(narrow, day=at))
        return opened[day].cursor()

    yield connect
    for connection in opened.values():
        connection.close()


@pytest.mark.parametrize(
    ("day", "known"),
    [
        ("2016-06-01", ["E4"]),
        ("2016-06-02", ["E1", "E4"]),
        ("2017-04-30", ["E1", "E4"]),
        ("2017-05-01", ["E1", "E2", "E4"]),
    ],
)
def test_what_was_written_later_was_not_known(as_at, day, known):
    """E2 happened in 2016 and was recorded in 2017. E3 was not recorded before it happened. E4 may have been."""
    with as_at(day) as tables:
        assert [(entry,) for entry in known] == tables.sql("select entry_ref from entries order by 1").fetchall()


def test_a_row_that_may_have_been_written_later_is_counted(as_at):
    """A row of "2016", as at June 2016: kept, and said."""
    with as_at("2016-06-02") as tables:
        found = narrowed(tables)

    assert (found.left_out, found.doubtful) == (2, 1)


def test_the_coverage_says_how_many_rows_were_left_out(as_at):
    """Rows that nobody had written are not examined: out_of_period."""
    with as_at("2016-06-02") as tables:
        [found] = answer(tables, ["Q01"])

    assert (found.state, found.value) == ("established", 2)
    assert (found.coverage.examined, found.coverage.not_examined) == (2, {"out_of_period": 2})


@pytest.mark.parametrize(("day", "expected"), [("2017-01-04", (None, None)), ("2017-01-05", ("charged", "2017-01-05"))])
def test_what_was_added_to_a_record_later_is_blank(as_at, day, expected):
    """The custody record was there; how the case was disposed of was not."""
    with as_at(day) as tables:
        assert tables.sql("select disposal, disposed_text from custody_records").fetchall() == [expected]


def test_an_end_that_had_not_come_is_at_least_until_then(as_at):
    """Nobody knew in 2017 when the SPOC would leave."""
    with as_at("2017-04-30") as tables:
        assert tables.sql("select tenure_to_text, tenure_to_latest from posts").fetchall() == [("2017-04-30/..", None)]


def test_a_register_reaches_no_farther_than_that_day(as_at):
    """It is complete for what it covered then, and says nothing of what came after."""
    complete = "select is_complete('entries', null, timestamptz '2016-06-01', timestamptz '{}')"
    with as_at("2017-04-30") as tables:
        assert [tables.sql(complete.format(to)).fetchall() for to in ("2017-04-30", "2017-05-02")] == [
            [(True,)],
            [(False,)],
        ]
