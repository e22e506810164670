"""
The full-text index of a case (SQLite FTS5): narratives, clauses, statements, documents, and rows in quarantine.

`cache/text.sqlite` is rebuilt from the tables whenever it is missing, damaged or behind: it is never evidence. Only the
shards that changed are read again. Words are compared without case and accents; nothing is stemmed.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from toolkit.registers import REGISTERS

TEXTS: dict[str, tuple[str, str | None]] = {
    **{name: (one.searched.text, one.searched.about) for name, one in REGISTERS.items() if one.searched},
    "passages": ("text", None),
    "records": ("verbatim", None),
}
"""Table -> its column that is searched, and the reference of what it is about. Of `records` only rows in quarantine."""

BEGIN, END, CUT = "\u00ab", "\u00bb", "\u2026"
"""Around a word that was looked for, and where a text is cut short."""
SNIPPET_WORDS = 32

_LAYOUT = 2
"""Number of this layout; an index of another one is made anew."""
_SCHEMA = f"""
create virtual table texts using fts5(
    source unindexed, locator unindexed, field unindexed, ref unindexed, text,
    tokenize = "unicode61 remove_diacritics 2", prefix = '3'
);
create virtual table vocabulary using fts5vocab(texts, row);
create table shards (name text primary key, sha256 text not null, first integer not null, last integer not null);
pragma user_version = {_LAYOUT};
"""


@dataclass(frozen=True)
class Passage:
    """
    A passage that was found.

    Args:
        source: Path of its source in the case.
        locator: Place in it.
        field: Where it is kept: table and column.
        ref: Reference of what it is about, where it has one.
        snippet: The words around what was looked for, which stands between « and ».
    """

    source: str
    locator: str
    field: str
    ref: str | None
    snippet: str


class BadQuery(ValueError):  # noqa: N818 - reads as what it says
    """An expression that FTS5 does not understand."""


@contextmanager
def open_index(
    path: Path, shards: Mapping[str, tuple[Path, str]], checked: Callable[[Path], Path]
) -> Iterator["Index"]:
    """
    Give the index of these shards, brought up to date.

    Args:
        path: `cache/text.sqlite`.
        shards: Path in the case -> the Parquet file (of a table in `TEXTS`) and its digest.
        checked: Told each shard before it is opened; raises where it is not what was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path) and (path.is_symlink() or path.stat().st_nlink > 1):
        path.unlink()  # what is written to it would lie elsewhere, or under another name too
    try:
        connection = _opened(path)
        _update(connection, shards, checked)
    except sqlite3.DatabaseError:  # damaged: it is only a cache
        path.unlink(missing_ok=True)
        connection = _opened(path)
        _update(connection, shards, checked)
    with closing(connection):
        yield Index(connection)


def _opened(path: Path) -> sqlite3.Connection:
    """
    Return a connection to an index of this layout, made where there is none.

    Raises:
        sqlite3.DatabaseError: If the file is damaged.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        [(layout,)] = connection.execute("pragma user_version").fetchall()
        if layout == _LAYOUT:
            return connection
        if layout == 0:
            connection.executescript(f"begin;{_SCHEMA}commit;")
            return connection
    except sqlite3.DatabaseError:
        connection.close()
        raise
    connection.close()
    path.unlink()
    return _opened(path)


def _update(
    connection: sqlite3.Connection, shards: Mapping[str, tuple[Path, str]], checked: Callable[[Path], Path]
) -> None:
    """Take out the shards that are gone or changed, and read those that are new, in one transaction."""
    known = dict(connection.execute("select name, sha256 from shards"))
    stale = [name for name, sha256 in known.items() if name not in shards or shards[name][1] != sha256]
    new = [name for name in shards if name in stale or name not in known]
    if not stale and not new:
        return
    try:
        connection.execute("begin immediate")
        for name in stale:
            [(first, last)] = connection.execute("select first, last from shards where name = ?", [name]).fetchall()
            connection.execute("delete from texts where rowid between ? and ?", [first, last])
            connection.execute("delete from shards where name = ?", [name])
        for name in sorted(new):
            _add(connection, name, checked(shards[name][0]), shards[name][1])
        connection.execute("commit")
    except BaseException:
        connection.close()
        raise


def _add(connection: sqlite3.Connection, name: str, path: Path, sha256: str) -> None:
    """Add the texts of a shard."""
    table = path.parent.name
    column, ref = TEXTS[table]
    rows = pl.scan_parquet(path).filter(pl.col(column).is_not_null())
    if table == "records":
        rows = rows.filter(pl.col("status") == "quarantined")
    about = pl.col(ref) if ref else pl.lit(None, pl.String)
    texts = rows.select("source", "locator", pl.lit(f"{table}.{column}"), about.alias("ref"), column).collect()
    [(before,)] = connection.execute("select coalesce(max(last), 0) from shards").fetchall()
    connection.executemany(
        "insert into texts (rowid, source, locator, field, ref, text) values (?, ?, ?, ?, ?, ?)",
        ((number, *row) for number, row in enumerate(texts.iter_rows(), before + 1)),
    )
    connection.execute("insert into shards values (?, ?, ?, ?)", [name, sha256, before + 1, before + texts.height])


class Index:
    """An open index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read from *connection*."""
        self._connection = connection

    def words(self) -> list[str]:
        """Return every word of the index, sorted."""
        return [word for (word,) in self._connection.execute("select term from vocabulary order by term")]

    def size(self) -> dict[str, int]:
        """Return how many passages of each field can be found."""
        counted = "select field, count(*) from texts group by field order by field"
        return dict(self._connection.execute(counted).fetchall())

    def find(self, expression: str) -> list[Passage]:
        """
        Return the passages that an FTS5 expression finds, the best first, then by source and place.

        Raises:
            BadQuery: If FTS5 does not understand it.
        """
        wanted = f"""
            select source, locator, field, ref, snippet(texts, 4, '{BEGIN}', '{END}', '{CUT}', {SNIPPET_WORDS})
            from texts where texts match ?
            order by round(bm25(texts), 6), source, length(locator), locator, field
        """
        try:
            return [Passage(*row) for row in self._connection.execute(wanted, [expression])]
        except sqlite3.OperationalError as error:
            raise BadQuery(str(error)) from None
