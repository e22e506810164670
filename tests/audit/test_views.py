"""The tables of a case as views: what they unite, what they may read, and what stands for a step that has not run."""

import duckdb
import pytest
from ledgers import PERIOD, cells, write_tables

from toolkit.audit.asking import answer
from toolkit.audit.queries import Query
from toolkit.audit.views import open_views
from toolkit.errors import IntegrityError

ONE_SHARE = """
    entries:
    entry_ref | occurred | direction | use                | image_refs
    E1        | 2017     | out       | facial_recognition | I1
"""


def test_a_step_that_has_not_run_is_not_searched_and_not_empty(ledger):
    """A missing table means 'not run', never 'none'."""
    [found] = answer(ledger(ONE_SHARE), ["Q42"])

    assert (found.state, found.caveats) == ("not_searched", ("'toolkit sweep' has not run",))


def test_problems_and_coverage_unite_the_steps(ledger):
    """Each row says whose it is."""
    page = """
        ingest.coverage:
        measure | n
        rows    | 3

        index.coverage:
        measure | n
        frames  | 5
    """
    tables = ledger(page, steps=("ingest", "index"))

    assert tables.sql("select step, measure, n from coverage order by n").fetchall() == [
        ("ingest", "rows", 3),
        ("index", "frames", 5),
    ]
    assert tables.sql("from steps_run").fetchall() == [("index",), ("ingest",)]


def test_once_open_nothing_else_can_be_read(ledger, tmp_path):
    """Paths come from the list of tables only; neither a query nor a setting leads elsewhere."""
    (tmp_path / "other.csv").write_text("a\n1\n")
    tables = ledger(ONE_SHARE)

    with pytest.raises(duckdb.PermissionException):
        tables.sql(f"from read_csv('{tmp_path / 'other.csv'}')").fetchall()
    with pytest.raises(duckdb.InvalidInputException):
        tables.execute("set enable_external_access = true")


def test_a_folder_named_like_a_pattern_is_a_folder(tmp_path):
    """Files are listed, never matched: a case in 'a*' does not read the one in 'ab'."""
    write_tables(tmp_path / "a*", cells(ONE_SHARE), ("ingest",))
    write_tables(tmp_path / "ab", cells(ONE_SHARE.replace("E1", "E2")), ("ingest",))

    with open_views(tmp_path / "a*", PERIOD) as tables:
        assert tables.sql("select entry_ref from entries").fetchall() == [("E1",)]


def test_a_table_that_is_a_link_is_refused(tmp_path):
    """A link could lead out of the case."""
    write_tables(tmp_path, cells(ONE_SHARE), ("ingest",))
    path = next((tmp_path / "tables" / "ingest" / "entries").iterdir())
    path.rename(tmp_path / "elsewhere.parquet")
    path.symlink_to(tmp_path / "elsewhere.parquet")

    with pytest.raises(IntegrityError, match=rf"tables/ingest/entries/{path.name}: expected a file .*, found a link"):
        open_views(tmp_path, PERIOD)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        (("2016/2016", "2016-06/2018"), [("2016-01-01", "2018-12-31")]),
        (("2016/2016", "2017/2017"), [("2016-01-01", "2017-12-31")]),
        (("2016/2016", "2018/2018"), [("2016-01-01", "2016-12-31"), ("2018-01-01", "2018-12-31")]),
    ],
    ids=["overlapping", "touching", "apart"],
)
def test_registers_that_touch_cover_one_time(ledger, spans, expected):
    """Yearly files are one register; a gap between them is a gap."""
    page = f"""
        sources:
        source | table   | complete | covers
        a.csv  | entries | yes      | {spans[0]}
        b.csv  | entries | yes      | {spans[1]}
    """
    days = "day_of(span_earliest)::varchar, day_of(span_latest - interval 1 microsecond)::varchar"

    assert ledger(page).sql(f"select {days} from complete_spans order by 1").fetchall() == expected


def test_a_register_of_which_a_part_was_not_supplied_is_not_complete(ledger):
    """Whatever its sender declares."""
    page = """
        sources:
        source | table   | complete | covers
        a.csv  | entries | yes      | 2016/2018

        ingest.coverage:
        source | measure | cause        | n
        a.csv  | rows    | not_supplied | 4
    """

    assert ledger(page).sql("from complete_spans").fetchall() == []


def test_lineage_goes_through_two_reorganisations(ledger):
    """A unit's predecessors are those of its predecessors, too."""
    page = """
        units:
        unit_ref | predecessor_refs
        BCU      | MIDDLE
        MIDDLE   | CAMDEN;ISLINGTON
    """
    kin = "select kin_ref from unit_lineage where unit_ref = 'BCU' and relation = 'predecessor' order by 1"

    assert ledger(page).sql(kin).fetchall() == [("CAMDEN",), ("ISLINGTON",), ("MIDDLE",)]


def test_a_word_that_is_in_no_list_is_an_error(ledger, monkeypatch):
    """A file that answers 'no' is a bug in the file."""
    text = "select null subject, 'no' state, null as value, null unit, [] evidence, null coverage, [] caveats"
    query = Query("Q01", "How many?", (), (), None, None, text)
    monkeypatch.setattr("toolkit.audit.asking.queries", lambda folder: {"Q01": query} if folder == "questions" else {})

    with pytest.raises(ValueError, match=r"Q01: state: expected one of established, .*; found 'no'"):
        answer(ledger(ONE_SHARE))
