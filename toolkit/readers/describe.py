"""The generated page of every kind of source: its tables and their columns."""

from toolkit.columns import Table
from toolkit.readers.declarations import LAYOUT
from toolkit.readers.layouts import source_columns
from toolkit.registers import KINDS
from toolkit.tables import input_tables


def describe_tables() -> str:
    """Return the page of every kind of source, its tables and their columns, as Markdown."""
    pages = [_INTRODUCTION]
    for kind, what in KINDS.items():
        pages.append(f"## `raw/{kind}/`\n\n{what[0].upper()}{what[1:]}.\n")
        pages += [_describe(table) for table in input_tables(kind)]
    pages.append(_ABOUT_SOURCES + _columns(LAYOUT))
    pages.append(_ABOUT_READINGS)
    return "\n".join(pages)


_INTRODUCTION = """\
# The columns of every kind of source

A source is a file under `raw/<kind>/`: CSV, JSON (a list of objects, or one on each line) or a workbook, whose header
tells which table it feeds: neither case nor spaces nor marks matter (`Image Refs` is `image_refs`). Columns may be in
any order; those not named here are kept verbatim with the row, and one that is like one of ours is a problem (T220).
Where a system names or spells them otherwise, a profile says how: `toolkit profile FILE` proposes one, for `profiles/`.
A blank means that nothing is recorded; what is written and cannot be read is a row of `unread_cells`.
Text is UTF-8, or what `raw/sources.csv` or the profile declares; else its encoding is detected, and a problem says so.
E-mails, PDFs and plain texts are kept as `passages`, for `toolkit search`.

| holds | how it is written |
| --- | --- |
| text | verbatim |
| ref | a reference, compared as it stands but for what nobody sees; `N/A`, `see attached`, `2 images` are none |
| refs, words | several, separated by `;` |
| when | `2016`, `2016-05`, `2016-05-03`, `2016-05-03T14:05` (also `:30`, `Z`, `+01:00`), `2016-05/2018-03`, `2016~` |
| word | one of the words given |
| yes_no | `yes` or `no` |
| count | a whole number |
"""


_ABOUT_SOURCES = """\
## `raw/sources.csv`

What each source covers. What it does not say is unknown, and states that rest on silence then cannot be reached.

"""


_ABOUT_READINGS = """\
## `hand/readings.csv`

What a person reads in a cell that the tool could not read, or that is blank. Its columns are source, locator, column,
reads_as, post, when, reason; source and locator are those that the problem names. The reading stands beside the
verbatim text, never over it. A line is added, none is changed: the latest line of a post about a cell rules, and a
blank `reads_as` takes its reading back. Two posts that read differently leave the cell undecided. A row in quarantine
becomes a row of its table once all that is required is legible or read; what of it is neither stays unread. Table
`readings` says what became of each line.
"""


def _describe(table: Table) -> str:
    return f"### {table.name}\n\nOne row is {table.doc}.\n\n{_columns(table)}"


def _columns(table: Table) -> str:
    """Return the columns that a source brings, as a Markdown table."""
    lines = ["| column | holds | meaning |", "| --- | --- | --- |"]
    for column in source_columns(table):
        words = f": {', '.join(f'`{word}`' for word in column.words)}" if column.words else ""
        required = "; **required**" if column.required else ""
        lines.append(f"| `{column.name}` | {column.holds} | {column.doc}{words}{required} |")
    return "\n".join([*lines, ""])
