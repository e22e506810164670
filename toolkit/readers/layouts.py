"""Which table a source feeds: its header tells."""

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
    candidates = sorted(input_tables(kind), key=lambda table: -_shared(table, names))
    for table in candidates:
        if not _missing(table, names):
            return table
    nearest = candidates[0]
    raise NoLayout(
        f"expected the columns of one of {', '.join(table.name for table in input_tables(kind))}; "
        f"nearest is {nearest.name}, without {', '.join(_missing(nearest, names))}; found {shown(names)}"
    )


def source_columns(table: Table) -> list[Column]:
    """Return the columns that a source brings; the others are computed."""
    return [column for column in table.columns if isinstance(column.holds, str)]


def _shared(table: Table, names: list[str]) -> int:
    return len({column.name for column in source_columns(table)} & set(names))


def _missing(table: Table, names: list[str]) -> list[str]:
    return [column.name for column in source_columns(table) if column.required and column.name not in names]
