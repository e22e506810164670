"""What is said of very many subjects is counted, and each of them is kept beside it."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import PERIOD, cells, write_tables

from toolkit.audit import origins
from toolkit.audit.asking import answers_table, verdicts_table
from toolkit.audit.counting import Counter
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


def test_breaches_are_rows_of_their_own_and_the_rest_is_counted(tables):
    """Four subjects, where two would be listed: R24 is kept twice, broken once, and once its field is blank."""
    each: list[pl.DataFrame] = []
    found = verdicts_table(tables, ["R24"], Counter(lambda _, rows: each.append(rows), listed=2))

    assert found.select("subject", "verdict", "reasons").rows() == [
        ("group 1: 2 subjects", "conforms", []),
        ("group 2: 1 subjects", "cannot_determine", ["missing_field"]),
        ("E3", "breach", []),
    ]
    whole = verdicts_table(tables, ["R24"])
    kept = origins.with_records(origins.places(tables), pl.concat(each))
    assert kept.select("subject", "verdict", "evidence").equals(whole.select("subject", "verdict", "evidence"))


@pytest.mark.parametrize("listed", [2, 10])
def test_a_row_that_rests_on_more_than_it_names_is_kept_once(tables, monkeypatch, listed):
    """A breach of a rule that is counted is there already; of one that is listed it is kept because of its records."""
    monkeypatch.setattr(origins, "NAMED", 0)
    each: list[pl.DataFrame] = []
    verdicts_table(tables, ["R24"], Counter(lambda _, rows: each.append(rows), listed=listed))

    assert pl.concat(rows.select("subject") for rows in each)["subject"].to_list() == ["E1", "E2", "E3", "E4"]


def test_answers_that_are_alike_but_for_subject_and_records_are_one_row(tables):
    """Q14 of four occasions: three by one unit, one by none; a value is that of all its subjects."""
    each: list[pl.DataFrame] = []
    found = answers_table(tables, ["Q14"], Counter(lambda _, rows: each.append(rows), listed=2))

    assert found.select("subject", "state", "value").rows() == [
        ("group 1: 3 subjects", "established", '{"unit":"EK","post":null}'),
        ("group 2: 1 subjects", "not_found", "null"),
    ]
    assert pl.concat(each)["subject"].to_list() == ["E1", "E2", "E3", "E4"]


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
        Counter(lambda *_: None, listed=1).read("R12", coming, lambda _: None)


def test_counting_changes_nothing_that_is_said_about_the_answers(tables):
    """Q63, Q65 and Q70 speak of subjects and records, whether they were counted or listed."""
    asked = ["Q63", "Q65", "Q70"]

    assert answers_table(tables, asked).equals(answers_table(tables, asked, Counter(lambda *_: None, listed=2)))


def test_keys_are_in_the_order_of_records(tables):
    """As texts, "line 10" comes before "line 2"; a key leads back to its record."""
    found = answers_table(tables, ["Q01"])["evidence"].to_list()[0]

    assert [(record["source"], record["locator"]) for record in found] == [
        ("a.csv", "line 10"),
        ("a.csv", "line 2"),
        ("b.csv", "line 3"),
        ("b.csv", "line 4"),
    ]


KEYS = st.lists(st.none() | st.integers(0, 9) | st.integers(0, 2**62), max_size=12)


@given(st.lists(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 9))), max_size=6), st.integers(1, 8))
def test_a_row_names_records_of_every_place_before_more_of_one(rows, most):
    """No more than it may, in order; of no place one more than of another that has more to show."""
    keys = [sorted((place << origins.SHIFT) + number for place, number in row) for row in rows]
    frame = pl.DataFrame({"evidence": pl.Series(keys, dtype=pl.List(pl.Int64))})

    named = origins.named(frame, most)["evidence"].to_list()

    for whole, found in zip(keys, named, strict=True):
        assert found == sorted(set(found) & set(whole))
        assert len(found) == min(len(whole), most)
        shown, left = ([key >> origins.SHIFT for key in part] for part in (found, set(whole) - set(found)))
        assert all(shown.count(place) >= max(map(shown.count, shown), default=0) - 1 for place in left)


@given(st.lists(st.none() | KEYS, max_size=8))
def test_each_record_of_a_row_stands_once_and_in_order(lists):
    """However long the lists are, whatever is blank in them, and however often a record was found."""
    frame = pl.DataFrame({"evidence": pl.Series(lists, dtype=pl.List(pl.Int64))})

    found = origins.each_once(frame)["evidence"].to_list()
    assert [each or [] for each in found] == [sorted({key for key in each or () if key is not None}) for each in lists]
