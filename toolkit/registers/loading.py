"""Declarations read from a folder: every key known, every name that one file says of another there."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from toolkit.errors import UsageError, in_our_words, not_utf8
from toolkit.registers.contradictions import contradictions
from toolkit.registers.declaration import Column, Declared, Register

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
    register = _read(path, Register, name=path.stem)
    columns = {
        name: msgspec.structs.replace(column, words=_words(path, name, column, vocabularies))
        for name, column in register.columns.items()
    }
    return msgspec.structs.replace(register, columns=columns)


def _words(path: Path, name: str, column: Column, vocabularies: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if not isinstance(column.words, str):
        return column.words
    if column.words not in vocabularies:
        raise _refused(path, f"columns.{name}.words", f"one of {', '.join(vocabularies)}", column.words)
    return vocabularies[column.words]


def _read(path: Path, kind: type[T], **known: str) -> T:
    try:
        said: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        for key in sorted(known.keys() & said.keys()):
            raise _refused(path, key, "the name of the file to say it", said[key])
        return msgspec.convert(said | known, kind)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {in_our_words(str(error))}") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not TOML: {error}") from None


def _refused(path: Path, key: str, expected: str, found: object) -> UsageError:
    return UsageError(f"{path}: {key}: expected {expected}, found {found!r}")
