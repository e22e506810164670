"""Dates as registers spell them, in the spelling that `toolkit.dates` reads; whatever is in no known form is left."""

import re

import polars as pl

_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_CLOCK = (
    r"(?:[T, ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<second>:\d{2})?(?: ?(?P<zone>Z|[+-]\d{2}:?\d{2}))?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?)?"
)
_FORMS = [
    re.compile(form + _CLOCK, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?:[a-z]{3,9},? )?(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})",
        r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
        r"(?P<month>[a-z]{3,9})[ -](?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})[/.-](?P<then>\d{1,2})[/.-](?P<year>\d{4})",
    )
]
"""3 May 2016, May 3 2016, May 2016, 20160503, 2016/5/3, 03.05.2016; each may have a time."""
_NOON = 12


def respelled(texts: pl.Series) -> pl.Series:
    """
    Return dates in the spelling of `toolkit.dates`, and what is in none of the known forms as it is.

    The order of day and month is not decided here: 03.04.2016 becomes 03/04/2016.

    >>> respelled(pl.Series(["3 May 2016", "03.04.2016 9:05 pm", "May?"])).to_list()
    ['2016-05-03', '03/04/2016T21:05', 'May?']
    """
    different = texts.drop_nulls().unique()
    ours = {text: _respelled(text.strip()) or text for text in different.to_list()}
    return texts.replace_strict(ours, return_dtype=pl.String) if ours else texts


def _respelled(text: str) -> str | None:
    for form in _FORMS:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            clock = _clock(parts)
            if clock is not None and "first" in parts:
                return f"{parts['first']}/{parts['then']}/{parts['year']}{clock}"
            month = _month(parts.get("month") or "")
            if month is None or clock is None:
                return None
            day = parts.get("day")
            return f"{parts['year']}-{month}" + (f"-{int(day):02d}{clock}" if day else "")
    return None


def _month(text: str) -> str | None:
    if text.isdigit():
        return f"{int(text):02d}"
    names = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(text.lower().removesuffix("."))]
    return f"{names[0]:02d}" if len(names) == 1 else None


def _clock(parts: dict[str, str | None]) -> str | None:
    """Return the time as T21:05; empty where there is none, None where it is no time of a clock of twelve hours."""
    if parts["hour"] is None:
        return ""
    hour, half = int(parts["hour"]), (parts["half"] or "").lower()
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return f"T{hour:02d}:{parts['minute']}{parts['second'] or ''}{parts['zone'] or ''}"
