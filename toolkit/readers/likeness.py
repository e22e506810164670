"""How alike a column of an unknown export is to one of ours: by its name, and by what stands in it."""

import re
from functools import cache

import polars as pl
from rapidfuzz import fuzz

from toolkit.dates import intervals
from toolkit.readers.spellings import respelled
from toolkit.tables import Column

NAMES = {
    "entry_ref": "report no, entry id, crimint ref, intel ref, log no, report number",
    "occurred": "date of event, event date, incident date, date time, happened on, received, sent on, date, time",
    "recorded": "date created, created on, entered on, entry date, logged on, typed in, input date",
    "unit_ref": "owning unit, bcu, ocu code, division, borough, station, unit",
    "post_ref": "officer, reporting officer, author, staff, user, submitted by",
    "occasion_ref": "linked occasion, linked to, operation",
    "direction": "in out, sent received, flow, way",
    "use": "purpose, purpose of image, used for, reason for use, why",
    "recipient_ref": "third party, partner, recipient, sent to, company, organisation",
    "image_refs": "image numbers, image nos, photo refs, pictures, images, media numbers",
    "image_ref": "image number, image no, photo ref, picture",
    "reasons": "justification, reason, grounds",
    "authority_ref": "power, legal basis, legislation",
    "authorised_by": "authorised by, approved by, signed off by, authorising officer",
    "agreement_ref": "agreement, isa, information sharing agreement, protocol",
    "channel": "method of transfer, medium, sent by, how sent, transfer method, delivery",
    "encrypted": "encrypted, locked, protected",
    "carrier_post_ref": "carried by, courier, delivered by",
    "names_included": "names included, named",
    "other_personal_data": "other personal data, other data",
    "narrative": "details, free text, narrative, notes, story, text, summary, remarks",
    "custody_ref": "custody number, custody record, record",
    "subject_ref": "nominal, person, subject, pnc id, nominal ref",
    "system": "source system, from system",
    "disposal": "disposal, outcome, result",
    "disposed": "disposal date, outcome date",
    "age_status": "age, adult or juvenile",
    "transfer_ref": "movement no, transfer number, message id, trace id",
    "medium_ref": "item no, device, media number, stick",
    "receipt_ref": "receipt no, slip",
    "enrolment_ref": "watchlist no, list entry, enrolment",
    "enrolled": "date added, added on",
    "removed": "date removed, removed on, deleted on",
    "act": "what was done, action taken",
    "witness_post_ref": "witnessed by, witness",
    "method": "how, manner, method of destruction",
}
"""Our column -> how other systems call it. A name that is not here is compared with ours alone."""

SURE = 90.0
"""Likeness of two names, of 100, above which nobody is asked: a case, a plural, a mark differ."""
LEAST = 60.0
"""Below it two names have nothing in common."""
_FITS, _FOREIGN = 15.0, -40.0
"""What the contents add to the likeness of the names, where they are of the column's kind, and where they are not."""
_MOST = 0.8
_YES_NO = {"y", "n", "yes", "no", "true", "false", "1", "0", "j", "t", "f"}


def words_of(name: str) -> str:
    """
    Return the words of a column's name, in lower case.

    >>> words_of("MessageTraceId"), words_of("EVENT_DT"), words_of("Image No(s)")
    ('message trace', 'event date', 'image numbers')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower().replace("(s)", "s")
    words = re.sub(r"[^a-z0-9]+", " ", parted).split()
    telling = [_ABBREVIATED.get(word, word) for word in words if word not in _SAYS_NOTHING]
    return " ".join(telling or words)


_SAYS_NOTHING = {"ref", "refs", "reference", "id", "code", "cd", "flag", "flg", "text", "txt", "type"}
"""What systems put behind any name: alike in all of them, it makes different names look alike."""

_ABBREVIATED = {
    "dt": "date", "no": "number", "num": "number", "nos": "numbers", "auth": "authorised", "img": "image",
    "enc": "encrypted", "pd": "personal data",
}  # fmt: skip


def name_likeness(column: Column, theirs: str) -> float:
    """Return how alike a name is to one of ours, of 100."""
    return max(fuzz.token_sort_ratio(words_of(theirs), known) for known in _known_names(column.name))


@cache
def _known_names(ours: str) -> list[str]:
    return [words_of(each) for each in (ours, *NAMES.get(ours, "").split(", ")) if each]


def likeness(column: Column, theirs: str, values: pl.Series) -> float:
    """Return how alike a column is to one of ours, by its name and what stands in it."""
    names = name_likeness(column, theirs)
    if names < LEAST:
        return 0.0
    filled = values.drop_nulls().str.strip_chars()
    filled = filled.filter(filled != "")
    if filled.is_empty() or column.holds == "text":
        return names
    match column.holds:
        case "when":
            fits = _FITS if date_share(filled) >= _MOST else _FOREIGN
        case "yes_no":
            fits = _FITS if filled.str.to_lowercase().is_in(list(_YES_NO)).all() else _FOREIGN
        case "word" | "words":
            fits = _FITS if filled.n_unique() <= 2 * len(column.words) else _FOREIGN
        case _:
            fits = _FOREIGN if date_share(filled) >= _MOST else 0.0
    return names + fits


def date_share(values: pl.Series) -> float:
    """Return the share of values that are dates, in whatever order or spelling."""
    some = values.unique(maintain_order=True).head(200).cast(pl.String)
    if some.is_empty():
        return 0.0
    return 1 - int(intervals(respelled(some))["problem"].is_in(["T209", "T211"]).sum()) / some.len()
