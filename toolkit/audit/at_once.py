"""
Several questions at a time, and their rows in the order of the questions.

One that keeps a single core busy, sorting or counting, holds up no other. What it gives before its turn waits, and when
that is much it waits as well: of 10^7 disclosures the rows of no question fit into memory.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Full, Queue
from threading import Event
from typing import TypeAlias, TypeVar

import duckdb
import polars as pl

AT_ONCE = 2
"""Questions that are asked at a time: the goals are for two cores."""
WAITING = 8
"""Frames of one question that wait for its turn, of at most `queries.BATCH_ROWS` rows each."""
POLL_S = 0.1
"""How long a question waits before it looks whether nobody wants its rows any more."""

Give: TypeAlias = Callable[[pl.DataFrame], None]
"""Takes some rows of a question, in their order."""
_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")
_Rows: TypeAlias = "Queue[pl.DataFrame | None]"


class _StoppedError(Exception):
    """Nobody wants the rows any more."""


def at_once(
    connection: duckdb.DuckDBPyConnection,
    asked: Iterable[_Asked],
    ask: Callable[[duckdb.DuckDBPyConnection, _Asked, Give], _Found],
    sink: Callable[[_Asked, pl.DataFrame], None],
) -> Iterator[tuple[_Asked, _Found]]:
    """
    Yield each question and what is found, in the order they are given in, while the next ones are asked.

    Args:
        connection: From `views.open_views`; each question has a cursor of it.
        asked: The questions.
        ask: Answers one, and gives its rows away; called in threads.
        sink: Takes the rows, those of one question after those of another; called in this thread.
    """
    stopped = Event()

    def put(rows: _Rows, given: pl.DataFrame | None) -> None:
        while not stopped.is_set():
            with suppress(Full):
                rows.put(given, timeout=POLL_S)
                return
        raise _StoppedError

    def apart(one: _Asked, rows: _Rows) -> _Found:
        try:
            with connection.cursor() as cursor:
                return ask(cursor, one, lambda given: put(rows, given))
        finally:
            put(rows, None)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        ahead: deque[tuple[_Asked, _Rows, Future[_Found]]] = deque()
        try:
            for one in asked:
                rows: _Rows = Queue(WAITING)
                ahead.append((one, rows, threads.submit(apart, one, rows)))
                if len(ahead) > AT_ONCE:
                    yield _ended(*ahead.popleft(), sink)
            while ahead:
                yield _ended(*ahead.popleft(), sink)
        finally:
            stopped.set()
            for _, _, waiting in ahead:
                waiting.cancel()


def _ended(
    one: _Asked, rows: _Rows, found: Future[_Found], sink: Callable[[_Asked, pl.DataFrame], None]
) -> tuple[_Asked, _Found]:
    """Hand on the rows of a question until its end, and return what was found."""
    while (given := rows.get()) is not None:
        sink(one, given)
    return one, found.result()
