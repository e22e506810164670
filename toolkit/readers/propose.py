"""A profile proposed from a sample: what is sure is filled in, and what is not is said."""

import json
import re
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from toolkit.columns import Column, Table
from toolkit.readers.layouts import source_columns
from toolkit.readers.likeness import LEAST, SURE, date_share, likeness, name_likeness
from toolkit.readers.sampling import Sample, sample
from toolkit.readers.spellings import respelled
from toolkit.registers import KINDS
from toolkit.tables import input_tables

_YES = {"y": "yes", "true": "yes", "1": "yes", "j": "yes", "t": "yes", "n": "no", "false": "no", "0": "no", "f": "no"}
_SLASHED = r"^\s*([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}"
_LAST_MONTH = 12
_SHOWN = 5


@dataclass(frozen=True)
class Proposal:
    """
    A profile, and what a person must decide.

    Args:
        toml: The profile; what is unsure stands in it as comments, first.
        unsure: The same, one by one.
    """

    toml: str
    unsure: list[str]


def propose(content: bytes, name: str, kind: str | None = None) -> Proposal:
    """
    Propose a profile for a register of an unknown layout.

    Args:
        content: The file.
        name: Its name.
        kind: Kind of source; None: the one that fits best.

    Raises:
        ValueError: If no rows are found in it, or they resemble no table; the message says what was found.
    """
    found = sample(content, name)
    kinds = [kind] if kind else [each for each in KINDS if each not in {"images", "footage"}]
    matches = {table: _matched(table, found.cells) for each in kinds for table in input_tables(each)}
    table = max(matches, key=lambda each: _worth(each, matches[each]))
    if not matches[table]:
        raise ValueError(f"expected columns like those of a table, found {', '.join(map(repr, found.cells.columns))}")
    unsure = [*found.unsure, *_doubts(table, matches[table], found.cells)]
    others = [
        each.name
        for each in matches
        if each is not table and _worth(each, matches[each]) >= _worth(table, matches[table]) - 1
    ]
    if others:
        unsure.insert(0, f"table: {table.name} fits as well as {', '.join(others)}")
    lines, more = _profile(table, matches[table], found)
    unsure += more
    head = [
        f"# Proposed from {json.dumps(name)}: {found.cells.height} rows looked at.",
        *(f"# unsure: {each}" for each in unsure),
    ]
    return Proposal("\n".join([*head, *lines]) + "\n", unsure)


def _matched(table: Table, cells: pl.DataFrame) -> dict[str, tuple[str, float]]:
    """Return our column -> theirs, and how alike they are; each of theirs once, the likest first."""
    pairs = [
        (likeness(column, theirs, cells[theirs]), column.name, theirs)
        for column in source_columns(table)
        for theirs in cells.columns
    ]
    matched: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for alike, ours, theirs in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if alike >= LEAST and ours not in matched and theirs not in taken:
            matched[ours] = theirs, alike
            taken.add(theirs)
    return matched


def _worth(table: Table, matched: dict[str, tuple[str, float]]) -> float:
    """Return how well a table fits: one for each column that is like its own, less for what it requires and lacks."""
    lacking = sum(column.required and column.name not in matched for column in source_columns(table))
    return sum(min(alike, 100.0) / 100 for _, alike in matched.values()) - 3 * lacking


def _doubts(table: Table, matched: dict[str, tuple[str, float]], cells: pl.DataFrame) -> list[str]:
    """Return what is not sure of the columns."""
    doubts = []
    for column in source_columns(table):
        if column.required and column.name not in matched:
            doubts.append(f"columns.{column.name}: required, and no column is like it")
        elif column.name in matched:
            theirs, _ = matched[column.name]
            names = name_likeness(column, theirs)
            if names < SURE:
                doubts.append(f"columns.{column.name}: {theirs!r} is only like it ({names:.0f} of 100)")
    taken = {theirs for theirs, _ in matched.values()}
    left = [theirs for theirs in cells.columns if theirs not in taken]
    dates = [
        theirs for theirs in left if date_share(cells[theirs].drop_nulls()) == 1 and cells[theirs].drop_nulls().len()
    ]
    doubts += [f"{theirs!r} holds dates, and no column of {table.name} is like it" for theirs in dates]
    if rest := [theirs for theirs in left if theirs not in dates]:
        doubts.append(f"not used, kept verbatim with the row: {', '.join(map(repr, rest))}")
    return doubts


def _profile(table: Table, matched: dict[str, tuple[str, float]], found: Sample) -> tuple[list[str], list[str]]:
    """Return the lines of the profile, and what is unsure of dates and words."""
    columns = [column for column in source_columns(table) if column.name in matched]
    values = {column.name: _filled(found.cells[matched[column.name][0]]) for column in columns}
    dates, unsure = _dates([values[column.name] for column in columns if column.holds == "when"])
    separator, doubts = _separator([values[column.name] for column in columns if column.holds in {"refs", "words"}])
    unsure += doubts
    dialect = found.dialect | ({"list_separator": separator} if separator else {})
    lines = [f'table = "{table.name}"', "", "[columns]"]
    lines += [f"{column.name} = {_text(matched[column.name][0])}" for column in columns]
    for title, keys in (("dates", dates), ("dialect", dialect)):
        if keys:
            lines += ["", f"[{title}]", *(f"{key} = {_text(value)}" for key, value in keys.items())]
    yes_no, doubts = _yes_no([values[column.name] for column in columns if column.holds == "yes_no"])
    unsure += doubts
    words = {"yes_no": yes_no}
    for column in columns:
        if column.holds in {"word", "words"}:
            words[column.name], doubts = _words(column, values[column.name], separator or ";")
            unsure += doubts
    for name, pairs in words.items():
        if pairs:
            lines += ["", f"[words.{name}]", *(f"{_text(theirs)} = {_text(ours)}" for theirs, ours in pairs.items())]
    return lines, unsure


def _text(value: str | int) -> str:
    """Return a value as TOML."""
    return json.dumps(value, ensure_ascii=False)


def _filled(values: pl.Series) -> list[str]:
    """Return the different values that are not blank, the commonest first."""
    stripped = values.drop_nulls().str.strip_chars().alias("value")
    counts = stripped.filter(stripped != "").value_counts().sort("count", "value", descending=[True, False])
    return [str(value) for value in counts["value"]]


def _dates(columns: list[list[str]]) -> tuple[dict[str, str | int], list[str]]:
    """Return order and zone, and why they are unsure."""
    texts = respelled(pl.Series([text for texts in columns for text in texts], dtype=pl.String))
    said: dict[str, str | int] = {}
    unsure = []
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := re.match(_SLASHED, text))]
    first, second = (any(pair[at] > _LAST_MONTH for pair in pairs) for at in (0, 1))
    if first != second:
        said["order"] = "dmy" if first else "mdy"
    elif pairs:
        why = "some begin with the day and some with the month" if first else "nothing in the sample decides"
        unsure.append(f"dates.order: {why}; until it is declared, both readings are kept")
    if texts.len() and texts.str.contains(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?$").any():
        unsure.append("dates.zone: the times state none; Europe/London is assumed until it is declared")
    return said, unsure


def _separator(columns: list[list[str]]) -> tuple[str, list[str]]:
    """Return what stands between the items of lists, where it is not ';'."""
    texts = [text for texts in columns for text in texts]
    if not texts or any(";" in text for text in texts):
        return "", []
    for mark in (",", "|", "/", "+"):
        share = sum(mark in text for text in texts) / len(texts)
        if share:
            return mark, [f"dialect.list_separator: {mark!r} stands in {share:.0%} of the lists"]
    return "", []


def _yes_no(columns: list[list[str]]) -> tuple[dict[str, str], list[str]]:
    theirs = sorted({text for texts in columns for text in texts if text.lower() not in {"yes", "no"}})
    known = {text: _YES[text.lower()] for text in theirs if text.lower() in _YES}
    unknown = [text for text in theirs if text not in known]
    return known, [f"words.yes_no: {', '.join(map(repr, unknown[:_SHOWN]))}: yes or no?"] if unknown else []


def _words(column: Column, values: list[str], separator: str) -> tuple[dict[str, str], list[str]]:
    """Return their words -> ours, where they are alike, and those that are like none of ours."""
    if column.holds == "words":
        values = list(dict.fromkeys(part.strip() for value in values for part in value.split(separator)))
    spoken = {word.replace("_", " "): word for word in column.words}
    known, unsure = {}, []
    for theirs in (value for value in values if value.lower() not in column.words):
        plain = re.sub(r"[^a-z]+", " ", theirs.lower()).strip()
        best = process.extractOne(plain, list(spoken), scorer=fuzz.token_sort_ratio, processor=None) if plain else None
        initials = [word for words, word in spoken.items() if "".join(each[0] for each in words.split()) == plain]
        if initials and len(plain) > 1:
            known[theirs] = initials[0]
            unsure.append(f"words.{column.name}: {theirs!r} = {initials[0]}? its initials")
        elif best is not None and best[1] >= LEAST:
            known[theirs] = spoken[str(best[0])]
            if best[1] < SURE:
                unsure.append(f"words.{column.name}: {theirs!r} = {known[theirs]}? ({best[1]:.0f} of 100)")
        else:
            unsure.append(f"words.{column.name}: {theirs!r} is none of {', '.join(column.words)}")
    return known, unsure
