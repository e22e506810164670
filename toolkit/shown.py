"""Text from evidence as it may be shown: nothing in it acts on a screen, moves what stands beside it, or hides."""

import json
import re
import unicodedata

_ODD = re.compile(r"[^\x20-\x7e]")


def visible(text: str, keep: str = "") -> str:
    r"""
    Return a text with every character that is not seen written as its escape.

    Controls (terminal escapes, newlines that forge a line, null), marks that turn the order of reading round, what has
    no width, and halves of characters. Spaces of any width stay.

    Args:
        text: As it came.
        keep: Characters that stay all the same.

    >>> print(visible("paid\x1b[2K\u202efdp.exe"))
    paid\x1b[2K\u202efdp.exe
    >>> visible("as it is: \u00e9 \u4e2d\u00a0\u00a3"), visible("a\nb", keep="\n")
    ('as it is: é 中\xa0£', 'a\nb')
    """
    return _ODD.sub(lambda found: _escaped(found[0]) if found[0] not in keep else found[0], text)


def visible_json(value: object, indent: int | None = None) -> str:
    r"""
    Return a value as JSON that means the same and can be printed: what is not seen is escaped in its strings.

    >>> print(visible_json({"a": "\u202e\x9b é"}))
    {"a": "\u202e\u009b é"}
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    return _ODD.sub(lambda found: found[0] if found[0] == "\n" or _seen(found[0]) else json.dumps(found[0])[1:-1], text)


def _escaped(char: str) -> str:
    return char if _seen(char) else char.encode("unicode_escape").decode()


def _seen(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"
