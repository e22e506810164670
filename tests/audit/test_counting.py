"""What is said of very many subjects is counted, and each of them is kept beside it."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import PERIOD, cells, write_tables

from toolkit.audit import origins
from toolkit.audit.asking import answers_keyed, answers_table, verdicts_keyed, verdicts_table
from toolkit.audit.counting import Counter
from toolkit.audit.queries import Query
from toolkit.audit.views import open_views

PAGE = """
    entries:
    entry_ref | occurred   | direction | use                | unit_ref | image_refs | reasons       | source | locator
    E1        | 2016-06-08 | out       | facial_recognition | EK       | I1         | prevent_crime | a.csv | line 2
    E2        | 2016-09-01 | out       | facial_recognition | EK       | I2         | prevent_crime | a.csv | line 10
    E3        | 2017-09    | out       | facial_recognition |          | I3         | other         | b.csv | line 3
    E4        | 2017-09-02 | out       | facial_recognition | EK       | I4         |               | b.csv | line 4
"""


@pytest.fixture
def tables(tmp_path):
    """The views of PAGE."""
    write_tables(tmp_path, cells(PAGE), ("ingest", "link"))
    with open_views(tmp_path, PERIOD) as connection:
        yield connection


def counted(ask, tables, names, listed):
    """Return what is said where more than so many subjects are counted, and of each subject, with its records."""
    each: list[pl.DataFrame] = []
    rests: list[pl.DataFrame] = []
    known = origins.places(tables)

    def rest(topic, rows):
        rests.extend(origins.rows_of(topic, rows, known))

    found = ask(tables, names, Counter(lambda _, rows: each.append(rows), rest, listed=listed))
    return found, pl.concat(each), pl.concat(rests)


def records_of(frame):
    """Return subject, source and locator of every record of a frame that names all."""
    rows = frame.select("subject", "evidence").explode("evidence", empty_as_null=False)
    return rows.unnest("evidence").rows()


def test_breaches_are_rows_of_their_own_and_the_rest_is_counted(tables):
    """Four subjects, where two would be listed: R24 is kept twice, broken once, and once its field is blank."""
    found, each, rests = counted(verdicts_keyed, tables, ["R24"], 2)

    assert found.select("subject", "verdict", "reasons", "subjects", "records").rows() == [
        ("group 1: 2 subjects", "conforms", [], 2, 2),
        ("E4", "cannot_determine", ["missing_field"], 1, 1),
        ("E3", "breach", [], 1, 1),
    ]
    whole = verdicts_table(tables, ["R24"])
    assert each.select("subject", "verdict").equals(whole.select("subject", "verdict"))
    assert rests.rows() == [("R24", *record) for record in records_of(whole)]


@pytest.mark.parametrize("listed", [2, 10])
def test_every_record_is_kept_once_whether_its_subject_is_counted_or_listed(tables, monkeypatch, listed):
    """Also a breach, which has a row where its rule is counted, and one that rests on more than a row names."""
    whole = records_of(verdicts_table(tables, ["R24"]))
    monkeypatch.setattr(origins, "NAMED", 0)
    rests: list[pl.DataFrame] = []
    known = origins.places(tables)
    many = Counter(lambda *_: None, lambda name, rows: rests.extend(origins.rows_of(name, rows, known)), listed=listed)

    verdicts_keyed(tables, ["R24"], many)

    assert pl.concat(rests).rows() == [("R24", *record) for record in whole]


def test_answers_that_are_alike_but_for_subject_and_records_are_one_row(tables):
    """Q14 of four occasions: three by one unit, one by none; a value is that of all its subjects."""
    found, each, _ = counted(answers_keyed, tables, ["Q14"], 2)

    assert found.select("subject", "state", "value", "subjects").rows() == [
        ("group 1: 3 subjects", "established", '{"unit":"EK","post":null}', 3),
        ("E3", "not_found", "null", 1),
    ]
    assert each["subject"].to_list() == ["E1", "E2", "E3", "E4"]


BY_REGISTER = """
    select 'E' || n as subject, 'established' as state, to_json(n) as value, null as unit, []::bigint[] as evidence,
        '{}' as coverage, []::varchar[] as caveats,
        case when n < 3 then '{"transfers": ' || n || '}' when n = 3 then '{"receipts": 5}' end as by_register
    from range(1, 6) as numbers(n)
    order by subject
"""


@pytest.mark.parametrize("listed", [2, 10])
def test_what_only_other_registers_show_is_added_up_for_each_register(tables, monkeypatch, listed):
    """1 and 2 transfers, 5 receipts, nothing, nothing: of one subject its own, of a group those of its subjects."""
    query = Query("Q01", "How many?", (), (), None, None, BY_REGISTER)
    monkeypatch.setattr("toolkit.audit.asking.queries", lambda folder: {"Q01": query} if folder == "questions" else {})
    monkeypatch.setattr("toolkit.audit.counting.VALUES", 1)

    found = answers_keyed(tables, ["Q01"], Counter(lambda *_: None, lambda *_: None, listed=listed))

    maps = found["by_register"].to_list()
    if listed == 2:
        assert [json.loads(found) for found in maps] == [{"receipts": 5, "transfers": 3}]
    else:
        assert maps == ['{"transfers": 1}', '{"transfers": 2}', '{"receipts": 5}', None, None]


@pytest.mark.parametrize("batches", [[["A", "B"], ["B", "C"]], [["B", "C"], ["A", "B"]], [["A", None], [None]]])
def test_a_subject_that_stands_twice_is_an_error_wherever_the_rows_part(batches):
    """In order or not, in the same rows or in others, also where it has no name."""
    frames = [
        pl.DataFrame(
            {"subject": found, "verdict": "conforms", "reasons": [[]] * len(found), "flags": [[]] * len(found)}
            | {"evidence": [[]] * len(found)},
            schema={"subject": pl.String, "verdict": pl.String}
            | dict.fromkeys(("reasons", "flags"), pl.List(pl.String))
            | {"evidence": pl.List(pl.Int64)},
        )
        for found in batches
    ]
    coming = [batch for frame in frames for batch in frame.to_arrow().to_batches()]

    with pytest.raises(ValueError, match="R12: expected each subject once, found"):
        Counter(lambda *_: None, lambda *_: None, listed=1).read("R12", coming, lambda _: None)


def test_counting_changes_nothing_that_is_said_about_the_answers(tables):
    """Q63, Q65 and Q70 speak of subjects and records, whether they were counted or listed."""
    asked = ["Q63", "Q65", "Q70"]

    many = Counter(lambda *_: None, lambda *_: None, listed=2)
    assert answers_keyed(tables, asked).drop("evidence").equals(answers_keyed(tables, asked, many).drop("evidence"))


def test_records_are_in_the_order_in_which_people_count(tables):
    """By source, then "line 2" before "line 10"."""
    found = answers_table(tables, ["Q01"])["evidence"].to_list()[0]

    assert [(record["source"], record["locator"]) for record in found] == [
        ("a.csv", "line 2"),
        ("a.csv", "line 10"),
        ("b.csv", "line 3"),
        ("b.csv", "line 4"),
    ]


KEYS = st.lists(st.none() | st.integers(0, 9) | st.integers(0, 2**62), max_size=12)


@given(st.lists(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 9))), max_size=6), st.integers(1, 8))
def test_a_row_names_records_of_every_place_before_more_of_one(rows, most):
    """No more than it may, in order; of no place one more than of another that has more to show."""
    listed = [
        (row, f"{place // 2}.csv", f"{'xy'[place % 2]} {number}")
        for row, records in enumerate(rows)
        for place, number in sorted(records)
    ]
    frame = pl.DataFrame(listed, schema={"row": pl.UInt32, "source": pl.String, "locator": pl.String}, orient="row")

    named = origins.named(frame, most).rows()

    for row in range(len(rows)):
        whole, found = ([record[1:] for record in part if record[0] == row] for part in (listed, named))
        assert found == [record for record in whole if record in found]
        assert len(found) == min(len(whole), most)
        shown, left = ([(source, locator[0]) for source, locator in part] for part in (found, set(whole) - set(found)))
        assert all(shown.count(place) >= max(map(shown.count, shown), default=0) - 1 for place in left)


@given(st.lists(st.none() | KEYS, max_size=8))
def test_each_record_of_a_row_stands_once_and_in_order(lists):
    """However long the lists are, whatever is blank in them, and however often a record was found."""
    frame = pl.DataFrame({"evidence": pl.Series(lists, dtype=pl.List(pl.Int64))})

    found = origins.each_once(frame)["evidence"].to_list()
    assert [each or [] for each in found] == [sorted({key for key in each or () if key is not None}) for each in lists]
