"""Declarations read from a folder: every key known, every name that one file says of another there."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from toolkit.errors import UsageError, in_our_words, not_utf8
from toolkit.registers.contradictions import contradictions
from toolkit.registers.declaration import Cell, Column, Declared, Register

T = TypeVar("T")


def load(folder: Path) -> Declared:
    """
    Read and check the declarations of a folder: a file for each register, and `shared/`.

    Raises:
        UsageError: Naming file and key, what was expected and what was found.
    """
    kinds = _read(folder / "shared" / "kinds.toml", dict[str, str])
    words = _read(folder / "shared" / "words.toml", dict[str, tuple[str, ...]])
    facts = _read(folder / "shared" / "facts.toml", dict[str, str])
    paths = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    found = [_register(path, words) for path in paths.values()]
    for register in found:
        if register.kind not in kinds:
            raise _refused(paths[register.name], "kind", f"one of {', '.join(kinds)}", register.kind)
    order = list(kinds)
    found.sort(key=lambda register: (order.index(register.kind), register.place, register.name))
    declared = Declared(kinds, words, facts, {register.name: register for register in found})
    for register in found:
        for key, expected, value in contradictions(register, declared):
            raise _refused(paths[register.name], key, expected, value)
    return declared


def _register(path: Path, vocabularies: dict[str, tuple[str, ...]]) -> Register:
    """Return a declaration with the shared vocabularies put in."""
    said = _parsed(path)
    if "name" in said:
        raise _refused(path, "name", "the name of the file to say it", said["name"])
    for part, kind in (("columns", Column), ("facts", Cell)):
        for name, value in _tables(path, part, said.get(part, {})):
            _converted(path, value, kind, f"{part}.{name}")
    register = _converted(path, said | {"name": path.stem}, Register)
    columns = {
        name: msgspec.structs.replace(column, words=_words(path, name, column, vocabularies))
        for name, column in register.columns.items()
    }
    return msgspec.structs.replace(register, columns=columns)


def _tables(path: Path, part: str, said: object) -> list[tuple[str, object]]:
    if not isinstance(said, dict):
        raise _refused(path, part, f"tables [{part}.<name>]", said)
    return list(said.items())


def _words(path: Path, name: str, column: Column, vocabularies: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if not isinstance(column.words, str):
        return column.words
    if column.words not in vocabularies:
        raise _refused(path, f"columns.{name}.words", f"one of {', '.join(vocabularies)}", column.words)
    return vocabularies[column.words]


def _read(path: Path, kind: type[T]) -> T:
    return _converted(path, _parsed(path), kind)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not TOML: {error}") from None


def _converted(path: Path, said: object, kind: type[T], key: str = "") -> T:
    """Return what a file says as what it declares; `key` is where in the file it stands."""
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        where, _, wrong = in_our_words(str(error)).partition(": ")
        if found := re.match(r"Invalid enum value '(.*)'$", wrong):
            wrong = f"expected one of {', '.join(_allowed(kind, where))}, found {found[1]!r}"
        raise UsageError(f"{path}: {'.'.join(filter(None, (key, where)))}: {wrong}") from None


def _allowed(kind: type, field: str) -> list[str]:
    """Return the words that a field may hold."""
    of = get_type_hints(kind)[field]
    return [word for each in (of, *get_args(of)) if get_origin(each) is Literal for word in get_args(each)]


def _refused(path: Path, key: str, expected: str, found: object) -> UsageError:
    return UsageError(f"{path}: {key}: expected {expected}, found {found!r}")
