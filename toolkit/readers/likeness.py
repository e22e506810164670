"""How alike a column of an unknown export is to one of ours: by its name, and by what stands in it."""

import re
from collections.abc import Collection, Sequence
from functools import cache

import polars as pl
from rapidfuzz import fuzz

from toolkit.columns import Column
from toolkit.dates import intervals
from toolkit.readers.layouts import key
from toolkit.readers.spellings import respelled

SURE = 90.0
"""Likeness of two names, of 100, above which nobody is asked: a case, a plural, a mark differ."""
LEAST = 60.0
"""Below it two names have nothing in common."""
ALIKE = 80.0
"""Likeness above which a column is not passed over in silence, where a file has no other for ours."""
_FITS, _FOREIGN = 15.0, -40.0
"""What the contents add to the likeness of the names, where they are of the column's kind, and where they are not."""
_MOST = 0.8
_YES_NO = {"y", "n", "yes", "no", "true", "false", "1", "0", "j", "t", "f"}


def words_of(name: str) -> str:
    """
    Return the words of a column's name, in lower case.

    >>> words_of("MessageTraceId"), words_of("EVENT_DT"), words_of("Image No(s)")
    ('message trace', 'event date', 'image numbers')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower().replace("(s)", "s")
    words = re.sub(r"[^a-z0-9]+", " ", parted).split()
    telling = [_ABBREVIATED.get(word, word) for word in words if word not in _SAYS_NOTHING]
    return " ".join(telling or words)


_SAYS_NOTHING = {"ref", "refs", "reference", "id", "code", "cd", "flag", "flg", "text", "txt", "type"}
"""What systems put behind any name: alike in all of them, it makes different names look alike."""

_ABBREVIATED = {
    "dt": "date", "no": "number", "num": "number", "nos": "numbers", "auth": "authorised", "img": "image",
    "enc": "encrypted", "pd": "personal data",
}  # fmt: skip


def name_likeness(column: Column, theirs: str) -> float:
    """Return how alike a name is to one of ours, of 100."""
    return max(fuzz.token_sort_ratio(words_of(theirs), known) for known in _known_names(column))


def resembled(columns: Sequence[Column], theirs: str, filled: Collection[str]) -> str | None:
    """
    Return which of our columns another is like, by its name; None: none. Doubt counts as likeness.

    Args:
        columns: Ours.
        theirs: The name of a column that is not used.
        filled: Those of ours that are filled by another: with them, the names must be the same but for a detail.
    """
    alike = [(_resemblance(column, theirs, column.name in filled), column.name) for column in columns]
    likest, name = max(alike, default=(0.0, ""))
    return name if likest >= ALIKE else None


def _resemblance(column: Column, theirs: str, is_filled: bool) -> float:
    """Return how alike the names are; 0 where they are not alike enough."""
    names = name_likeness(column, theirs)
    if is_filled:
        return names if names >= SURE else 0.0
    said = {_singular(word) for word in words_of(theirs).split()}
    whole = any(
        {_singular(word) for word in known.split()} <= said for known in _known_names(column) if len(known) > _SHORT
    )
    one, other = key(theirs), key(column.name)
    spelled = fuzz.ratio(one, other)
    begins = len(other) >= _LONG and one.startswith(other[:_LONG])
    return max(names, SURE if whole or begins else 0.0, spelled)


def _singular(word: str) -> str:
    return _SAME.get(word, word.removesuffix("s"))


_SAME = {"photographs": "photo", "photograph": "photo", "images": "image", "pics": "picture", "pic": "picture"}
_SHORT, _LONG = 3, 7
"""Letters of a word that any name may have in it, and of a begin that only one has."""


@cache
def _known_names(column: Column) -> list[str]:
    return [words_of(each) for each in (column.name, *column.also_called)]


def likeness(column: Column, theirs: str, values: pl.Series) -> float:
    """Return how alike a column is to one of ours, by its name and what stands in it."""
    names = name_likeness(column, theirs)
    if names < LEAST:
        return 0.0
    filled = values.drop_nulls().str.strip_chars()
    filled = filled.filter(filled != "")
    if filled.is_empty() or column.holds == "text":
        return names
    match column.holds:
        case "when":
            fits = _FITS if date_share(filled) >= _MOST else _FOREIGN
        case "yes_no":
            fits = _FITS if filled.str.to_lowercase().is_in(list(_YES_NO)).all() else _FOREIGN
        case "word" | "words":
            fits = _FITS if filled.n_unique() <= 2 * len(column.words) else _FOREIGN
        case _:
            fits = _FOREIGN if date_share(filled) >= _MOST else 0.0
    return names + fits


def date_share(values: pl.Series) -> float:
    """Return the share of values that are dates, in whatever order or spelling."""
    some = values.unique(maintain_order=True).head(200).cast(pl.String)
    if some.is_empty():
        return 0.0
    return 1 - int(intervals(respelled(some))["problem"].is_in(["T209", "T211"]).sum()) / some.len()
