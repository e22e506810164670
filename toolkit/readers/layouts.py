"""Which table a source feeds: its header tells, however its names are spelled."""

import unicodedata
from collections.abc import Sequence

from toolkit.columns import Column, Table
from toolkit.readers.faults import shown
from toolkit.tables import input_tables


class NoLayout(Exception):  # noqa: N818 - reads as the state it names
    """The header fits no table of the kind; the message says which is nearest and what is missing."""


def layout(kind: str, names: list[str]) -> Table:
    """
    Return the table of that kind whose required columns are all there and that shares most columns.

    Args:
        kind: Kind of source.
        names: Its header.

    Raises:
        NoLayout: If a name is blank or there twice, or no table fits.

    >>> layout("share_log", ["action_ref", "match_ref", "colour"]).name
    'actions'
    """
    if "" in names:
        raise NoLayout(f"expected a name for every column, found none for column {names.index('') + 1}")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise NoLayout(f"expected every column once, found twice: {shown(twice)}")
    candidates = sorted(input_tables(kind), key=lambda table: -len(named(table, names)))
    for table in candidates:
        if not _missing(table, names):
            _refuse_two_of_one(table, names)
            return table
    nearest = candidates[0]
    raise NoLayout(
        f"expected the columns of one of {', '.join(table.name for table in input_tables(kind))}; "
        f"nearest is {nearest.name}, without {', '.join(_missing(nearest, names))}; found {shown(names)}"
    )


def key(name: str) -> str:
    """
    Return what tells the name of a column: neither case nor spaces nor marks do.

    >>> key("Image Refs"), key("IMAGE-REFS"), key("imageRefs"), key("image_refs")
    ('imagerefs', 'imagerefs', 'imagerefs', 'imagerefs')
    """
    return "".join(each for each in unicodedata.normalize("NFKC", name).casefold() if each.isalnum())


def spellings(name: str, names: Sequence[str]) -> list[str]:
    """Return the names of a header that are this one, however they are spelled."""
    return [theirs for theirs in names if key(theirs) == key(name)]


def named(table: Table, names: Sequence[str]) -> dict[str, str]:
    """Return the columns of a table that a header has -> their names there, of several the first."""
    theirs: dict[str, str] = {}
    for name in names:
        theirs.setdefault(key(name), name)
    ours = (column.name for column in source_columns(table))
    return {name: theirs[key(name)] for name in ours if key(name) in theirs}


def source_columns(table: Table) -> list[Column]:
    """Return the columns that a source brings; the others are computed."""
    return [column for column in table.columns if isinstance(column.holds, str)]


def _missing(table: Table, names: list[str]) -> list[str]:
    found = named(table, names)
    return [column.name for column in source_columns(table) if column.required and column.name not in found]


def _refuse_two_of_one(table: Table, names: list[str]) -> None:
    """
    Let no column silently win over another that is the same but for its spelling.

    Raises:
        NoLayout: If two names of a header are one of ours.
    """
    for column in source_columns(table):
        if len(found := spellings(column.name, names)) > 1:
            raise NoLayout(f"expected every column once, found {len(found)} that are {column.name}: {shown(found)}")
