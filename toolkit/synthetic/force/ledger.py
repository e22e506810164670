"""
The ledger: every verdict that was planted, so that a reader's verdicts can be compared with it.

One row is a rule, a subject, and the verdict that a correct reading of the registers reaches: a breach, or
`cannot_determine`. `keys` are all references under which a reader may know the subject (a rule about an image may speak
of the image, the entry or both). A rule and subject that are not in the ledger are no breach; where two readings of the
rule differ, `expected` is null and either is right. Rows of no rule (null) are planted noise: duplicates.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from toolkit.synthetic.force.agreements import EXPIRED, FORBIDDEN, OPEN
from toolkit.synthetic.force.faults import FAULT
from toolkit.synthetic.force.units import GUIDANCE, SYSTEM_FROM, SYSTEM_TO

BREACH, OPEN_VERDICT, CONFORMS = "breach", "cannot_determine", "conforms"
_TEXTS = dict.fromkeys(("rule", "subject", "expected", "how", "link"), pl.String())
SCHEMA = pl.Schema({**_TEXTS, "keys": pl.List(pl.String)})
_ENTRY = ("entry_ref", "image")
_PERSON = ("entry_ref", "image", "custody_ref")
_ARRIVAL = ("transfer_ref", "receipt_ref", "image", "spelt")
_HELD = ("enrolment_ref", "image", "spelt", "entry_ref", "deletion_ref", "medium_ref", "receipt_ref")
_MEDIUM = ("medium_ref", "destruction_ref", "collection_ref", "image")


@dataclass(frozen=True)
class Planted:
    """
    What one fault, or one fact, makes of one rule.

    Args:
        rule: Rule, or None.
        when: Of which disclosures it is true.
        expected: Verdict; None: readings differ.
        how: How it was planted.
        keys: Columns of the plan; the first is the subject.
        is_linked: Whether a reader must link registers to see it: in part of the force only spelling helps.
    """

    rule: str | None
    when: pl.Expr
    expected: str | None
    how: str
    keys: tuple[str, ...] = _ENTRY
    is_linked: bool = False


def _fault(*names: str) -> pl.Expr:
    return pl.col("fault").cast(FAULT).is_in(names)


_RECORDED = ~_fault("unrecorded", "damaged")
_DATED = _RECORDED & ~_fault("when_blank", "coarse", "use_blank")
_PLACED = _DATED & ~_fault("unit_blank", "recipient_blank")
_LATER = pl.col("day") > SYSTEM_TO

PLANTED = (
    Planted("R1", _PLACED & (pl.col("class") == EXPIRED), BREACH, "no version held on that day"),
    Planted("R1", _PLACED & (pl.col("class") == OPEN) & (pl.col("day") < SYSTEM_FROM), OPEN_VERDICT, "text not held"),
    *(
        Planted("R1", _fault(fault), OPEN_VERDICT, f"{fault.removesuffix('_blank')} left blank")
        for fault in ("unit_blank", "recipient_blank", "when_blank")
    ),
    Planted("R2", _PLACED & (pl.col("class") == FORBIDDEN), BREACH, "shared under a version that does not permit it"),
    Planted("R2", _PLACED & (pl.col("class") == OPEN), OPEN_VERDICT, "clause in error, or text not held"),
    Planted("R2", _fault("use_blank"), OPEN_VERDICT, "entry does not say what for"),
    Planted("R3", _DATED & ((pl.col("day") < SYSTEM_FROM) | _LATER), BREACH, "outside May 2016 to March 2018"),
    Planted("R4", _DATED & _LATER & ~_fault("recipient_blank"), BREACH, "after March 2018"),
    Planted("R7", _fault("no_disposal_by_then"), BREACH, "not charged or warned by then", _PERSON),
    Planted("R8", _fault("other_category"), BREACH, "category is none of the three", _PERSON),
    Planted("R9", _fault("personal_data"), BREACH, "more than image and reference went with it"),
    Planted("R11", _fault("other_source"), BREACH, "image from another system", _PERSON),
    Planted("R12", _fault("unrecorded"), BREACH, "no entry was made", _ARRIVAL, is_linked=True),
    Planted("R12", _fault("use_blank"), OPEN_VERDICT, "its entry does not say what for", _ARRIVAL, is_linked=True),
    Planted("R12", _fault("damaged"), OPEN_VERDICT, "its entry is in quarantine", _ARRIVAL),
    Planted(
        "R12",
        pl.col("fuzzy") & ~_fault("unrecorded", "use_blank"),
        CONFORMS,
        "only the misspelt image tells",
        _ARRIVAL,
        is_linked=True,
    ),
    Planted("R13", _fault("late"), BREACH, "recorded 5 to 60 days later"),
    Planted("R13", _fault("when_blank"), OPEN_VERDICT, "time left blank"),
    Planted("R14", _fault("author_not_spoc"), BREACH, "entry made by an officer who never was SPOC"),
    Planted("R14", _fault("former_spoc"), BREACH, "entry made by who was SPOC before"),
    Planted("R14", _fault("carrier_not_spoc"), BREACH, "carried by an officer who never was SPOC"),
    Planted("R14", _fault("author_blank"), OPEN_VERDICT, "author left blank"),
    Planted("R15", _fault("wrong_channel"), BREACH, "another channel, or an unencrypted stick"),
    Planted("R15", _fault("bare_hard_drive", "channel_blank"), OPEN_VERDICT, "channel or its encryption not stated"),
    Planted("R16", _fault("lapsed_vetting"), BREACH, "vetting lapsed in 2013", ("receipt_ref",)),
    Planted("R16", _fault("not_signatory"), BREACH, "received by one who signed nothing", ("receipt_ref",)),
    Planted(
        "R17",
        _fault("lapsed_vetting", "not_signatory") & pl.col("enrolled"),
        BREACH,
        "put on the watchlist by another than the operator",
        ("enrolment_ref", "image"),
    ),
    Planted("R20", _fault("never_disposed"), BREACH, "no disposal on record", _HELD, is_linked=True),
    Planted("R20", _fault("held_too_long"), BREACH, "held after every agreement had ended", _HELD, is_linked=True),
    Planted("R20", _LATER, None, "readings differ: shared after the systems had ceased", _HELD),
    Planted("R20", pl.col("class") == EXPIRED, None, "readings differ: shared under no version", _HELD),
    Planted("R21", _fault("not_collected"), BREACH, "destroyed, not collected", _MEDIUM),
    Planted("R21", _fault("wrong_order"), BREACH, "destroyed before it was collected", _MEDIUM),
    Planted("R21", _fault("collected_by_other"), BREACH, "collected by an officer who never was SPOC", _MEDIUM),
    Planted("R21", _fault("never_disposed") & pl.col("on_medium"), None, "readings differ: neither", _MEDIUM),
    Planted("R22", _fault("unwitnessed"), BREACH, "the record says nobody watched", ("deletion_ref", "image")),
    Planted("R22", _fault("witness_not_spoc"), BREACH, "watched by another officer", ("deletion_ref", "image")),
    Planted("R22", _fault("witness_blank"), OPEN_VERDICT, "witness left blank", ("deletion_ref", "image")),
    Planted("R22", _fault("never_disposed"), None, "readings differ: no deletion on record", _HELD),
    Planted("R24", _fault("outside_purpose"), BREACH, "purpose outside the list"),
    Planted("R24", _fault("reasons_blank"), OPEN_VERDICT, "purpose left blank"),
    Planted("R31", _DATED & (pl.col("day") > GUIDANCE), BREACH, "after the guidance"),
    Planted("R33", _fault("impossible_unit"), BREACH, "names a unit that began later, and replaced none"),
    Planted("R33", _fault("stale_unit"), None, "readings differ: names a borough that a BCU had replaced"),
    Planted(None, _fault("entered_twice"), None, "entered twice: two entries of one occasion"),
    Planted(None, _fault("row_twice"), None, "in two exports"),
)


def planted(plan: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the ledger about disclosures of a plan with references."""
    return pl.concat(_rows(plan), rechunk=True)


def came_back(entries: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the ledger about images received after the systems had ceased (rule 5)."""
    rows = entries.filter(pl.col("fault") == "came_back")
    return rows.select(
        pl.lit("R5").alias("rule"),
        pl.col("entry_ref").alias("subject"),
        pl.lit(BREACH).alias("expected"),
        pl.lit("received after March 2018").alias("how"),
        pl.lit("exact").alias("link"),
        pl.concat_list("entry_ref", "image_refs").alias("keys"),
    )


def _rows(plan: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield SCHEMA.to_frame()
    plan = plan.with_columns(
        *(
            pl.when(column).then(name).alias(name)
            for name, column in {
                "receipt_ref": pl.col("received"),
                "enrolment_ref": pl.col("enrolled"),
                "transfer_ref": pl.col("transferred"),
                "entry_ref": _RECORDED,
            }.items()
        )
    )
    for one in PLANTED:
        rows = plan.filter(one.when)
        subject = pl.coalesce(one.keys)
        fuzzy = pl.col("fuzzy") if one.is_linked else pl.lit(value=False)
        yield rows.select(
            pl.lit(one.rule, pl.String).alias("rule"),
            subject.alias("subject"),
            pl.lit(one.expected, pl.String).alias("expected"),
            pl.lit(one.how).alias("how"),
            pl.when(fuzzy).then(pl.lit("fuzzy")).otherwise(pl.lit("exact")).alias("link"),
            pl.concat_list(one.keys).list.drop_nulls().list.unique(maintain_order=True).alias("keys"),
        ).filter(pl.col("subject").is_not_null())
