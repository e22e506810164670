"""From cells of text to a table's stored columns. What cannot be read stays as text, with a coded problem."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
from polars.exceptions import ComputeError

from toolkit.columns import SPAN, Column, Table
from toolkit.dates import EARLIEST_YEAR, LATEST_YEAR, LONDON, SCHEMA, Order, intervals
from toolkit.readers.faults import PROBLEMS, shown
from toolkit.readers.layouts import source_columns
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
    """

    order: Order | None = None
    offset_s: tuple[int, int] = (0, 0)
    zone: str | None = None
    list_separator: str = ";"
    midnight_is_a_day: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def ours(self, column: Column, text: pl.Series) -> pl.Series:
        """Return their words as ours; what is not in the list stands as it is."""
        words = self.words.get(column.name) or (self.words.get("yes_no") if column.holds == "yes_no" else None)
        if not words:
            return text
        found = text.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
        return pl.select(pl.coalesce(found, text)).to_series().alias(text.name)


@dataclass(frozen=True)
class Typed:
    """
    Rows of a table.

    Args:
        frame: Those that have all that is required; the table's stored columns.
        problems: The `problems` of the step `ingest`.
        rejected: Whether each given row lacks something required.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame
    rejected: pl.Series


def typed(
    table: Table, cells: pl.DataFrame, lines: pl.Series, source: str, manner: Manner, place: str = "line"
) -> Typed:
    """
    Return the stored columns of these rows.

    Args:
        table: The table they feed.
        cells: Their cells, String; a column of the table that is not among them is null throughout.
        lines: The line of each, from 1.
        source: Path of the source in the case.
        manner: How its cells are read.
        place: What its rows are numbered by: line, row, item.
    """
    columns = source_columns(table)
    cells = cells.select(
        (pl.col(column.name) if column.name in cells.columns else pl.lit(None, pl.String)).alias(column.name)
        for column in columns
    ).select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
    locator = (f"{place} " + lines.cast(pl.String)).alias("locator")
    rejected, found = _rejected(columns, cells, locator)
    cells, locator = cells.filter(~rejected), locator.filter(~rejected)
    stored = [locator]
    zones = cells["zone"] if "zone" in cells.columns else None
    for column in columns:
        if column.holds == "when":
            series, faults = _dates(column, cells[column.name], locator, zones, manner)
        else:
            series, faults = _values(column, cells[column.name], locator, manner)
        stored += series
        found += faults
    frame = pl.DataFrame(stored).with_columns(pl.lit(source).alias("source"))
    computed = {name: dtype for name, dtype in table.schema().items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in computed.items())
    problems = pl.concat([PROBLEMS.to_frame().drop("source"), *found]).with_columns(pl.lit(source).alias("source"))
    return Typed(frame.select(*table.schema()), problems.select(*PROBLEMS), rejected)


def _faults(code: str, text: pl.Series, locator: pl.Series, bad: pl.Series, why: str, kept: str) -> list[pl.DataFrame]:
    """Return a problem for each bad value: no frame where there is none."""
    bad = bad.fill_null(value=False)
    if not bad.any():
        return []
    messages = [f"{text.name}: {why}: {shown(value)}" for value in text.filter(bad).to_list()]
    frame = pl.DataFrame([locator.filter(bad), pl.Series("message", messages, pl.String)])
    frame = frame.with_columns(pl.lit(code).alias("code"), pl.lit(kept).alias("kept"))
    return [frame.select(name for name in PROBLEMS if name != "source")]


def _rejected(columns: list[Column], cells: pl.DataFrame, locator: pl.Series) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Return which rows lack something required, and a problem for each (T212)."""
    required = [column.name for column in columns if column.required]
    lacking = cells.select(pl.col(name).is_null() for name in required)
    rejected = lacking.select(pl.any_horizontal(pl.all())).to_series().alias("rejected")
    if not rejected.any():
        return rejected, []
    rows = [
        ("T212", place, f"required and blank: {', '.join(name for name, is_blank in row.items() if is_blank)}")
        for place, row in zip(locator.filter(rejected), lacking.filter(rejected).iter_rows(named=True), strict=True)
    ]
    found = pl.DataFrame(rows, schema=["code", "locator", "message"], orient="row")
    return rejected, [found.with_columns(pl.lit("row kept in quarantine").alias("kept"))]


def _values(
    column: Column, text: pl.Series, locator: pl.Series, manner: Manner
) -> tuple[list[pl.Series], list[pl.DataFrame]]:
    """Return the stored columns of one that is no date, and a problem for each value that cannot be read."""
    if column.holds in {"text", "ref"}:
        return [manner.ours(column, text)], []
    name, stripped = column.name, manner.ours(column, text).str.strip_chars()
    verbatim = text.alias(f"{name}_text")
    without = "row kept, without this value"
    match column.holds:
        case "yes_no":
            read = stripped.str.to_lowercase().replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)
            faults = _faults("T211", text, locator, _unread(text, read), "not yes or no", without)
        case "count":
            read = stripped.set(~stripped.str.contains(_COUNT), None).str.strip_prefix("+").cast(pl.Int64)
            faults = _faults("T211", text, locator, _unread(text, read), "not a whole number", without)
        case "word":
            lower = stripped.str.to_lowercase()
            read = lower.set(~lower.is_in(column.words), None)
            why = f"not one of {', '.join(column.words)}"
            faults = _faults("T213", text, locator, _unread(text, read), why, without)
        case "words":
            items = _items(stripped, column, manner).list.eval(pl.element().str.to_lowercase())
            read = items.list.eval(pl.element().filter(pl.element().is_in(column.words)))
            unknown = items.list.len() > read.list.len()
            why = f"not only {', '.join(column.words)}, separated by {manner.list_separator!r}"
            faults = _faults("T213", text, locator, unknown, why, "row kept, without the words that are none of these")
        case "refs":
            read, faults = _items(stripped, column, manner), []
        case _:
            raise ValueError(f"column {name}: no way to read {column.holds!r}")
    return [verbatim, read.alias(name)], faults


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


def _dates(
    column: Column, text: pl.Series, locator: pl.Series, zones: pl.Series | None, manner: Manner
) -> tuple[list[pl.Series], list[pl.DataFrame]]:
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
    return parts, faults


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
