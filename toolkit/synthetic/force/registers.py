"""
What each register says of the disclosures of a plan: tables in our columns, not yet spelled in any layout.

A time is a day (and a minute, null where only the day is written): `occurred.day`, `occurred.minute`. Everything else
is text, null where blank.
"""

from collections.abc import Sequence

import polars as pl

from toolkit.synthetic.force.plan import CHANNELS, SECOND
from toolkit.synthetic.force.posts import roster
from toolkit.synthetic.force.references import record_refs
from toolkit.synthetic.force.units import RECIPIENTS, UNITS

Registers = dict[str, pl.DataFrame]
"""Table -> its rows."""

FR = "facial_recognition"
CATEGORIES = ("wanted", "known_offender", "missing")
_CHARGES = ("charged", "cautioned", "reprimanded", "formal_warning")
SYSTEMS = ("custody_imaging", "cris", "pnc")
_REASONS = ("prevent_crime", "protect_vulnerable", "prevent_crime;support_safety_strategy", "support_safety_strategy")
_NARRATIVES = (
    "Images with reference numbers supplied for the camera system of the estate.",
    "Handed over in person, receipt taken. For the recognition cameras, as agreed.",
    "Sent as agreed; the operator confirmed that the file could be opened.",
    'Supplied on request of the control room ("for the cameras"), no names given.',
)
_UNQUOTABLE = "Two images,\thanded over; as agreed | no receipt"
"""Has the delimiter of every layout in it."""
_OCCASION, TWICE = 50_000_000, 80_000_000


def registers(plan: pl.DataFrame) -> Registers:
    """Return the registers of a plan with references."""
    return {
        "entries": _entries(plan),
        "custody_records": _custody(plan),
        "transfers": _transfers(plan),
        "receipts": _receipts(plan),
        "enrolments": _enrolments(plan),
        "disposals": _disposals(plan),
    }


def pick(names: Sequence[str], index: str) -> pl.Expr:
    """Return the name that each number stands for; of one below 0 none."""
    known = pl.Series(list(names), dtype=pl.String)
    wanted = pl.when(pl.col(index) >= 0).then(pl.col(index))
    return wanted.map_batches(lambda numbers: known.gather(numbers.cast(pl.UInt32)), return_dtype=pl.String)


def _post(index: str) -> pl.Expr:
    return pick(roster().refs, index)


def _faulty(*names: str) -> pl.Expr:
    return pl.col("fault").is_in(names)


def _unless(fault: str, value: pl.Expr) -> pl.Expr:
    """Return the value, null where it is what is missing."""
    return pl.when(pl.col("fault") != fault).then(value)


def _yes_no(column: str) -> pl.Expr:
    return pl.when(pl.col(column) == 1).then(pl.lit("yes")).when(pl.col(column) == 0).then(pl.lit("no"))


def _entries(plan: pl.DataFrame) -> pl.DataFrame:
    recorded = pl.col("minute") + pl.col("recording_minute")
    to_minute = pl.col("dated_to_minute") & ~_faulty("coarse")
    twice = pl.col("fault") == "entered_twice"
    occasions = record_refs("OCC-", plan["i"].to_numpy() + _OCCASION, 0)
    entries = plan.with_columns(occasions.alias("occasion")).filter(~_faulty("unrecorded"))
    entries = entries.select(
        "i",
        "fault",
        "entry_ref",
        _unless("when_blank", pl.col("day")).alias("occurred.day"),
        pl.when(to_minute).then("minute").alias("occurred.minute"),
        pl.when(_faulty("coarse")).then(len("2016-05")).alias("occurred.width"),
        (pl.col("day") + pl.col("lag")).alias("recorded.day"),
        pl.when(to_minute & (pl.col("lag") == 0)).then(recorded).alias("recorded.minute"),
        _unless("unit_blank", pick(UNITS, "unit")).alias("unit_ref"),
        _unless("author_blank", _post("author")).alias("post_ref"),
        pl.when(twice).then("occasion").alias("occasion_ref"),
        pl.lit("out").alias("direction"),
        _unless("use_blank", pl.lit(FR)).alias("use"),
        _unless("recipient_blank", pick(RECIPIENTS, "bcu")).alias("recipient_ref"),
        _unless("images_blank", pl.col("image_refs")).alias("image_refs"),
        pl.when(_faulty("outside_purpose"))
        .then(pl.lit("other"))
        .otherwise(_unless("reasons_blank", pick(_REASONS, "narrative")))
        .alias("reasons"),
        pl.lit("AUTH-CL").alias("authority_ref"),
        _unless("channel_blank", pick(CHANNELS, "channel")).alias("channel"),
        _unless("channel_blank", _yes_no("encrypted")).alias("encrypted"),
        _unless("author_blank", _post("carrier")).alias("carrier_post_ref"),
        pl.when(_faulty("names")).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("names_included"),
        pl.when(_faulty("personal_data")).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("other_personal_data"),
        pl.when(_faulty("damaged"))
        .then(pl.lit(_UNQUOTABLE))
        .otherwise(pick(_NARRATIVES, "narrative"))
        .alias("narrative"),
    )
    again = entries.filter(_faulty("entered_twice"))
    again = again.with_columns(record_refs("CRIM-", again["i"].to_numpy() + TWICE, 0).alias("entry_ref"))
    return pl.concat([entries, again, entries.filter(_faulty("row_twice"))])


def _custody(plan: pl.DataFrame) -> pl.DataFrame:
    """One record of each image; what is wrong is wrong with the image that is the disclosure's own."""
    none_by_then = _faulty("no_disposal_by_then")
    way = pl.col("custody_lag") % 3
    disposed = pl.col("day") - pl.col("custody_lag")
    later = none_by_then & (way == 0)
    category = pl.when(_faulty("other_category")).then(pl.lit("other")).otherwise(pick(CATEGORIES, "category"))
    own = plan.select(
        "custody_ref",
        ("SUB-" + pl.col("custody_ref").str.slice(5)).alias("subject_ref"),
        pl.col("image").alias("image_ref"),
        pl.when(_faulty("other_source")).then(pl.lit("other")).otherwise(pick(SYSTEMS, "system")).alias("system"),
        category.alias("category"),
        pl.when(none_by_then & (way == 1))
        .then(pl.lit("no_further_action"))
        .when(none_by_then & (way > 1))
        .then(pl.lit("none"))
        .otherwise(pick(_CHARGES, "charge"))
        .alias("disposal"),
        pl.when(later)
        .then(pl.col("day") + pl.col("custody_lag") % 90 + 10)
        .when(~(none_by_then & (way > 1)))
        .then(disposed)
        .alias("disposed.day"),
        pl.lit("adult").alias("age_status"),
        pl.col("system").alias("export"),
    )
    has_second = plan["second"] == plan["i"] + SECOND
    others = plan.filter(has_second)
    numbers = others["second"].to_numpy()
    second = others.select(
        record_refs("CUST-", numbers, 8).alias("custody_ref"),
        pl.lit("").alias("subject_ref"),
        pl.col("second_image").alias("image_ref"),
        pick(SYSTEMS, "system").alias("system"),
        pick(CATEGORIES, "category").alias("category"),
        pick(_CHARGES, "charge").alias("disposal"),
        disposed.alias("disposed.day"),
        pl.lit("adult").alias("age_status"),
        pl.col("system").alias("export"),
    )
    second = second.with_columns(("SUB-" + pl.col("custody_ref").str.slice(5)).alias("subject_ref"))
    return pl.concat([own, second])


def _transfers(plan: pl.DataFrame) -> pl.DataFrame:
    """The media register and the e-mail gateway: minutes where they name an entry, else days."""
    names = pl.col("named") & ~_faulty("unrecorded")
    return plan.filter("transferred").select(
        "transfer_ref",
        pl.col("day").alias("occurred.day"),
        pl.when(names & pl.col("dated_to_minute")).then("minute").alias("occurred.minute"),
        pl.col("day").alias("recorded.day"),
        pick(UNITS, "unit").alias("unit_ref"),
        _post("sender").alias("post_ref"),
        pick(RECIPIENTS, "bcu").alias("recipient_ref"),
        pl.lit(FR).alias("use"),
        pick(CHANNELS, "channel").alias("channel"),
        _yes_no("encrypted").alias("encrypted"),
        "medium_ref",
        "image_refs",
        pl.when(names).then("entry_ref").alias("entry_ref"),
        pl.col("is_email").cast(pl.Int8).alias("export"),
    )


def _receipts(plan: pl.DataFrame) -> pl.DataFrame:
    """The recipient's book of receipts: where it names no transfer, only misspelt images tell what was received."""
    return plan.filter("received").select(
        "receipt_ref",
        pl.col("day").alias("occurred.day"),
        pl.when("received_to_minute").then(pl.col("minute") + pl.col("receipt_minute")).alias("occurred.minute"),
        pick(RECIPIENTS, "bcu").alias("recipient_ref"),
        _post("receiver").alias("post_ref"),
        pl.col("spelt_refs").alias("image_refs"),
        pl.when("transferred").then("transfer_ref").alias("transfer_ref"),
    )


def _enrolments(plan: pl.DataFrame) -> pl.DataFrame:
    """The recipient's watchlist: each image, spelled as in its book of receipts."""
    enrolled = plan.filter("enrolled")
    seconds = enrolled.filter(pl.col("second") >= 0)
    numbers = seconds["i"].to_numpy() + SECOND
    rows = [
        enrolled.with_columns(pl.col("spelt").alias("image_ref")),
        seconds.with_columns(
            pl.col("second_spelt").alias("image_ref"), record_refs("EN-", numbers, 4).alias("enrolment_ref")
        ),
    ]
    return pl.concat(rows).select(
        "enrolment_ref",
        "image_ref",
        ("SYS-" + pick(RECIPIENTS, "bcu")).alias("system_ref"),
        pl.col("day").alias("enrolled.day"),
        _unless("never_disposed", pl.col("removed")).alias("removed.day"),
        _post("receiver").alias("post_ref"),
    )


def _disposals(plan: pl.DataFrame) -> pl.DataFrame:
    """Of each disclosure the deletion of its files; of a medium the collection and destruction too."""
    kept = plan.filter(~_faulty("never_disposed"))
    on_medium = kept.filter("on_medium")
    unseen = pl.when(_faulty("unwitnessed")).then(pl.lit("none")).otherwise(_unless("witness_blank", _post("witness")))
    no_medium, nobody = pl.lit(None, pl.String), pl.lit(None, pl.String)
    return pl.concat(
        [
            _disposal(kept, "deletion", "removed", "deleter", (no_medium, unseen)),
            _disposal(
                on_medium.filter(~_faulty("not_collected")),
                "collection",
                "collected",
                "collector",
                (pl.col("medium_ref"), nobody),
            ),
            _disposal(on_medium, "destruction", "removed", "destroyer", (pl.col("medium_ref"), nobody)),
        ]
    )


def _disposal(plan: pl.DataFrame, act: str, when: str, who: str, of: tuple[pl.Expr, pl.Expr]) -> pl.DataFrame:
    medium, witness = of
    return plan.select(
        pl.col(f"{act}_ref").alias("disposal_ref"),
        pl.lit(act).alias("act"),
        pl.col(when).alias("occurred.day"),
        "image_refs",
        medium.alias("medium_ref"),
        _post(who).alias("post_ref"),
        witness.alias("witness_post_ref"),
    )
