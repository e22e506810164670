"""From cells of text to a table's stored columns. What cannot be read stays as text, with a coded problem."""

from dataclasses import dataclass

import polars as pl
from polars.exceptions import ComputeError

from toolkit.dates import EARLIEST_YEAR, LATEST_YEAR, LONDON, SCHEMA, Order, intervals
from toolkit.readers.faults import PROBLEMS, shown
from toolkit.readers.layouts import source_columns
from toolkit.tables import SPAN, Column, Table

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
    How the dates of a source are read.

    Args:
        order: Declared order of day and month in 03/04/2016.
        offset_s: What its clock shows minus the true time, least and most.
    """

    order: Order | None = None
    offset_s: tuple[int, int] = (0, 0)


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


def typed(table: Table, cells: pl.DataFrame, lines: pl.Series, source: str, manner: Manner) -> Typed:
    """
    Return the stored columns of these rows.

    Args:
        table: The table they feed.
        cells: Their cells, String; a column of the table that is not among them is null throughout.
        lines: The line of each, from 1.
        source: Path of the source in the case.
        manner: How its dates are read.
    """
    columns = source_columns(table)
    cells = cells.select(
        (pl.col(column.name) if column.name in cells.columns else pl.lit(None, pl.String)).alias(column.name)
        for column in columns
    ).select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
    locator = ("line " + lines.cast(pl.String)).alias("locator")
    rejected, found = _rejected(columns, cells, locator)
    cells, locator = cells.filter(~rejected), locator.filter(~rejected)
    stored = [locator]
    zones = cells["zone"] if "zone" in cells.columns else None
    for column in columns:
        if column.holds == "when":
            series, faults = _dates(column, cells[column.name], locator, zones, manner)
        else:
            series, faults = _values(column, cells[column.name], locator)
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


def _values(column: Column, text: pl.Series, locator: pl.Series) -> tuple[list[pl.Series], list[pl.DataFrame]]:
    """Return the stored columns of one that is no date, and a problem for each value that cannot be read."""
    if column.holds in {"text", "ref"}:
        return [text], []
    name, stripped = column.name, text.str.strip_chars()
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
            items = _items(stripped.str.to_lowercase())
            read = items.list.eval(pl.element().filter(pl.element().is_in(column.words)))
            unknown = items.list.len() > read.list.len()
            why = f"not only {', '.join(column.words)}, separated by ';'"
            faults = _faults("T213", text, locator, unknown, why, "row kept, without the words that are none of these")
        case "refs":
            read, faults = _items(stripped), []
        case _:
            raise ValueError(f"column {name}: no way to read {column.holds!r}")
    return [verbatim, read.alias(name)], faults


def _unread(text: pl.Series, read: pl.Series) -> pl.Series:
    return text.is_not_null() & read.is_null()


def _items(text: pl.Series) -> pl.Series:
    """Return what stands between semicolons, without white space around it; null for null."""
    items = pl.element().str.strip_chars()
    return text.str.split(";").list.eval(items.filter(items != ""))


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
    """Return the intervals of a column, each in the zone that its row states; blank: London, assumed."""
    if zones is None or zones.null_count() == len(zones):
        return intervals(text, order=manner.order, offset_s=manner.offset_s)
    frame = pl.DataFrame([text.alias("text"), zones.alias("zone")]).with_row_index("row")
    parts = []
    for (zone,), rows in frame.group_by(["zone"], maintain_order=True):
        name = LONDON if zone is None else str(zone).strip()
        if not _is_zone(name):
            unplaced = pl.when(pl.col("text").is_not_null()).then(pl.lit("zone")).alias("problem")
            found = rows.select("text", unplaced).select(
                pl.col(part) if part in {"text", "problem"} else pl.lit(None, dtype).alias(part)
                for part, dtype in SCHEMA.items()
            )
        else:
            found = intervals(rows["text"], order=manner.order, zone=name, offset_s=manner.offset_s)
            if zone is not None:
                found = found.with_columns(
                    pl.when(pl.col("zone_basis").is_not_null()).then(pl.lit("stated")).alias("zone_basis")
                )
        parts.append(found.with_columns(rows["row"]))
    return pl.concat(parts).sort("row").drop("row")


def _is_zone(name: str) -> bool:
    """Return whether Polars knows the zone."""
    try:
        pl.Series([0]).cast(pl.Datetime("us")).dt.replace_time_zone(name)
    except (ComputeError, ValueError):
        return False
    return True
