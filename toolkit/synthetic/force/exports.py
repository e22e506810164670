"""
Five export layouts: how one and the same register is spelled by five systems.

Layout A is ours. B to E name their columns, order their dates and say yes in their own way; `profile` says how in TOML.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import polars as pl

from toolkit.columns import Column
from toolkit.synthetic.force.units import DAYS, FIRST_DAY
from toolkit.tables import table

_COLUMNS = """
entry_ref           | Report No              | CRIMINT_REF    | ENTRY ID        | Entry
occurred            | Date of Event          | EVENT_DT       | OCCURRED        | Event Date
recorded            | Date Created           | CREATED_DT     | ENTERED         | Entry Date
unit_ref            | Owning Unit            | OCU_CODE       | UNIT            | Division
post_ref            | Reporting Officer      | OFFICER_REF    | OFFICER         | Officer
occasion_ref        | Linked Occasion        | OCCASION_REF   | OCCASION        | Linked To
direction           | In/Out                 | DIRECTION      | DIR             | Flow
use                 | Purpose of Image       | IMAGE_USE      | USE             | Used For
recipient_ref       | Third Party            | PARTNER_REF    | RECIPIENT       | Partner
image_refs          | Image Numbers          | IMAGE_REFS     | IMAGES          | Image No(s)
reasons             | Justification          | REASON_CODES   | REASONS         | Reason
authority_ref       | Power                  | POWER_REF      | AUTHORITY       | Legal Basis
authorised_by       | Authorised By          | AUTH_OFFICER   | AUTHORISED      | Signed Off By
agreement_ref       | Agreement              | ISA_REF        | AGREEMENT       | ISA
channel             | Method of Transfer     | MEDIUM_TYPE    | CHANNEL         | Sent By
encrypted           | Encrypted?             | ENCRYPTED_FLG  | ENCRYPTED       | Encryption
carrier_post_ref    | Carried By             | CARRIER_REF    | CARRIER         | Courier
names_included      | Names Included?        | NAMES_FLG      | NAMES           | Named
other_personal_data | Other Personal Data?   | OTHER_PD_FLG   | PERSONAL DATA   | Other Data
narrative           | Details                | FREE_TEXT      | NARRATIVE       | Notes
custody_ref         | Custody Number         | CUSTODY_NO     | RECORD          | Cust No
subject_ref         | Nominal                | NOMINAL_REF    | SUBJECT         | Person
image_ref           | Image Number           | IMAGE_REF      | IMAGE           | Image No
system              | Source System          | SYSTEM_CD      | SYSTEM          | From System
category            | Category               | CATEGORY_CD    | CATEGORY        | Class
disposal            | Disposal               | DISPOSAL_CD    | DISPOSAL        | Outcome
disposed            | Disposal Date          | DISPOSAL_DT    | DISPOSED        | Outcome Date
age_status          | Age                    | AGE_CD         | AGE             | Adult
transfer_ref        | Movement No            | TRANSFER_REF   | TRANSFER        | Transfer No
medium_ref          | Item No                | MEDIA_REF      | MEDIUM          | Device
receipt_ref         | Receipt No             | RECEIPT_REF    | RECEIPT         | Slip
enrolment_ref       | Watchlist No           | ENROL_REF      | ENROLMENT       | List Entry
system_ref          | Camera System          | FR_SYSTEM_REF  | FR SYSTEM       | System
enrolled            | Date Added             | ADDED_DT       | ADDED           | Added On
removed             | Date Removed           | REMOVED_DT     | REMOVED         | Removed On
disposal_ref        | Disposal No            | DISP_REF       | DISPOSAL ID     | Disposal No
act                 | What Was Done          | ACT_CD         | ACT             | Act
witness_post_ref    | Witnessed By           | WITNESS_REF    | WITNESS         | Witness
method              | How                    | METHOD_TXT     | METHOD          | Manner
"""
"""Our column, and its name in layouts B, C, D and E."""

_WORDS = {
    "use": {
        "Facial Recognition": "facial_recognition",
        "ID Appeal": "identification_appeal",
        "Wanted Poster": "poster",
    },
    "channel": {"Encrypted stick": "encrypted_usb", "CJSM mail": "secure_email", "Portable drive": "hard_drive"},
    "direction": {"Sent": "out", "Received": "in"},
    "category": {"Offender": "known_offender", "Misper": "missing"},
    "disposal": {"Charge": "charged", "Caution": "cautioned", "NFA": "no_further_action"},
    "act": {"Collected": "collection", "Shredded": "destruction", "Wiped": "deletion"},
}
"""Column -> their word -> ours; words that are not here are spelled as ours."""

_EARLIEST = -1500
"""The first day that can be written: 2007."""


@dataclass(frozen=True)
class Layout:
    """
    How a system writes its exports.

    Args:
        name: A to E.
        order: None (2016-05-03), dmy or mdy (03/05/2016).
        between: What stands between date and time.
        zone: Zone of its clock.
        delimiter: Between two cells.
        yes: How it says yes, and no.
        words: Column -> their word -> ours.
    """

    name: str
    order: str | None = None
    between: str = "T"
    zone: str = "Europe/London"
    delimiter: str = ","
    yes: tuple[str, str] = ("yes", "no")
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    def columns(self) -> dict[str, str]:
        """Return our column -> theirs."""
        return _names()[self.name]


LAYOUTS = {
    "A": Layout("A"),
    "B": Layout("B", between=" ", delimiter=";", yes=("Yes", "No"), words=_WORDS),
    "C": Layout("C", order="dmy", between=" ", delimiter="\t", yes=("Y", "N")),
    "D": Layout("D", zone="UTC", delimiter="|", yes=("TRUE", "FALSE")),
    "E": Layout("E", order="mdy", between=" ", yes=("1", "0"), words={"use": {"FR": "facial_recognition"}}),
}


@cache
def _names() -> dict[str, dict[str, str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _COLUMNS.splitlines() if line.strip()]
    theirs = {layout: {row[0]: row[number] for row in rows} for number, layout in enumerate("BCDE", 1)}
    return {"A": {row[0]: row[0] for row in rows}, **theirs}


def brings(name: str) -> list[Column]:
    """Return the columns of a table that the exports of these systems have; a register may know of others."""
    return [column for column in table(name).columns if column.name in _names()["A"]]


def spelled(name: str, rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """
    Return rows of a register as a layout spells them: all text, null where blank.

    Args:
        name: Table.
        rows: Its rows, times as days and minutes.
        layout: Layout.
    """
    return rows.select(
        _spell(column, rows.columns, layout).alias(layout.columns()[column.name]) for column in brings(name)
    )


def _spell(column: Column, there: list[str], layout: Layout) -> pl.Expr:
    if column.holds == "when":
        return _date(column.name, there, layout) if f"{column.name}.day" in there else pl.lit(None, pl.String)
    if column.name not in there:
        return pl.lit(None, pl.String)
    cell = pl.col(column.name)
    if column.holds == "yes_no" and layout.yes != ("yes", "no"):
        return cell.replace({"yes": layout.yes[0], "no": layout.yes[1]})
    words = layout.words.get(column.name)
    return cell.replace({ours: theirs for theirs, ours in words.items()}) if words else cell


def _date(name: str, there: list[str], layout: Layout) -> pl.Expr:
    """Return a time as the layout writes it; a month as 2016-05 in every layout."""
    day, minute = pl.col(f"{name}.day"), pl.col(f"{name}.minute")
    text = _look_up(_days(layout.order or "ymd"), day - _EARLIEST)
    if f"{name}.minute" in there:
        if layout.zone == "UTC":
            minute = minute - 60 * _look_up(_summers(), day - _EARLIEST)
        clock = layout.between + _look_up(_minutes(), minute)
        text = pl.when(minute.is_null()).then(text).otherwise(text + clock)
    if f"{name}.width" in there:
        coarse = _look_up(_days("ymd"), day - _EARLIEST).str.slice(0, pl.col(f"{name}.width"))
        text = pl.when(pl.col(f"{name}.width").is_not_null()).then(coarse).otherwise(text)
    return text


def _look_up(values: pl.Series, number: pl.Expr) -> pl.Expr:
    return number.map_batches(lambda numbers: values.gather(numbers.cast(pl.UInt32)), return_dtype=values.dtype)


@cache
def _dates() -> pl.Series:
    first, last = (FIRST_DAY + timedelta(days=number) for number in (_EARLIEST, DAYS))
    return pl.date_range(first, last, eager=True)


@cache
def _days(order: str) -> pl.Series:
    return _dates().dt.strftime({"ymd": "%Y-%m-%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}[order])


@cache
def _summers() -> pl.Series:
    """Return for each day whether London's clocks are an hour ahead at noon."""
    noon = _dates().cast(pl.Datetime).dt.offset_by("12h").dt.replace_time_zone("Europe/London")
    return noon.dt.dst_offset().dt.total_hours()


@cache
def _minutes() -> pl.Series:
    return pl.Series([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)])


def profile(name: str, layout: Layout) -> str:
    """
    Return the profile, as TOML, of a layout's export that feeds a table.

    >>> print(profile("receipts", LAYOUTS["C"]).splitlines()[1])
    table = "receipts"
    """
    theirs, columns = layout.columns(), brings(name)
    lines = [f"# Layout {layout.name} of the made-up force", f'table = "{name}"', "", "[columns]"]
    lines += [f'{column.name} = "{theirs[column.name]}"' for column in columns]
    lines += ["", "[dates]", *([f'order = "{layout.order}"'] if layout.order else []), f'zone = "{layout.zone}"']
    delimiter = layout.delimiter.replace("\t", "\\t")
    lines += ["", "[dialect]", f'delimiter = "{delimiter}"', 'encoding = "utf-8"']
    if any(column.holds == "yes_no" for column in columns) and layout.yes != ("yes", "no"):
        lines += ["", "[words.yes_no]", f'"{layout.yes[0]}" = "yes"', f'"{layout.yes[1]}" = "no"']
    for column in columns:
        if words := layout.words.get(column.name):
            lines += ["", f"[words.{column.name}]", *(f'"{word}" = "{ours}"' for word, ours in words.items())]
    return "\n".join(lines) + "\n"
