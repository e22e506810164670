"""Which table a source feeds: its header tells. And the page that says what the headers are."""

from toolkit.tables import KINDS, Column, Table, input_tables


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
        raise NoLayout(f"expected every column once, found twice: {', '.join(twice)}")
    candidates = sorted(input_tables(kind), key=lambda table: -_shared(table, names))
    for table in candidates:
        if not _missing(table, names):
            return table
    nearest = candidates[0]
    raise NoLayout(
        f"expected the columns of one of {', '.join(table.name for table in input_tables(kind))}; "
        f"nearest is {nearest.name}, without {', '.join(_missing(nearest, names))}; found {', '.join(names)}"
    )


def source_columns(table: Table) -> list[Column]:
    """Return the columns that a source brings; the others are computed."""
    return [column for column in table.columns if isinstance(column.holds, str)]


def describe_tables() -> str:
    """Return the page of every kind of source, its tables and their columns, as Markdown."""
    pages = [_INTRODUCTION]
    for kind, what in KINDS.items():
        pages.append(f"## `raw/{kind}/`\n\n{what[0].upper()}{what[1:]}.\n")
        pages += [_describe(table) for table in input_tables(kind)]
    return "\n".join(pages)


_INTRODUCTION = """\
# The columns of every kind of source

A source is a CSV file in UTF-8 under `raw/<kind>/`; its header tells which table it feeds. Columns may be in any order;
those not named here are kept verbatim with the row. A blank means that nothing is recorded.

| holds | how it is written |
| --- | --- |
| text, ref | verbatim; a reference is compared as it stands |
| refs, words | several, separated by `;` |
| when | `2016`, `2016-05`, `2016-05-03`, `2016-05-03T14:05` (also `:30`, `Z`, `+01:00`), `2016-05/2018-03`, `2016~` |
| word | one of the words given |
| yes_no | `yes` or `no` |
| count | a whole number |
"""


def _describe(table: Table) -> str:
    lines = [f"### {table.name}\n", f"One row is {table.doc}.\n", "| column | holds | meaning |", "| --- | --- | --- |"]
    for column in source_columns(table):
        words = f": {', '.join(f'`{word}`' for word in column.words)}" if column.words else ""
        required = "; **required**" if column.required else ""
        lines.append(f"| `{column.name}` | {column.holds} | {column.doc}{words}{required} |")
    return "\n".join([*lines, ""])


def _shared(table: Table, names: list[str]) -> int:
    return len({column.name for column in source_columns(table)} & set(names))


def _missing(table: Table, names: list[str]) -> list[str]:
    return [column.name for column in source_columns(table) if column.required and column.name not in names]
