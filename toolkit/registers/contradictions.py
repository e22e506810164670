"""What the types of a declaration cannot tell: names of columns, registers and facts that are not there."""

import re
from collections.abc import Iterable, Iterator, Sequence

from toolkit.registers.declaration import Cell, Column, Declared, Register

Contradiction = tuple[str, str, object]
"""Key, what was expected, what was found."""
REFERENCES = ("ref", "refs")
_NAME = "[a-z][a-z_]*"
_WORDS = ("word", "words")


def contradictions(register: Register, declared: Declared) -> Iterator[Contradiction]:
    """Yield what contradicts itself, or names what is not there, in the declaration of one register."""
    if not re.fullmatch(_NAME, register.name):
        yield "the file's name", "small letters and _, as a table is named", register.name
    yield from _of_names(register)
    for name in register.corroborated_by:
        if name == register.name or name not in declared.registers:
            yield "corroborated_by", "names of other registers", name
    for name, column in register.columns.items():
        for key, expected, found in _of_column(column, declared):
            yield f"columns.{name}.{key}", expected, found
    if not any(column.required for column in register.columns.values()):
        yield "columns", "one at least that is required: any header would fit", list(register.columns)
    yield from _said_twice(register.columns)
    for fact, cell in register.facts.items():
        if fact not in declared.facts:
            yield "facts", f"some of {', '.join(declared.facts)}", fact
        for key, expected, found in _of_cell(cell, register.columns):
            yield f"facts.{fact}.{key}", expected, found


def _of_names(register: Register) -> Iterator[Contradiction]:
    """Yield the names of columns that are not there, or do not hold what is said of them."""
    columns = register.columns
    for key, said in (("corroborated_by", register.corroborated_by), *_names_of_columns(register)):
        if twice := sorted({name for name in said if said.count(name) > 1}):
            yield key, "each name once", twice
    for key, names in _names_of_times(register):
        for name in names:
            if name not in columns or columns[name].holds != "when":
                yield key, f"columns that hold when ({_named(columns, 'when')})", name
    for key, names in _names_of_columns(register):
        for name in names:
            if name not in columns or columns[name].holds == "computed":
                yield key, f"columns of {register.name}", name
    for name in sorted(register.added.keys() & set(register.ends)):
        yield f"added.{name}", "a time that is not among ends as well", name


def _names_of_times(register: Register) -> Iterator[tuple[str, Iterable[str]]]:
    yield "written", register.written
    yield "ends", register.ends
    yield "added", register.added
    for pair in register.sequences:
        yield "sequences", pair


def _names_of_columns(register: Register) -> Iterator[tuple[str, Sequence[str]]]:
    yield "identity", register.identity
    yield "written", register.written
    yield "ends", register.ends
    yield from (("sequences", pair) for pair in register.sequences)
    for time, brought in register.added.items():
        yield f"added.{time}", brought
    if register.searched:
        yield "searched", (register.searched.text, register.searched.about)


def _of_column(column: Column, declared: Declared) -> Iterator[Contradiction]:
    if len(set(column.words)) < len(column.words):
        yield "words", "each word once", list(column.words)
    if column.holds in _WORDS and not column.words:
        yield "words", "words where it holds word or words", list(column.words)
    if column.words and column.holds not in (*_WORDS, *REFERENCES):
        yield "words", "words only where it holds word, words, ref or refs", list(column.words)
    if column.known_by and column.holds not in REFERENCES:
        yield "known_by", "a column that holds ref or refs", column.holds
    for definer in column.known_by:
        register, _, name = definer.partition(".")
        defined = declared.registers[register].columns.get(name) if register in declared.registers else None
        if defined is None or defined.holds != "ref":
            yield "known_by", "<register>.<column> of a column that holds ref", definer
    if column.required and column.blank == "none":
        yield "blank", "none only where a column is not required", column.blank


def _said_twice(columns: dict[str, Column]) -> Iterator[Contradiction]:
    """Yield the other names that two columns of one register have: a profile could not choose."""
    said: dict[str, str] = {}
    for name, column in columns.items():
        for other in column.also_called:
            if said.setdefault(other.lower(), name) != name:
                yield f"columns.{name}.also_called", f"names that {said[other.lower()]} has not", other


def _of_cell(cell: Cell, columns: dict[str, Column]) -> Iterator[Contradiction]:
    if (cell.time is None) != (cell.bound is None):
        yield "bound", "a bound where there is a time, and only there", cell.bound
    of = {"time": ("when",), "unit": ("ref",), "recipient": ("ref",), "image": REFERENCES}
    for key, holds in of.items():
        name = getattr(cell, key)
        if name is not None and (name not in columns or columns[name].holds not in holds):
            yield key, f"a column that holds {' or '.join(holds)} ({_named(columns, *holds)})", name


def _named(columns: dict[str, Column], *holds: str) -> str:
    return ", ".join(name for name, column in columns.items() if column.holds in holds) or "there is none"
