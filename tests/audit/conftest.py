"""A connection that sees tables written on the page as the tables of a case."""

from collections.abc import Callable, Iterator

import duckdb
import pytest
from ledgers import PERIOD, cells, write_tables

from toolkit.audit.views import open_views


@pytest.fixture
def ledger(tmp_path) -> Iterator[Callable[..., duckdb.DuckDBPyConnection]]:
    """A function from a page of tables to a connection; steps that are not named have not run."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def open_ledger(
        text: str, steps: tuple[str, ...] = ("ingest", "link"), **settings: object
    ) -> duckdb.DuckDBPyConnection:
        case_dir = tmp_path / str(len(opened))
        write_tables(case_dir, cells(text), steps)
        opened.append(open_views(case_dir, PERIOD | settings))
        return opened[-1]

    yield open_ledger
    for connection in opened:
        connection.close()
