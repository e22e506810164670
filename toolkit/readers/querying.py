"""
Queries as people write them, as FTS5 expressions.

=========================  =================================================================
``image shared``           both words, anywhere in a passage
``"facial recognition"``   a phrase
``recogni*``               words that begin so
``recogntion~``            words that are spelled almost so (one letter off, two in a long word)
``NEAR(image sent, 5)``    words with at most five others between them; 10 where no number is said
``a OR b``, ``a NOT b``    and parentheses; AND may be left out
=========================  =================================================================
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

LONG_WORD = 8
"""From this many letters on two may be off: typing errors grow with the word."""
LARGEST_EXPANSION = 64
"""Spellings of one word, or combinations in one NEAR; more says nothing."""
_DISTANCE = 10
_OPEN = {"AND", "OR", "NOT", "("}
"""Behind these something to look for must follow."""
_TOKEN = re.compile(
    r'\s*(?:(?P<near>NEAR\s*\()|(?P<open>\()|(?P<close>\))|(?P<operator>(?:AND|OR|NOT)\b)|"(?P<phrase>[^"]*)"(?P<more>\*?)'
    r"|,\s*(?P<distance>[0-9]+)|(?P<word>[^\s()\",*~]+)(?P<mark>[*~]?)|(?P<odd>\S))"
)

Spellings = Callable[[str], Sequence[str]]
"""Returns the words of an index that are spelled almost like a word."""


class NotUnderstood(ValueError):  # noqa: N818 - reads as what it says
    """A query that cannot be understood; the message says what was expected and found."""


def spellings(word: str, words: Sequence[str]) -> list[str]:
    """
    Return the words that are spelled almost so, sorted.

    >>> spellings("recogntion", ["recognise", "recognition", "station"])
    ['recognition']
    """
    off = 2 if len(word) >= LONG_WORD else 1
    found = process.extract(word.lower(), words, scorer=OSA.distance, score_cutoff=off, limit=None)
    return sorted(found_word for found_word, _, _ in found)


def expression(query: str, almost: Spellings) -> str:
    r"""
    Return a query as an FTS5 expression.

    Args:
        query: As a person wrote it.
        almost: Spellings of a word in the index.

    Raises:
        NotUnderstood: If a quote or parenthesis does not close, or there is nothing to look for.

    >>> expression('image CR/1 "facial recognition" recogni*', lambda word: [])
    '"image" AND "CR/1" AND "facial recognition" AND "recogni" *'
    """
    if query.count('"') % 2:
        raise NotUnderstood("expected every quote to close, found one that does not")
    tokens = list(_tokens(query))
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        at += 1
        if kind == "near":
            near, at = _near(tokens, at, almost)
            _append(parts, near)
        elif kind == "open":
            _append(parts, "(")
        elif kind in {"close", "operator"}:
            if not parts or parts[-1] in _OPEN:
                raise NotUnderstood(f"expected something to look for before {text!r}")
            parts.append(text)
            if parts.count(")") > parts.count("("):
                raise NotUnderstood("expected every parenthesis to open, found one that does not")
        else:
            alternatives = _alternatives(kind, text, almost)
            _append(parts, alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})")
    if parts.count("(") > parts.count(")"):
        raise NotUnderstood("expected every parenthesis to close, found one that does not")
    if not parts or parts[-1] in _OPEN:
        raise NotUnderstood("expected something to look for, found nothing" + (f" after {parts[-1]}" if parts else ""))
    return " ".join(parts)


def _append(parts: list[str], part: str) -> None:
    """Add a part; what stands side by side must both be there."""
    if parts and parts[-1] not in _OPEN:
        parts.append("AND")
    parts.append(part)


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(query):
        kind = str(found.lastgroup)
        if found["odd"]:
            raise NotUnderstood(f"expected words, phrases, NEAR(...), AND, OR, NOT; found {found['odd']!r}")
        if found["phrase"] is not None:
            if not re.search(r"\w", found["phrase"]):
                raise NotUnderstood("expected words between quotes, found none")
            yield ("prefix" if found["more"] else "phrase"), found["phrase"]
        elif found["word"]:
            if not re.search(r"\w", found["word"]):
                raise NotUnderstood(f"expected words, found {found['word']!r}")
            yield {"": "phrase", "*": "prefix", "~": "fuzzy"}[found["mark"]], found["word"]
        else:
            yield kind, found[kind]


def _alternatives(kind: str, text: str, almost: Spellings) -> list[str]:
    """Return the phrases of FTS5 any of which will do."""
    if kind == "distance":
        raise NotUnderstood("expected a number only in NEAR(...)")
    if kind != "fuzzy":
        return [f'"{text}"' + (" *" if kind == "prefix" else "")]
    found = sorted({text.lower(), *almost(text)})
    if len(found) > LARGEST_EXPANSION:
        raise NotUnderstood(f"{text}~: expected at most {LARGEST_EXPANSION} spellings, found {len(found)}")
    return [f'"{word}"' for word in found]


def _near(tokens: list[tuple[str, str]], at: int, almost: Spellings) -> tuple[str, int]:
    """Return the expression of NEAR(...), and where the query goes on; a word of several spellings makes several."""
    words: list[list[str]] = []
    distance = _DISTANCE
    while at < len(tokens) and tokens[at][0] != "close":
        kind, text = tokens[at]
        if kind in {"near", "open", "operator"}:
            raise NotUnderstood(f"expected words and phrases in NEAR(...), found {text!r}")
        if kind == "distance":
            distance = int(text)
        else:
            words.append(_alternatives(kind, text, almost))
        at += 1
    if at == len(tokens) or len(words) < 2:  # noqa: PLR2004 - one word is near nothing
        raise NotUnderstood("expected two or more words in NEAR(...), and a parenthesis that closes")
    together = list(product(*words))
    if len(together) > LARGEST_EXPANSION:
        raise NotUnderstood(f"NEAR(...): expected at most {LARGEST_EXPANSION} combinations, found {len(together)}")
    each = [f"NEAR({' '.join(combined)}, {distance})" for combined in together]
    return (each[0] if len(each) == 1 else f"({' OR '.join(each)})"), at + 1
