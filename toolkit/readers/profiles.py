"""
A profile: how a system's exports are spelled, as TOML, so that a new layout needs no code.

```toml
table = "entries"                       # the table it feeds
applies_to = ["share_log/met_*.csv"]    # files below raw/; without it, any file of the kind that has all these columns
[columns]                               # our column = theirs; several of theirs are joined
entry_ref = "Report No"
occurred = ["Event Date", "Event Time"]
[constants]                             # our column = what every row of the file says
unit_ref = "BCU-CE"
[dates]
order = "dmy"                           # or "mdy": order of day and month in 03/04/2016
zone = "UTC"                            # zone of the dates that state none; Europe/London is assumed without it
[dialect]
delimiter = ";"
quote = "'"                             # "" where nothing is ever quoted
header_line = 3                         # line (of a sheet: row) of the header
encoding = "cp1252"                     # utf-8, utf-16, cp1252, latin-1
sheet = "Log"                           # of a workbook; all of its sheets without it
list_separator = ","                    # between the references, or the words, in one cell
[words.yes_no]                          # their word = ours, in every column that says yes or no
"Y" = "yes"
[words.use]                             # their word = ours, in one column; other words stand as they are
"FR" = "facial_recognition"
```
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Literal

import msgspec
import polars as pl

from toolkit.columns import Column, Table
from toolkit.dates import LONDON, Order
from toolkit.errors import UsageError
from toolkit.readers.encodings import Encoding
from toolkit.readers.layouts import key, source_columns, spellings
from toolkit.readers.pieces import Dialect
from toolkit.readers.rows import Marks
from toolkit.readers.values import Manner, is_zone
from toolkit.registers import KINDS
from toolkit.tables import input_tables

MOST_LINES = 1_048_576
"""Rows of the largest sheet; no header stands below."""
_ASCII = 128


class Dates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[dates]`."""

    order: Order | None = None
    zone: str | None = None


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[dialect]`."""

    delimiter: str = ","
    quote: Literal['"', "'", ""] = '"'
    header_line: int | None = None
    encoding: Encoding | None = None
    sheet: str | None = None
    list_separator: str = ";"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a profile; `name` is its file's, of the case or of the tool, and `sha256` its digest."""

    table: str
    columns: dict[str, str | list[str]]
    name: str = ""
    sha256: str = ""
    applies_to: list[str] = []
    constants: dict[str, str] = {}
    dates: Dates = Dates()
    dialect: Written = Written()
    words: dict[str, dict[str, str]] = {}

    @property
    def feeds(self) -> Table:
        """The table it feeds."""
        return _TABLES[self.table]

    def is_meant(self, source: str) -> bool:
        """Whether it names the source in `applies_to`: a path in the case, or below raw/."""
        return any(fnmatchcase(source, glob) or fnmatchcase(source, f"raw/{glob}") for glob in self.applies_to)

    def theirs(self) -> list[str]:
        """Return the columns of the source that it names."""
        return [name for names in self.columns.values() for name in ([names] if isinstance(names, str) else names)]

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the columns that it names and a header lacks or has twice."""
        return [name for name in dict.fromkeys(self.theirs()) if len(self._spellings(name, header)) != 1]

    def spelled(self, header: Sequence[str]) -> dict[str, str]:
        """Return the columns that it names -> their names in a header that lacks none."""
        return {name: self._spellings(name, header)[0] for name in self.theirs()}

    def _spellings(self, name: str, header: Sequence[str]) -> list[str]:
        """Return what a column is in a header; of two that differ only in spelling, each is as it stands."""
        same = {theirs for theirs in self.theirs() if key(theirs) == key(name)}
        return spellings(name, header) if len(same) == 1 else [theirs for theirs in header if theirs == name]

    def written(self, encoding: str) -> Dialect:
        """Return the dialect of a delimited text."""
        said = self.dialect
        return Dialect(Marks(said.delimiter.encode(), said.quote.encode()), encoding, said.header_line)

    def manner(self, declared: Manner) -> Manner:
        """Return how its cells are read; what `raw/sources.csv` declares of the one source goes before."""
        words = {
            name: {theirs.strip().lower(): ours for theirs, ours in word.items()} for name, word in self.words.items()
        }
        order = declared.order or self.dates.order
        separator = self.dialect.list_separator
        return replace(declared, order=order, zone=self.dates.zone, list_separator=separator, words=words)

    def cells(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return the cells of a source under our names, and the constants."""
        kinds = {column.name: column.holds for column in source_columns(self.feeds)}
        joints = {"refs": self.dialect.list_separator, "words": self.dialect.list_separator}
        return cells.select(
            *(_joined(names, joints.get(str(kinds[ours]), " ")).alias(ours) for ours, names in self.columns.items()),
            *(pl.lit(value).alias(ours) for ours, value in self.constants.items()),
        )


_TABLES = {table.name: table for kind in KINDS for table in input_tables(kind)}


def _joined(names: str | list[str], joint: str) -> pl.Expr:
    """Return one of their columns, or several in one, without the blank ones."""
    if isinstance(names, str):
        return pl.col(names)
    filled = [pl.when(pl.col(name).str.strip_chars() != "").then(name) for name in names]
    return pl.concat_str(filled, separator=joint, ignore_nulls=True)


def read_profile(name: str, text: str) -> Profile:
    """
    Read and check a profile.

    Args:
        name: Name of its file.
        text: Its content.

    Raises:
        UsageError: Naming the key, what was expected and what was found.
    """
    try:
        known = {"name": name, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        found = msgspec.convert(tomllib.loads(text) | known, Profile)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        said = str(error).replace("`", "").replace("Expected", "expected").replace(", got", ", found")
        raise UsageError(f"{name}: {said}") from None
    for where, expected, value in _wrong(found):
        raise UsageError(f"{name}: {where}: expected {expected}, found {value!r}")
    return found


def _wrong(profile: Profile) -> list[tuple[str, str, object]]:
    """Return key, what was expected, and what was found, of what is wrong with a profile."""
    if profile.table not in _TABLES:
        return [("table", f"one of {', '.join(_TABLES)}", profile.table)]
    columns = {column.name: column for column in source_columns(profile.feeds)}
    given = [*profile.columns, *profile.constants]
    said, zone = profile.dialect, profile.dates.zone
    wrong: list[tuple[str, str, object]] = [
        ("columns", f"columns of {profile.table}", name) for name in given if name not in columns
    ]
    wrong += [("constants", "a column that is not among [columns]", name) for name in given if given.count(name) > 1]
    wrong += [
        ("columns", f"{name}, which is required", sorted(given))
        for name, column in columns.items()
        if column.required and name not in given
    ]
    if len(said.delimiter) != 1 or ord(said.delimiter) >= _ASCII or said.delimiter in {"\n", "\r", said.quote}:
        wrong.append(("dialect.delimiter", "one ASCII character", said.delimiter))
    if said.header_line is not None and not 1 <= said.header_line <= MOST_LINES:
        wrong.append(("dialect.header_line", f"a line, 1 to {MOST_LINES}", said.header_line))
    if not said.list_separator.strip():
        wrong.append(("dialect.list_separator", "what stands between two references", said.list_separator))
    if zone is not None and not is_zone(zone):
        wrong.append(("dates.zone", f"an IANA zone, as {LONDON} is one", zone))
    return wrong + [fault for name, words in profile.words.items() for fault in _wrong_words(name, words, columns)]


def _wrong_words(name: str, words: Mapping[str, str], columns: Mapping[str, Column]) -> list[tuple[str, str, object]]:
    if name != "yes_no" and name not in columns:
        return [("words", f"yes_no, or a column of the table ({', '.join(columns)})", name)]
    holds = "yes_no" if name == "yes_no" else str(columns[name].holds)
    allowed = (
        {"yes_no": ("yes", "no"), "word": columns[name].words, "words": columns[name].words}
        if (name in columns)
        else {"yes_no": ("yes", "no")}
    )
    if holds not in allowed:
        return [] if holds in {"text", "ref", "refs"} else [(f"words.{name}", "a column that holds words", holds)]
    return [
        (f"words.{name}", f"one of {', '.join(allowed[holds])}", ours)
        for ours in words.values()
        if ours not in allowed[holds]
    ]
