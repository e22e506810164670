"""The generated page of the registers: which facts each shows, and all else that it declares, as Markdown."""

from collections.abc import Iterable

from toolkit.registers import FACTS, KINDS, REGISTERS
from toolkit.registers.declaration import Cell, Column, Register


def describe_registers() -> str:
    """Return the page of the registers: the matrix of facts and registers, then a section for each register."""
    return "\n".join([_INTRODUCTION, *_facts(), _LEGEND, *_matrix(), _SECTIONS, *map(_section, REGISTERS.values())])


_INTRODUCTION = """\
# The registers

Generated from the declarations in `toolkit/registers/`, one file for each register. A new register is a new file there
and the SQL that uses it; `toolkit/registers/declaration.py` says how it is written.

## Which register shows which fact

A fact asks every register that could show it. These are the facts:
"""

_LEGEND = """
And these the registers. Which rows a cell is about, and for which unit, recipient and image, stands in the section of
the register.

- **shows**: a row says that it happened. *may show*: a row may be a trace of it, and does not say so by itself.
  *cannot show*: no row says anything about it, and the register's silence tells nothing. What a register does not
  declare, it cannot show.
- *at* a column: it happened in the time that the column holds. *by* a column: it happened then or before. *no time*:
  the row tells no time of it.
"""

_SECTIONS = """
## What each register declares

*Written down* says by which times a row was written: the first that is stated counts; it decides what stood on an
earlier day. *Identity* names the columns that say what a row is about: two rows that agree in them and differ elsewhere
are a problem (C302). *Blank* says what a blank cell means: nothing, but where *none* is written, that there is none.
"""


def _facts() -> list[str]:
    return _table(("fact", "what happened"), ((_plain(fact), what) for fact, what in FACTS.items()))


def _matrix() -> list[str]:
    """Return facts as columns and registers as rows."""
    rows = (
        (f"[{name}](#{name})", *(_said(register.facts.get(fact)) for fact in FACTS))
        for name, register in REGISTERS.items()
    )
    return _table(("register", *map(_plain, FACTS)), rows)


def _said(cell: Cell | None) -> str:
    """Return a cell of the matrix in a few words."""
    if cell is None:
        return "cannot show"
    how = "**shows**" if cell.how == "shows" else "*may show*"
    return f"{how}, {_time(cell)}"


def _time(cell: Cell) -> str:
    return f"{cell.bound} `{cell.time}`" if cell.time else "no time"


def _section(register: Register) -> str:
    """Return the section of a register."""
    added = [f"`{time}`{f' with {_names(brought)}' if brought else ''}" for time, brought in register.added.items()]
    follows = [f"`{first}` before `{second}`" for first, second in register.sequences]
    searched = [f"`{register.searched.text}`, about `{register.searched.about}`"] if register.searched else []
    said = {
        "Kind": f"`raw/{register.kind}/`, {KINDS[register.kind]}",
        "Asked for as": register.asked_for,
        "Corroborated by": ", ".join(f"[{name}](#{name})" for name in register.corroborated_by) or "no other register",
        "Identity": _names(register.identity) or "none: several rows may be about one thing",
        "Written down": ", else ".join(f"`{time}`" for time in register.written) or "no time says so",
        "Added later": ", ".join(added),
        "Ends that are events": _names(register.ends),
        "In this order": ", ".join(follows),
        "Searched by `toolkit search`": "".join(searched),
    }
    lines = [f"### {register.name}", "", f"One row is {register.row}.", ""]
    lines += [f"- {key}: {value}." for key, value in said.items() if value]
    columns = ((f"`{name}`", *_column(column)) for name, column in register.columns.items())
    lines += ["", *_table(("column", "holds", "blank", "known by", "also called", "meaning"), columns)]
    if register.facts:
        cells = [(_plain(fact), *_cell(register.facts[fact])) for fact in FACTS if fact in register.facts]
        lines += ["", *_table(("fact", "says", "unit", "recipient", "image", "which rows"), cells)]
    return "\n".join([*lines, ""])


def _column(column: Column) -> tuple[str, ...]:
    words = f": {_names(column.words)}" if column.words else ""
    required = "; **required**" if column.required else ""
    blank = "none" if column.blank == "none" else ""
    known = ", ".join(f"`{definer}`" for definer in column.known_by)
    return column.holds, blank, known, ", ".join(column.also_called), f"{column.doc}{words}{required}"


def _cell(cell: Cell) -> tuple[str, ...]:
    of = (f"`{name}`" if name else "" for name in (cell.unit, cell.recipient, cell.image))
    return _said(cell), *of, cell.where or "every row"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(header)
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _plain(name: str) -> str:
    return name.replace("_", " ")
