"""Each record is a number while questions are answered, and the same source and locator again when it is written."""

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import PERIOD, cells, write_tables

from toolkit.audit import origins
from toolkit.audit.asking import answer
from toolkit.audit.views import open_views

LOCATORS = (
    *(
        "",
        "0",
        "00",
        "5",
        "x",
        " ",
        "line 0",
        "line 1",
        "line 3",
        "line 10",
        "line 03",
        "line +5",
        "line 3 ",
        "line 3\t",
    ),
    *(
        "line 4294967295",
        "line 4294967296",
        "line 9999999999",
        "line 10000000000",
        "line 123456789012345678901234567890",
    ),
    *("row 0", "item 0", "frame 0", "frame 1", "frame 007", "frame 000", "byte 0", "sheet 0 row 0"),
    *("p.0 para 0", "p.3 para 0", "para 0", "part 0 para 0", "part 2 p.1 para 0"),
    *(
        "line 3\n",
        "line ٣",
        "line \uff13",
        "٣",
        "3٣",
        "e\u0301 1",
        "a\0b 1",
        "LINE 3",
        "line3",
        "line -1",
        "-0",
        "1.0",
        "1e5",
    ),
)
"""Every numbered locator that a reader writes, with 0; and what no reader writes today."""
SOURCES = (
    "raw/a.csv",
    "raw/a.csv\t",
    "raw/a\tline .csv",
    "raw/a.csv\tline 3",
    "1\traw",
    "0",
    "é.csv",
    "e\u0301.csv",
    "a'b",
)
PLACES = st.tuples(
    st.sampled_from(SOURCES) | st.text(min_size=1, max_size=6),
    st.sampled_from(LOCATORS)
    | st.text(max_size=8)
    | st.builds(lambda text, number: f"{text}{number}", st.text(max_size=4), st.integers(0, 10**12))
    | st.from_regex(r"\A(line|frame|row) 0*[0-9]{0,14}[ \t]?\Z"),
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A case without a row."""
    with open_views(tmp_path_factory.mktemp("case"), PERIOD, wanted=()) as connection:
        yield connection


def number_again(connection, places):
    """Fill `entries` with records at some places, and number these as if the case had just been opened."""
    connection.execute("drop type if exists numbered_place; drop table if exists numbered_places; delete from entries")
    rows = pl.DataFrame(places, schema={"source": pl.String, "locator": pl.String}, orient="row").to_arrow()
    connection.from_arrow(rows).create_view("given_places", replace=True)
    connection.execute("insert into entries by name select * from given_places")
    origins.number_places(connection)


def keys_of(connection):
    """Return the key of each record of `entries`, beside its place."""
    return connection.sql("select source, locator, origin_of(source, locator) as key from entries").pl()


@pytest.mark.parametrize("locator", LOCATORS)
def test_a_locator_comes_back_as_it_was(tables, locator):
    """Whatever the reader calls its rows, and whatever the number at the end: 0, zeros before it, too long, or none."""
    number_again(tables, [(source, locator) for source in SOURCES])

    found = keys_of(tables)

    assert found["key"].null_count() == 0
    assert origins.records(found["key"].to_numpy(), origins.places(tables)).equals(found.drop("key"))


@settings(deadline=None)  # each example numbers the places of a whole case
@given(st.lists(PLACES, max_size=30))
def test_every_record_has_a_key_of_its_own_that_leads_back_to_it(tables, places):
    """No two records share a key, and none is without one, whatever stands in their sources and locators."""
    number_again(tables, places)

    found = keys_of(tables)

    assert sorted(found.drop("key").rows()) == sorted(places)
    assert origins.records(found["key"].to_numpy(), origins.places(tables)).equals(found.drop("key"))
    assert found["key"].n_unique() == len(set(places))
    numbers = [(key >> origins.NUMBER_BITS, key % 2**origins.NUMBER_BITS) for key in found["key"]]
    assert all(number <= 10**10 for _, number in numbers)


def test_numbers_of_a_place_are_in_the_order_in_which_people_count(tables):
    """A place as a whole comes before its numbers; "line 9" before "line 10"; zeros before a number are its place's."""
    wanted = ["line ", "line 0", "line 9", "line 10", "line 4294967296", "line 00", "line 09"]
    number_again(tables, [("raw/a.csv", locator) for locator in reversed(wanted)])

    found = keys_of(tables).sort("key")

    assert found["locator"].to_list() == wanted


@pytest.mark.parametrize("locator", ["frame 0", "line 7", "x", ""])
def test_a_place_that_nobody_numbered_is_an_error_that_names_it(tables, locator):
    """Never a blank: a table that cites places of no table of the case would lose its evidence."""
    number_again(tables, [("raw/a.csv", "row 1")])

    before = locator.rstrip("07")
    with pytest.raises(
        duckdb.Error, match=f"no number for the place '{before}' of raw/b.csv: see origins.number_places"
    ):
        tables.execute("select origin_of('raw/b.csv', $1)", [locator]).fetchall()


def test_a_record_without_a_source_has_no_key(tables):
    """A probe that a sweep found no file of is no record."""
    assert tables.sql("select origin_of(null, 'line 3'), origin_of(null, null)").fetchall() == [(None, None)]


SHARED = """
    entries:
    entry_ref | occurred   | direction | use                | image_refs | source    | locator
    E1        | 2016-06-08 | out       | facial_recognition | I1         | raw/a.csv | {}
"""


@pytest.mark.parametrize(
    "locator", [locator for locator in LOCATORS if locator == locator.strip() and "\0" not in locator]
)
def test_an_answer_rests_on_the_record_wherever_it_stands(locator, tmp_path):
    """From the table to the answer, for every kind of register and the number 0 in it."""
    page = cells(SHARED.format("at"))
    page["entries"][0]["locator"] = locator
    write_tables(tmp_path, page, ("ingest", "link"))

    with open_views(tmp_path, PERIOD) as connection:
        [found] = answer(connection, ["Q01"])

    assert (found.state, found.value, found.records) == ("established", 1, 1)
    assert [(origin.source, origin.locator) for origin in found.evidence] == [("raw/a.csv", locator)]
