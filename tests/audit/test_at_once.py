"""Several questions at a time: their rows in order, no more of them held than a few, and no thread left behind."""

import threading

import duckdb
import polars as pl
import pytest

from toolkit.audit.at_once import AT_ONCE, WAITING, at_once


@pytest.fixture
def connection():
    """A connection to nothing."""
    with duckdb.connect() as opened:
        yield opened


def ask_frames(cursor, one, give):
    """Give three times as many frames as may wait, each with its own number."""
    for n in range(3 * WAITING):
        give(cursor.sql(f"select {one} as asked, {n} as nth").pl())
    return one * 10


def test_rows_come_question_by_question_though_later_ones_are_asked_meanwhile(connection):
    """Three times as many frames as may wait: all of one question, in order, before any of the next."""
    taken = []

    found = list(at_once(connection, range(5), ask_frames, lambda one, rows: taken.append((one, *rows.row(0)))))

    assert found == [(one, one * 10) for one in range(5)]
    assert taken == [(one, one, nth) for one in range(5) for nth in range(3 * WAITING)]


def test_a_question_whose_turn_has_not_come_waits_with_its_rows(connection):
    """The first holds up; of those after it no more than may wait are given."""
    given: dict[int, int] = {}
    may_end = threading.Event()

    def ask(_cursor, one, give):
        if one == 0:
            may_end.wait(30)
        for n in range(10 * WAITING):
            give(pl.DataFrame({"n": [n]}))
            given[one] = n + 1
            if one == 1 and n + 1 == WAITING:
                may_end.set()
        return one

    most = []
    list(at_once(connection, range(4), ask, lambda *_: most.append(sum(given.values()))))

    assert may_end.is_set()
    assert most[0] <= 2 * (WAITING + 1) + AT_ONCE


@pytest.mark.parametrize("where", ["question", "sink", "reader"])
def test_an_error_ends_all_of_it(connection, where):
    """Whoever fails: the error comes out, and no thread goes on or waits for ever."""

    def ask(_cursor, one, give):
        if where == "question" and one == 1:
            raise ValueError("question")
        for n in range(10 * WAITING):
            give(pl.DataFrame({"n": [n]}))
        return one

    def sink(one, _rows):
        if where == "sink" and one == 1:
            raise ValueError("sink")

    def read():
        for one, _ in at_once(connection, range(6), ask, sink):
            if where == "reader" and one == 1:
                raise ValueError("reader")

    before = threading.active_count()
    with pytest.raises(ValueError, match=where):
        read()

    assert threading.active_count() <= before
