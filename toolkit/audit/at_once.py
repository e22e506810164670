"""Several questions at a time: one that keeps a single core busy, sorting or counting, holds up no other."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import duckdb

AT_ONCE = 2
"""Questions that are asked at a time: the goals are for two cores, and each more holds the rows of one more."""

_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


def at_once(
    connection: duckdb.DuckDBPyConnection,
    asked: Iterable[_Asked],
    ask: Callable[[duckdb.DuckDBPyConnection, _Asked], _Found],
) -> Iterator[tuple[_Asked, _Found]]:
    """
    Yield each question and what is found, in the order they are given in, while the next ones are asked.

    Args:
        connection: From `views.open_views`; each question has a cursor of it.
        asked: The questions.
        ask: Answers one; called in threads.
    """

    def apart(one: _Asked) -> _Found:
        with connection.cursor() as cursor:
            return ask(cursor, one)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        ahead: deque[tuple[_Asked, Future[_Found]]] = deque()
        for one in asked:
            ahead.append((one, threads.submit(apart, one)))
            if len(ahead) > AT_ONCE:
                done, found = ahead.popleft()
                yield done, found.result()
        for done, found in ahead:
            yield done, found.result()
