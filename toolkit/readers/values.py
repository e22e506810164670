"""The cells of one column, read as what the column holds; what cannot be read stays as text, with a coded problem."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
from polars.exceptions import ComputeError

from toolkit.columns import SPAN, Column
from toolkit.dates import EARLIEST_YEAR, LATEST_YEAR, LONDON, SCHEMA, Order, intervals
from toolkit.readers.faults import PROBLEMS, shown
from toolkit.readers.references import cleaned, no_references
from toolkit.readers.spellings import respelled

_DATES = {
    "T207": (
        "the order of day and month is not declared (dmy or mdy)",
        "row kept, with the outer bounds of both readings",
    ),
    "T208": ("the clocks skip this time", "row kept, with the outer bounds of both readings"),
    "T209": (f"no such day or time, or not in {EARLIEST_YEAR} to {LATEST_YEAR}", "row kept, without this date"),
    "T211": ("not a date as YYYY-MM-DD, YYYY-MM or YYYY", "row kept, without this date"),
}
_YES_NO = {"yes": True, "no": False}
_COUNT = r"^[+-]?[0-9]{1,18}$"


@dataclass(frozen=True)
class Manner:
    """
    How the cells of a source are read.

    Args:
        order: Declared order of day and month in 03/04/2016.
        offset_s: What its clock shows minus the true time, least and most.
        zone: Zone of the dates that state none; None: Europe/London, assumed.
        list_separator: What stands between the items of a list.
        midnight_is_a_day: Whether 2016-05-03 00:00:00 is a day: a workbook's days are times at midnight.
        words: Column, or yes_no for all that say yes or no -> their word, in lower case -> ours.
        readings: What people read in cells of the source: locator, column_name, reads_as; None: nothing.
    """

    order: Order | None = None
    offset_s: tuple[int, int] = (0, 0)
    zone: str | None = None
    list_separator: str = ";"
    midnight_is_a_day: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    readings: pl.DataFrame | None = None

    def ours(self, column: Column, text: pl.Series) -> pl.Series:
        """Return their words as ours; what is not in the list stands as it is."""
        words = self.words.get(column.name) or (self.words.get("yes_no") if column.holds == "yes_no" else None)
        if not words:
            return text
        found = text.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
        return pl.select(pl.coalesce(found, text)).to_series().alias(text.name)


ODDITIES = pl.Schema({"code": pl.String, "column": pl.String, "value": pl.String, "locator": pl.String, "n": pl.Int64})
"""What is said once of a source: a value of a column (T221), or the column (T222), its first place and its rows."""


@dataclass(frozen=True)
class Values:
    """
    A column of a table.

    Args:
        stored: Its stored columns.
        faults: A problem for each value that cannot be read, or not surely.
        unread: Whether each cell is not blank and could not be read, or only in part.
        oddities: Schema `ODDITIES`.
    """

    stored: list[pl.Series]
    faults: list[pl.DataFrame]
    unread: pl.Series
    oddities: list[pl.DataFrame] = field(default_factory=list)


def values_of(column: Column, text: pl.Series, locator: pl.Series, zones: pl.Series | None, manner: Manner) -> Values:
    """
    Read the cells of a column.

    Args:
        column: What it holds.
        text: Its cells; null where blank.
        locator: The place of each.
        zones: The zone that each row states, where the table has such a column.
        manner: How its cells are read.
    """
    if column.holds == "when":
        return _dates(column, text, locator, zones, manner)
    if column.holds in {"ref", "refs"}:
        return _references(column, text, locator, manner)
    return _values(column, text, locator, manner)


def odd(code: str, text: pl.Series, locator: pl.Series, which: pl.Series, *, by_value: bool) -> list[pl.DataFrame]:
    """Return the oddities of those cells: of each value, or of all together; no frame where there is none."""
    if not which.any():
        return []
    frame = pl.DataFrame([text.alias("value"), locator.alias("locator")]).filter(which)
    frame = frame.with_columns(pl.lit(code).alias("code"), pl.lit(text.name).alias("column"))
    return [united([frame.with_columns(pl.lit(1, pl.Int64).alias("n")).select(*ODDITIES)], by_value=by_value)]


def united(frames: list[pl.DataFrame], *, by_value: bool) -> pl.DataFrame:
    """Return oddities with one row for each value of a column, or for each column: its first place, all its rows."""
    keys = ["code", "column", "value"] if by_value else ["code", "column"]
    rest = [pl.first("locator"), pl.sum("n")] if by_value else [pl.first("value", "locator"), pl.sum("n")]
    every = pl.concat([ODDITIES.to_frame(), *frames])
    return every.group_by(keys, maintain_order=True).agg(*rest).select(*ODDITIES)


def _references(column: Column, text: pl.Series, locator: pl.Series, manner: Manner) -> Values:
    """Return references without what nobody sees in them; what is none is null, and its cell is unread."""
    bare, unseen = cleaned(text)
    oddities = odd("T222", text, locator, unseen & text.is_not_null(), by_value=False)
    if column.holds == "ref":
        bare = manner.ours(column, bare)
        bad = bare.is_in(list(no_references(bare, column.words)))
        oddities += odd("T221", bare, locator, bad.fill_null(value=False), by_value=True)
        return Values([bare.set(bad.fill_null(value=False), None)], [], bad.fill_null(value=False), oddities)
    items = _items(bare, column, manner)
    none = no_references(items.explode(), column.words)
    if not none and not (items.list.len() == 0).any():
        stored = [text.alias(f"{column.name}_text"), items.alias(column.name)]
        return Values(stored, [], pl.repeat(value=False, n=len(text), eager=True), oddities)
    kept = items.list.eval(pl.element().filter(~pl.element().is_in(list(none))))
    unread = ((items.list.len() > kept.list.len()) | (kept.list.len() == 0)).fill_null(value=False)
    kept = kept.to_frame("kept").select(pl.when(pl.col("kept").list.len() > 0).then("kept")).to_series()
    oddities += odd("T221", bare, locator, unread, by_value=True)
    return Values([text.alias(f"{column.name}_text"), kept.alias(column.name)], [], unread, oddities)


def _faults(code: str, text: pl.Series, locator: pl.Series, bad: pl.Series, why: str, kept: str) -> list[pl.DataFrame]:
    """Return a problem for each bad value: no frame where there is none."""
    bad = bad.fill_null(value=False)
    if not bad.any():
        return []
    messages = [f"{text.name}: {why}: {shown(value)}" for value in text.filter(bad).to_list()]
    frame = pl.DataFrame([locator.filter(bad), pl.Series("message", messages, pl.String)])
    frame = frame.with_columns(pl.lit(code).alias("code"), pl.lit(kept).alias("kept"))
    return [frame.select(name for name in PROBLEMS if name != "source")]


def _values(column: Column, text: pl.Series, locator: pl.Series, manner: Manner) -> Values:
    """Return the stored columns of one that is no date and no reference."""
    if column.holds == "text":
        return Values([manner.ours(column, text)], [], pl.repeat(value=False, n=len(text), eager=True))
    name, stripped = column.name, manner.ours(column, text).str.strip_chars()
    without = "row kept, without this value"
    match column.holds:
        case "yes_no":
            read = stripped.str.to_lowercase().replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)
            unread = _unread(text, read)
            faults = _faults("T211", text, locator, unread, "not yes or no", without)
        case "count":
            read = stripped.set(~stripped.str.contains(_COUNT), None).str.strip_prefix("+").cast(pl.Int64)
            unread = _unread(text, read)
            faults = _faults("T211", text, locator, unread, "not a whole number", without)
        case "word":
            lower = stripped.str.to_lowercase()
            read = lower.set(~lower.is_in(column.words), None)
            unread = _unread(text, read)
            faults = _faults("T213", text, locator, unread, f"not one of {', '.join(column.words)}", without)
        case "words":
            items = _items(stripped, column, manner).list.eval(pl.element().str.to_lowercase())
            read = items.list.eval(pl.element().filter(pl.element().is_in(column.words)))
            unread = (items.list.len() > read.list.len()).fill_null(value=False)
            why = f"not only {', '.join(column.words)}, separated by {manner.list_separator!r}"
            faults = _faults("T213", text, locator, unread, why, "row kept, without the words that are none of these")
        case _:
            raise ValueError(f"column {name}: no way to read {column.holds!r}")
    return Values([text.alias(f"{name}_text"), read.alias(name)], faults, unread)


def _unread(text: pl.Series, read: pl.Series) -> pl.Series:
    return text.is_not_null() & read.is_null()


def _items(text: pl.Series, column: Column, manner: Manner) -> pl.Series:
    """Return what stands between separators, without white space around it; null for null."""
    items = pl.element().str.strip_chars()
    found = text.str.split(manner.list_separator).list.eval(items.filter(items != ""))
    words = manner.words.get(column.name)
    if not words:
        return found
    ours = pl.element().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
    return found.list.eval(pl.coalesce(ours, pl.element()))


def _dates(column: Column, text: pl.Series, locator: pl.Series, zones: pl.Series | None, manner: Manner) -> Values:
    """Return the seven columns of a date, and a problem for each that is not sure."""
    found = _read_dates(text, zones, manner)
    parts = [found[part].alias(f"{column.name}_{part}") for part in SPAN]
    faults = [
        fault
        for code, (why, kept) in _DATES.items()
        for fault in _faults(code, text, locator, found["problem"] == code, why, kept)
    ]
    if (found["problem"] == "zone").any():
        why = "its zone is no IANA zone, as Europe/London is one"
        faults += _faults("T211", text, locator, found["problem"] == "zone", why, "row kept, without this date")
    unread = found["problem"].is_in(["T209", "T211", "zone"]).fill_null(value=False)
    return Values(parts, faults, unread)


def _read_dates(text: pl.Series, zones: pl.Series | None, manner: Manner) -> pl.DataFrame:
    """Return the intervals of a column, each in the zone that its row states; blank: the source's."""
    if zones is None or zones.null_count() == len(zones):
        return _in_zone(text, manner.zone, manner)
    frame = pl.DataFrame([text.alias("text"), zones.alias("zone")]).with_row_index("row")
    parts = []
    for (zone,), rows in frame.group_by(["zone"], maintain_order=True):
        name = manner.zone if zone is None else str(zone).strip()
        if name is not None and not is_zone(name):
            unplaced = pl.when(pl.col("text").is_not_null()).then(pl.lit("zone")).alias("problem")
            found = rows.select("text", unplaced).select(
                pl.col(part) if part in {"text", "problem"} else pl.lit(None, dtype).alias(part)
                for part, dtype in SCHEMA.items()
            )
        else:
            found = _in_zone(rows["text"], name, manner)
        parts.append(found.with_columns(rows["row"]))
    return pl.concat(parts).sort("row").drop("row")


def _in_zone(text: pl.Series, zone: str | None, manner: Manner) -> pl.DataFrame:
    """Return the intervals of texts in a zone that was stated, or, where it is None, in London, assumed."""
    found = _however_spelled(text, zone or LONDON, manner)
    if zone is None:
        return found
    stated = pl.when(pl.col("zone_basis").is_not_null()).then(pl.lit("stated")).alias("zone_basis")
    return found.with_columns(stated)


def _however_spelled(text: pl.Series, zone: str, manner: Manner) -> pl.DataFrame:
    """Return the intervals; what is no date of ours is read again as registers spell dates (3 May 2016)."""
    given = text
    if manner.midnight_is_a_day:
        text = text.str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", "$1")
    found = intervals(text, order=manner.order, zone=zone, offset_s=manner.offset_s).with_columns(given.alias("text"))
    unread = found["problem"] == "T211"
    if not unread.any():
        return found
    rows = unread.fill_null(value=False).arg_true()
    again = intervals(respelled(text.gather(rows)), order=manner.order, zone=zone, offset_s=manner.offset_s)
    again = again.with_columns(text.gather(rows).alias("text"), rows.alias("row"))
    return found.with_row_index("row").update(again, on="row", how="left", include_nulls=True).drop("row")


def is_zone(name: str) -> bool:
    """Return whether Polars knows the zone."""
    try:
        pl.Series([0]).cast(pl.Datetime("us")).dt.replace_time_zone(name)
    except (ComputeError, ValueError):
        return False
    return True
