"""
Dates as people write them, and the time they can mean: an interval of UTC with both bounds kept.

Accepted, a subset of EDTF (Library of Congress, 2019) and what registers write beside it:

======================================  ================================================================
``2016``, ``2016-05``, ``2016-05-03``   the whole year, month, civil day
``2016-05-03T14:05``, ``...:30``        the whole minute, second; a space does for the T, fractions widen to the second
``...Z``, ``...+01:00``                 the zone is stated; else it is Europe/London, assumed
``2016-05/2018-03``                     from the begin of the first to the end of the second
``../2018-03``, ``2016-05/..``          unbounded on that side
``..``                                  no bound is stated, on purpose: the tenure that has no end
``2016~``, ``2016-05-03?``, ``2016%``   approximate, uncertain, both: the same bounds, but *inferred*, not recorded
``03/04/2016`` (and a time)             only with a declared order; else the outer interval of both readings
======================================  ================================================================

Upper bounds are exclusive: May 2016 is 2016-04-30T23:00Z up to 2016-05-31T23:00Z, for London was an hour ahead.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import polars as pl

from toolkit.columns import SPAN

Order: TypeAlias = Literal["dmy", "mdy"]

LONDON = "Europe/London"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
"""Dates outside are typing errors, or a system's idea of "never" (9999)."""

_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
_QUALIFIER = "[~?%](?P<end>/|$)"
_ISO = rf"^[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}}([T ]{_CLOCK})?)?)?$"
_SLASHED = rf"^(?P<a>[0-9]{{1,2}})/(?P<b>[0-9]{{1,2}})/(?P<year>[0-9]{{4}})(?P<clock>[T ]{_CLOCK})?$"
_READINGS = {
    "dmy": "${year}-${b}-${a}${clock}",
    "mdy": "${year}-${a}-${b}${clock}",
    None: "${year}-${a}-${b}${clock}/${year}-${b}-${a}${clock}",
}
_WIDTHS = {"year": "1y", "month": "1mo", "day": "1d", "minute": "1m", "second": "1s"}
"""Precisions, coarsest first, and how long each lasts in the notation of Polars."""
_ZONELESS = [len(form) for form in ("2016", "2016-05", "2016-05-03", "2016-05-03T14:05", "2016-05-03T14:05:30")]
LARGEST_OFFSET_MIN = 14 * 60
"""The largest offset in use, +14:00 (Kiribati)."""
LAST_MINUTE = 59
_READ = ("earliest", "latest", "precision", "zone_basis", "alternatives")
_BOTH = {name: [name, f"{name}_2"] for name in (*_READ, "problem")}
SCHEMA = pl.Schema({**SPAN, "problem": pl.String})


@dataclass(frozen=True)
class Interval:
    """
    The time that a text can mean; half-open, in UTC, None where unbounded.

    Args:
        text: As written.
        earliest: Inclusive.
        latest: Exclusive.
        precision: year, month, day, minute, second; of an interval that of its coarser end; None: blank or unreadable.
        zone_basis: stated or assumed.
        basis: recorded; inferred (approximate, uncertain, or the order of day and month was); derived (a clock offset
            was taken off).
        alternatives: The readings where there are two.
        problem: A code of `toolkit.problems`, or None.
    """

    text: str
    earliest: datetime | None
    latest: datetime | None
    precision: str | None
    zone_basis: str | None
    basis: str | None
    alternatives: tuple[str, ...] = ()
    problem: str | None = None


def interval(text: str, *, order: Order | None = None, zone: str = LONDON) -> Interval:
    """
    Return the interval of one text; see `intervals`.

    >>> interval("2016-05").earliest.isoformat()
    '2016-04-30T23:00:00+00:00'
    >>> interval("May?").problem
    'T211'
    """
    row = intervals(pl.Series([text], dtype=pl.String), order=order, zone=zone).row(0, named=True)
    return Interval(**{**row, "alternatives": tuple(row["alternatives"] or ())})


def intervals(
    texts: pl.Series, *, order: Order | None = None, zone: str = LONDON, offset_s: tuple[int, int] = (0, 0)
) -> pl.DataFrame:
    """
    Return the interval of each text.

    An hour that London's clocks show twice spans both instants and names them as alternatives. An hour they skip
    (T208) spans both readings of it. A blank has neither bounds nor a problem.

    Args:
        texts: Dates as written, String.
        order: Whether 03/04/2016 is 3 April (dmy) or 4 March (mdy); None: not declared (T207).
        zone: IANA zone of the dates that state none.
        offset_s: What the source's clock shows minus the true time, least and most; widens the bounds.

    Returns:
        One row per text: the columns of `toolkit.columns.SPAN`, and `problem`, one of T207 (order not declared), T208
        (skipped hour), T209 (impossible or out of range: no bounds), T211 (not readable: no bounds), or null.

    >>> intervals(pl.Series(["03/04/2016"])).row(0)[-2:]
    (['2016-03-04', '2016-04-03'], 'T207')
    """
    frame = _halves(texts.rename("text").to_frame(), order)
    spans = frame.hstack(_moments(frame["first"], zone))
    if frame["joint"].null_count() < frame.height:
        second = _moments(frame["second"], zone)
        spans = _joined(spans.hstack(second.rename(lambda name: f"{name}_2")))
    said = pl.col("first").is_not_null() & (pl.col("text").str.strip_chars() != "..")
    nothing = said & pl.col("problem").is_null() & pl.col("precision").is_null()
    least, most = offset_s
    recorded = pl.lit("derived" if least or most else "recorded")
    basis = pl.when("inferred").then(pl.lit("inferred")).otherwise(recorded)
    return spans.with_columns(
        pl.col("earliest") - pl.duration(seconds=most),
        pl.col("latest") - pl.duration(seconds=least),
        pl.when(pl.col("precision").is_not_null()).then(basis).alias("basis"),
        pl.when(nothing).then(pl.lit("T211")).otherwise("problem").alias("problem"),
    ).select(*SCHEMA)


def _halves(frame: pl.DataFrame, order: Order | None) -> pl.DataFrame:
    """
    Add the ISO texts to read, `first` and `second`, and what joins them: `joint`.

    `joint` is interval, either (a date whose order is not declared), or null (nothing to join: no second). `inferred`
    says that the bounds are not simply what was recorded.
    """
    body = pl.col("first")
    frame = frame.with_columns(pl.col("text").str.strip_chars().alias("first")).with_columns(
        pl.when(body != "").then(body).alias("first"), body.str.contains(_QUALIFIER).alias("inferred")
    )
    slash, slashed = body.str.contains("/", literal=True), body.str.contains(_SLASHED)
    either = slashed & pl.lit(order is None)
    joint: pl.Expr = pl.when(either).then(pl.lit("either")).when(slash & ~slashed).then(pl.lit("interval"))
    if not frame.select(slash.any()).item():
        joint = pl.lit(None, pl.String)
    frame = frame.with_columns(joint.alias("joint"))
    if frame["inferred"].any():
        frame = frame.with_columns(body.str.replace_all(_QUALIFIER, "$end"))
    if frame.select(slash.any()).item():
        padded = body.str.replace_all(r"\b([0-9])/", "0$1/")
        frame = frame.with_columns(
            pl.when(slashed).then(padded.str.replace(_SLASHED, _READINGS[order])).otherwise(body)
        )
    joined = pl.col("joint").is_not_null()
    return frame.with_columns(
        pl.when(joined).then(body.str.extract("^([^/]*)/", 1)).otherwise(body),
        pl.when(joined).then(body.str.extract("/(.*)$", 1)).alias("second"),
        pl.col("inferred") | (pl.col("joint") == "either").fill_null(value=False),
    )


def _moments(texts: pl.Series, zone: str) -> pl.DataFrame:
    """Return the columns of SPAN, but for text and basis, and problem, of single ISO texts; '..' is unbounded."""
    text, length = pl.col("text"), pl.col("text").str.len_bytes()
    frame = texts.rename("text").to_frame()
    frame = frame.with_columns(
        (text.is_null() | (text == "..")).alias("open"),
        text.str.contains(_ISO).fill_null(value=False).alias("iso"),
        pl.when(~length.is_in(_ZONELESS)).then(text.str.slice(16).str.extract("(Z|[+-][0-9:]+)$")).alias("stated"),
        pl.when(length == len("2016"))
        .then(pl.lit("year"))
        .when(length == len("2016-05"))
        .then(pl.lit("month"))
        .when(length == len("2016-05-03"))
        .then(pl.lit("day"))
        .when(text.str.slice(len("2016-05-03T14:05"), 1) == ":")
        .then(pl.lit("second"))
        .otherwise(pl.lit("minute"))
        .alias("precision"),
    )
    frame = frame.with_columns(_civil_start())
    frame = frame.hstack(_in_utc(frame, zone))
    exists = pl.col("earliest").is_not_null()
    basis = pl.when(pl.col("stated").is_null()).then(pl.lit("assumed")).otherwise(pl.lit("stated"))
    problem = (
        pl.when("open")
        .then(None)
        .when(~pl.col("iso"))
        .then(pl.lit("T211"))
        .when(~exists)
        .then(pl.lit("T209"))
        .when("skipped")
        .then(pl.lit("T208"))
    )
    return frame.select(
        "earliest",
        "latest",
        pl.when(exists).then("precision").alias("precision"),
        pl.when(exists).then(basis).alias("zone_basis"),
        "alternatives",
        problem.alias("problem"),
    )


def _civil_start() -> pl.Expr:
    """Return the local begin of ISO texts, null where there is no such day or time (Polars rolls leap seconds)."""
    text, precision = pl.col("text"), pl.col("precision")
    date = text.str.slice(0, 10) + pl.when(precision == "year").then(pl.lit("-01-01")).when(precision == "month").then(
        pl.lit("-01")
    ).otherwise(pl.lit(""))
    clock = (
        pl.when(precision == "second")
        .then(text.str.slice(11, 8))
        .when(precision == "minute")
        .then(text.str.slice(11, 5) + ":00")
        .otherwise(pl.lit("00:00:00"))
    )
    leap = clock.str.ends_with(":60")
    start = (date + "T" + clock).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    in_range = start.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)
    return pl.when(pl.col("iso") & in_range & ~leap).then(start).alias("start")


def _in_utc(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return earliest, latest, alternatives (of a local time with two readings) and skipped, of local begins."""
    within_day = pl.col("precision").is_in(["minute", "second"])
    end = pl.col("start").dt.offset_by(pl.col("precision").replace_strict(_WIDTHS, return_dtype=pl.String))
    local = frame.select(
        "start",
        "stated",
        within_day.alias("within_day"),
        # The end of a minute that the clocks show twice is counted from its later begin, not converted by itself.
        pl.when(within_day).then("start").otherwise(end).alias("last"),
        pl.when(within_day).then(end - pl.col("start")).otherwise(pl.duration()).alias("rest"),
    )
    instants = local.with_columns(
        _instant("start", zone, "earliest").alias("first"), _instant("last", zone, "latest").alias("final")
    )
    if instants["stated"].null_count() < frame.height:
        instants = _at_stated_offsets(instants)
    lost = (
        pl.col("start").is_not_null()
        & pl.col("stated").is_null()
        & pl.any_horizontal(pl.col("first", "final").is_null())
    )
    instants = instants.with_columns(lost.alias("lost"))
    if instants["lost"].any():
        instants = instants.with_columns(
            pl.when("lost").then(pl.min_horizontal(_around_gap("start", zone))).otherwise("first").alias("first"),
            pl.when("lost").then(pl.max_horizontal(_around_gap("last", zone))).otherwise("final").alias("final"),
        )
    twice = pl.col("within_day") & (pl.col("first") != pl.col("final"))
    some = instants.select(twice.any()).item()
    readings = [pl.when(twice).then(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in ("first", "final")]
    return instants.select(
        pl.col("first").alias("earliest"),
        (pl.col("final") + pl.col("rest")).alias("latest"),
        (pl.when(twice).then(pl.concat_list(readings)) if some else pl.lit(None, SPAN["alternatives"])).alias(
            "alternatives"
        ),
        (pl.col("lost") & pl.col("within_day")).alias("skipped"),
    )


def _instant(local: str, zone: str, ambiguous: Literal["earliest", "latest"]) -> pl.Expr:
    """Return a local time in UTC; null where the clocks skip it."""
    there = pl.col(local).dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")
    return there.dt.convert_time_zone("UTC")


def _around_gap(local: str, zone: str) -> list[pl.Expr]:
    """Return a skipped local time in UTC by the offset of the day before, and by that of the day after."""
    day = pl.duration(days=1)
    before, after = (pl.col(local) + shift for shift in (-day, day))
    there = [time.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null") for time in (before, after)]
    return [there[0].dt.convert_time_zone("UTC") + day, there[1].dt.convert_time_zone("UTC") - day]


def _at_stated_offsets(instants: pl.DataFrame) -> pl.DataFrame:
    """Put `first` and `final` of the rows that state a zone where that zone has them; null for an impossible one."""
    digits = pl.col("stated").str.replace(":", "")
    hours, minutes = (digits.str.slice(at, 2).cast(pl.Int32, strict=False) for at in (1, 3))
    ahead = 60 * hours + minutes
    possible = (ahead <= LARGEST_OFFSET_MIN) & (minutes <= LAST_MINUTE)
    shift = (
        pl.when(digits == "Z")
        .then(0)
        .when(possible)
        .then(pl.when(digits.str.starts_with("-")).then(-ahead).otherwise(ahead))
    )
    return instants.with_columns(
        pl.when(pl.col("stated").is_null())
        .then(name)
        .otherwise(pl.col(local).dt.replace_time_zone("UTC") - pl.duration(minutes=shift))
        .alias(name)
        for name, local in (("first", "start"), ("final", "last"))
    )


def _joined(spans: pl.DataFrame) -> pl.DataFrame:
    """Unite the two halves of intervals, and the two readings of dates whose order is not declared."""
    joint = pl.col("joint")
    spans = spans.with_row_index("row")
    parts = (
        spans.filter(joint.is_null()),
        _first_to_second(spans.filter(joint == "interval")),
        _first_or_second(spans.filter(joint == "either")),
    )
    return pl.concat(parts).sort("row")


def _first_to_second(spans: pl.DataFrame) -> pl.DataFrame:
    """From the begin of the first to the end of the second; the coarser precision and the weaker zone of the two."""
    names = list(_WIDTHS)
    ranks = (pl.col(name).replace_strict(names, range(len(names)), return_dtype=pl.Int8) for name in _BOTH["precision"])
    backwards = pl.col("earliest") >= pl.col("latest_2")
    weaker = pl.min_horizontal("zone_basis", "zone_basis_2")  # "assumed" comes before "stated"
    problem = (
        pl.when(_has("T211"))
        .then(pl.lit("T211"))
        .when(_has("T209") | backwards)
        .then(pl.lit("T209"))
        .when(_has("T208"))
        .then(pl.lit("T208"))
    )
    spans = spans.with_columns(
        problem.alias("problem"),
        pl.min_horizontal(ranks).replace_strict(range(len(names)), names, return_dtype=pl.String).alias("precision"),
        weaker.alias("zone_basis"),
        pl.col("latest_2").alias("latest"),
        pl.lit(None, SPAN["alternatives"]).alias("alternatives"),
    )
    readable = ~pl.col("problem").is_in(["T209", "T211"]).fill_null(value=False)
    return spans.with_columns(pl.when(readable).then(name).alias(name) for name in _READ)


def _first_or_second(spans: pl.DataFrame) -> pl.DataFrame:
    """The outer interval of two readings; of one, where only one is a day of the calendar (13/04/2016)."""
    ambiguous = pl.all_horizontal(pl.col(_BOTH["precision"]).is_not_null()) & (pl.col("first") != pl.col("second"))
    only_second = pl.col("precision").is_null()
    ends = (pl.min_horizontal("first", "second"), pl.max_horizontal("first", "second"))
    readings = pl.concat_list(pl.when(ambiguous).then(reading) for reading in ends)
    return spans.with_columns(
        pl.min_horizontal("earliest", "earliest_2"),
        pl.max_horizontal("latest", "latest_2"),
        pl.coalesce("precision", "precision_2"),
        pl.coalesce("zone_basis", "zone_basis_2"),
        pl.when(ambiguous)
        .then(readings)
        .otherwise(pl.coalesce("alternatives", "alternatives_2"))
        .alias("alternatives"),
        pl.when(ambiguous)
        .then(pl.lit("T207"))
        .otherwise(pl.when(only_second).then("problem_2").otherwise("problem"))
        .alias("problem"),
    )


def _has(code: str) -> pl.Expr:
    """Return whether one of the two halves has this problem."""
    return pl.any_horizontal(pl.col(_BOTH["problem"]) == code).fill_null(value=False)
