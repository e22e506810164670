r"""
The grammar of a case and of a bag: what `verify` and the verifier in a bundle both follow.

**A path** is relative to the case, `/` between its parts, none of them empty, `.` or `..`; Unicode, no NUL. A source
in the manifest lies below `raw/`, or outside the case, absolute; its name may be any bytes but NUL.

**A file stands where the table `PLACES` of standalone.py lets one stand**, and is vouched for as that says: by a key
of the log's lines, by the manifest, by a signature, or because it is made again from the others and is the same. In a
bag nothing else may stand below `data/`, and beside it only `TAGS`. In a case the table speaks for what its log names
and for `tables/`, `reports/` and `custody/`, where the lock, the openings, the key of erasures and files that a killed
process left half written may stand too. No two names of a bag, nor of its folders, differ by case or Unicode form only.

**A line of the log** is canonical JSON (RFC 8785) of one object, no floats, no integer beyond 2^53, no key twice, at
most `DEPTH` levels deep. Its event is one of `NEEDED`, and it has the keys that stand there, and `n`, `prev` and `at`;
an intent of the step `erase` has `order`, one with `forgets` has `why`. A key of `SHAPES` has that shape, wherever it
stands. In a signed case a line is signed (signing.py).

**case.toml** is TOML in UTF-8. Its `signers` are those of the log.

**Statements and proofs** follow from reports, manifest and log (proofs.py): a bag holds exactly these, byte for byte.
The number in a proof's name is that of its line, from 0, without leading zeros.

**An erasure** is an intent of the step `erase`, then a line `erased`. As long as one is missing, the case is between
two states, and no verifier accepts it. Certificates are `custody/erasures/<4 digits or more>.json` and `.txt`.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from toolkit.custody.standalone import DEPTH, NEEDED, PLACES, SHAPES, STATED, STONE, TAGS

__all__ = ["DEPTH", "TAGS", "alike", "is_normal", "is_source", "is_stated", "line_fault", "place_of", "too_deep"]

_HEX = re.compile(r"[0-9a-f]{64}")
_NOT_IN_A_PATH = re.compile("[\0\ud800-\udfff]")
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(rb"[\[\]{}]")
_PLACES = [(re.compile(pattern, re.DOTALL), by) for pattern, by in PLACES]
_STATED = re.compile(STATED, re.DOTALL)


def is_normal(path: object) -> bool:
    """
    Return whether this is a path as the log writes one.

    >>> is_normal("tables/a"), is_normal("tables//a"), is_normal("../a"), is_normal("/a"), is_normal(5)
    (True, False, False, False, False)
    """
    if not isinstance(path, str) or _NOT_IN_A_PATH.search(path):
        return False
    return {"", ".", ".."}.isdisjoint(path.split("/"))


def is_source(path: str) -> bool:
    """
    Return whether this is the path of a source, as the manifest writes one.

    >>> is_source("raw/a.csv"), is_source("/mnt/a.csv"), is_source("etc/passwd"), is_source("raw/../a")
    (True, True, False, False)
    """
    top, *below = path.split("/")
    return top in ("raw", "") and bool(below) and "\0" not in path and {"", ".", ".."}.isdisjoint(below)


def place_of(path: object) -> str | None:
    """
    Return what vouches for a file that stands here, by the table; None where none may.

    >>> place_of("tables/ingest/a.parquet"), place_of("hand"), place_of("custody/erasures/abc.json")
    ('outputs', None, None)
    """
    if not isinstance(path, str) or not is_normal(path):
        return None
    return next((by for pattern, by in _PLACES if pattern.fullmatch(path)), None)


def is_stated(path: str) -> bool:
    """Return whether each row of this file is a statement."""
    return _STATED.fullmatch(path) is not None


def too_deep(line: bytes) -> bool:
    """
    Return whether JSON is deeper than the grammar allows; asked before it is parsed.

    >>> too_deep(b'["[["]' * 40), too_deep(b"[" * 40 + b"]" * 40)
    (False, True)
    """
    if line.count(b"[") + line.count(b"{") <= DEPTH:
        return False
    deep = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", line)):
        deep += 1 if bracket in b"[{" else -1
        if deep > DEPTH:
            return True
    return False


def line_fault(entry: object) -> str:
    """
    Return in which way this is no line of a log, or nothing.

    >>> line_fault({"event": "unit"})
    "a line 'unit' has a key 'n'"
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("event"), str):
        return "expected an object with n, prev, at and event"
    event = entry["event"]
    if event not in NEEDED:
        return f"expected an event of {', '.join(NEEDED)}, found {event!r}"
    needed = ["n", "prev", "at", *NEEDED[event]]
    needed += ["order"] * ((event, entry.get("step")) == ("intent", "erase"))
    needed += ["why"] * ("forgets" in entry)
    for key in needed:
        if key not in entry:
            return f"a line {event!r} has a key {key!r}"
    for key, value in entry.items():
        if key in SHAPES and not _is(value, SHAPES[key]):
            return f"{key}: expected {SHAPES[key]}, found {str(value)[:80]!r}"
    if ("files" in entry or "forgets" in entry) and not isinstance(entry.get("why"), str):
        return f"why: expected text, found {str(entry.get('why'))[:80]!r}"
    return ""


def alike(names: Iterable[str]) -> tuple[str, str] | None:
    """
    Return two names, or folders of them, that differ by case or Unicode form only; None where there are none.

    >>> alike(["data/A/x", "data/b", "data/a/y"])
    ('data/A', 'data/a')
    """
    known: dict[str, str] = {}
    for name in names:
        for end in [*(at for at, char in enumerate(name) if char == "/"), len(name)]:
            part = name[:end]
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold())
            if (other := known.setdefault(folded, part)) != part:
                return other, part
    return None


def _is(value: Any, shape: str) -> bool:  # noqa: ANN401, PLR0911 - whatever JSON can say; a case a shape
    """Return whether a value has a shape."""
    part, _, many = shape.partition(" ")
    if many == "list":
        return isinstance(value, list) and all(_is(each, part) for each in value)
    if many == "by path":
        return isinstance(value, dict) and all(_is(key, "path") and _is(each, part) for key, each in value.items())
    if shape == "text":
        return isinstance(value, str)
    if shape == "hex":
        return isinstance(value, str) and _HEX.fullmatch(value) is not None
    if shape == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if shape == "path":
        return place_of(value) is not None
    if shape == "stone":
        whole = isinstance(value, dict) and value.keys() == STONE.keys()
        return whole and all(_is(value[key], each) for key, each in STONE.items())
    return isinstance(value, dict)
