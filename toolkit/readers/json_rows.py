"""
JSON as a register: a list of objects, an object that holds one such list, or an object on each line (JSON lines).

A text comes out as it went in, a number as it is written (1E5 stays 1E5); a list of texts is joined by ';', an object
within an object becomes columns `outer.inner`. An item that is no object, or names a key twice, is kept apart.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from toolkit.readers.entries import Entry, Reader
from toolkit.readers.feeds import Feed, NoFeed, best, candidates, feed
from toolkit.readers.pieces import FAULTS, RECORDS, Block
from toolkit.readers.registers import Register
from toolkit.readers.rows import Text

BLOCK_ITEMS = 50_000
"""Items made into a block at once."""
_SPACE = re.compile(r"[ \t\r\n]*")
_JOINT = ";"


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


@dataclass(frozen=True)
class Item:
    """An item: its number or line, its offset in the text, its text, and its cells, or what is wrong with it."""

    number: int
    start: int
    verbatim: str
    cells: dict[str, str | None] | None
    wrong: str = ""


def json_register(text: Text, entry: Entry, reader: Reader) -> Register:
    """Return a file of JSON, in UTF-8, as a register."""
    size, manner = len(text), entry.declaration.manner
    try:
        whole = text[:].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"not UTF-8: 0x{error.object[error.start]:02x} at byte {error.start}"
        return _not_rows(text[:].decode("utf-8", "backslashreplace"), ("T201", why, ""), entry, size)
    mark = size - len(whole.encode())
    try:
        items, place = items_of(whole, by_line=entry.source.lower().endswith((".jsonl", ".ndjson")))
    except (ValueError, RecursionError) as error:
        why = f"expected a list of objects, or an object on each line, found {_why(error)}"
        return _not_rows(whole, ("T218", why, ""), entry, size)
    names = list(dict.fromkeys(name for item in items for name in item.cells or ()))
    found = Register(names, (), place=place, size=size, encoding="utf-8", manner=manner)
    offsets = _byte_offsets(whole, [item.start for item in items], mark)
    try:
        chosen = _feed(names, entry, reader)
    except NoFeed as none:
        return replace(found, blocks=_blocks(items, offsets, []), fault=(none.code, none.message, ""))
    return replace(found, blocks=_blocks(items, offsets, names), feed=chosen)


def _not_rows(whole: str, fault: tuple[str, str, str], entry: Entry, size: int) -> Register:
    """Return a file that is kept in quarantine as one row."""
    verbatim = pl.DataFrame([(1, 0, "quarantined", whole)], schema=RECORDS, orient="row")
    block = Block(verbatim, FAULTS.to_frame(), pl.DataFrame(), pl.Series("line", [], pl.Int64))
    return Register([], [block], fault=fault, size=size, encoding="utf-8", manner=entry.declaration.manner)


def _feed(names: list[str], entry: Entry, reader: Reader) -> Feed:
    fits, fault = [], None
    for profile in candidates(entry.kind or "", entry.source, reader.profiles):
        try:
            fits.append(feed(entry.kind or "", names, profile))
        except NoFeed as none:
            fault = fault or none
    if not fits:
        raise fault or NoFeed("T206", "expected items with columns, found none")
    return best(fits)


def items_of(text: str, *, by_line: bool) -> tuple[list[Item], str]:
    """
    Return the items, and what they are numbered by.

    Raises:
        ValueError: If the text is no JSON, or holds no list of items; the message says what it is.
    """
    start = _SPACE.match(text).end()  # type: ignore[union-attr]  # it matches anything
    if by_line:
        return list(_of_lines(text)), "line"
    if text[start : start + 1] == "[":
        return list(_of_list(text, start)), "item"
    if _is_object(text[start:].split("\n", 1)[0]):
        return list(_of_lines(text)), "line"
    if text[start : start + 1] != "{":
        raise ValueError("neither '[' nor '{' at its begin" if text.strip() else "nothing")
    return list(_of_list(text, _only_list(text, start))), "item"


def _is_object(line: str) -> bool:
    """Return whether a line is an item: an object that holds no list of objects."""
    try:
        value = _decoder().decode(line)
    except ValueError:
        return False
    lists = (inner for _, inner in value if isinstance(inner, list)) if isinstance(value, tuple) else ()
    return isinstance(value, tuple) and not any(isinstance(each, tuple) for inner in lists for each in inner)


def _only_list(text: str, start: int) -> int:
    """Return where the only list of objects in an object begins."""
    decoder, at, lists = _decoder(), start + 1, []
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] in {"}", ""}:
            break
        _, at = decoder.raw_decode(text, at)
        at = _SPACE.match(text, text.index(":", at) + 1).end()  # type: ignore[union-attr]
        value, after = decoder.raw_decode(text, at)
        if isinstance(value, list) and any(isinstance(each, tuple) for each in value):
            lists.append(at)
        at = _SPACE.match(text, after).end()  # type: ignore[union-attr]
        at += text[at : at + 1] == ","
    if len(lists) != 1:
        raise ValueError(f"an object with {len(lists)} lists of objects")
    return int(lists[0])


def _of_list(text: str, start: int) -> Iterator[Item]:
    """Yield the items of the list that begins there."""
    decoder, at, number = _decoder(), start + 1, 0
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "]":
            return
        number += 1
        value, after = decoder.raw_decode(text, at)
        yield _item(number, at, text[at:after], value)
        at = _SPACE.match(text, after).end()  # type: ignore[union-attr]
        if text[at : at + 1] == ",":
            at += 1
        elif text[at : at + 1] != "]":
            raise ValueError(f"neither ',' nor ']' behind item {number}")


def _of_lines(text: str) -> Iterator[Item]:
    decoder, start = _decoder(), 0
    for number, line in enumerate(text.split("\n"), 1):
        verbatim = line.removesuffix("\r")
        if not verbatim.strip():
            if start + len(line) < len(text):
                yield Item(number, start, verbatim, {})
        else:
            try:
                yield _item(number, start, verbatim, decoder.decode(verbatim))
            except (ValueError, RecursionError) as error:
                yield Item(number, start, verbatim, None, f"no JSON: {_why(error)}")
        start += len(line) + 1


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "values within values without end" if isinstance(error, RecursionError) else str(error)


def _decoder() -> json.JSONDecoder:
    """Return a decoder that keeps numbers and names as they are written; objects come as tuples of pairs."""
    return json.JSONDecoder(object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=str)


def _item(number: int, start: int, verbatim: str, value: Any) -> Item:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(value, tuple):
        return Item(number, start, verbatim, None, "expected an object")
    try:
        return Item(number, start, verbatim, dict(_flat(value, "")))
    except _TwiceError as error:
        return Item(number, start, verbatim, None, f"the key {str(error)!r} stands twice")


def _flat(pairs: tuple[tuple[str, Any], ...], outer: str) -> Iterator[tuple[str, str | None]]:
    """Yield the cells of an object."""
    seen = set()
    for key, value in pairs:
        if key in seen:
            raise _TwiceError(outer + key)
        seen.add(key)
        if isinstance(value, tuple) and value:
            yield from _flat(value, f"{outer}{key}.")
        else:
            yield outer + key, _cell(value)


def _cell(value: Any) -> str | None:  # noqa: ANN401
    """Return a value as text; null where it is null, or an empty list or object."""
    if value is None or value in ((), []):
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str) and _JOINT not in each for each in value):
        return _JOINT.join(value)
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, tuple):
        return {key: _plain(inner) for key, inner in value}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _byte_offsets(text: str, starts: list[int], mark: int) -> list[int]:
    """Return the offsets in the file of offsets in its text, which ascend."""
    if text.isascii():
        return [mark + start for start in starts]
    offsets, at, here = [], 0, mark
    for start in starts:
        here += len(text[at:start].encode())
        at = start
        offsets.append(here)
    return offsets


def _blocks(items: list[Item], offsets: list[int], names: list[str]) -> Iterator[Block]:
    """Yield the items in blocks; without names all of them are in quarantine."""
    for begin in range(0, len(items), BLOCK_ITEMS):
        part = items[begin : begin + BLOCK_ITEMS]
        good = [item for item in part if names and item.cells]
        rows = [
            (item.number, offset, _status(item, names), item.verbatim)
            for item, offset in zip(part, offsets[begin:], strict=False)
        ]
        faults = [("T218", item.number, item.wrong) for item in part if item.cells is None and names]
        cells = [[(item.cells or {}).get(name) for name in names] for item in good]
        yield Block(
            pl.DataFrame(rows, schema=RECORDS, orient="row"),
            pl.DataFrame(faults, schema=FAULTS, orient="row"),
            pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row"),
            pl.Series("line", [item.number for item in good], pl.Int64),
        )


def _status(item: Item, names: list[str]) -> str:
    if item.cells == {}:
        return "blank"
    return "accepted" if item.cells and names else "quarantined"
