"""
Properties of facts that two registers speak of, on the sample's registers.

The same fact written into one register more: no count rises, and no state weakens. A record of another register that
contradicts an entry: nothing conforms that would not, were either of the two alone true.
"""

import csv
import io

import pytest
from ledgers import PERIOD, cells, write_tables
from test_evidence_added import ABOUT_THE_SHARING, moved
from test_evidence_lost import written

from toolkit.audit.asking import answer, answers_table, judge
from toolkit.audit.views import open_views
from toolkit.synthetic.registers import registers

ENTRIES, TRANSFERS, RECEIPTS = "share_log/crimint.csv", "transfers/media_register.csv", "recipient/receipts.csv"
ENROLMENTS = "recipient/enrolments.csv"
COUNTS = {"Q01", "Q02", "Q10", "Q13", "Q49", "Q50"}
WITHIN = {"CRIM-1701", "CRIM-1702", "CRIM-1703", "CRIM-1801"}
"""Entries of disclosures that are dated to the day, in unrelated occasions."""


def rows_of(name):
    """Return the rows of a register of the sample that can be read."""
    rows = csv.DictReader(registers()[name].splitlines())
    return [row for row in rows if None not in row and None not in row.values()]


def with_rows(name, rows):
    """Return a register of the sample with those rows in it, and no others."""
    text = io.StringIO()
    header = next(csv.reader(registers()[name].splitlines()))
    out = csv.DictWriter(text, header, restval="", extrasaction="ignore", lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue()


def shares():
    """Return the entries of disclosures that are dated to the day."""
    return [row for row in rows_of(ENTRIES) if row["entry_ref"] in WITHIN]


def as_transfer(entry, **otherwise):
    """Return the transfer that says what an entry says."""
    same = ("unit_ref", "post_ref", "recipient_ref", "use", "channel", "encrypted", "image_refs", "entry_ref")
    return {name: entry[name] for name in same} | {
        "transfer_ref": f"AGAIN-{entry['entry_ref']}", "occurred": entry["occurred"][:10], "recorded": entry["recorded"]
    } | otherwise  # fmt: skip


def as_receipt(entry):
    """Return the receipt that says what an entry says."""
    same = {name: entry[name] for name in ("recipient_ref", "image_refs")}
    received = {"occurred": entry["occurred"][:10], "post_ref": "POST-OP-1"}
    return same | received | {"receipt_ref": f"AGAIN-{entry['entry_ref']}"}


def as_enrolment(entry):
    """Return the row of the list that says what an entry says of its first image."""
    return {
        "enrolment_ref": f"AGAIN-{entry['entry_ref']}", "image_ref": entry["image_refs"].split(";")[0],
        "system_ref": "SYS-FR-1", "enrolled": entry["occurred"][:10], "removed": "2018-03-29", "post_ref": "POST-OP-1",
    }  # fmt: skip


def answered(folder, changed=None):
    """Return (question, subject) -> state, and -> value of what is counted."""
    written(folder, changed=changed)
    with open_views(folder, PERIOD) as tables:
        found = answers_table(tables, ABOUT_THE_SHARING)
    states = {(row["question"], row["subject"]): row["state"] for row in found.iter_rows(named=True)}
    counts = {
        (row["question"], row["subject"]): int(row["value"])
        for row in found.iter_rows(named=True)
        if row["question"] in COUNTS and (row["value"] or "").isdigit()
    }
    return states, counts


def verdicts(folder, changed=None):
    """Return (rule, subject) -> verdict."""
    written(folder, changed=changed)
    with open_views(folder, PERIOD | {"r13_days": 2, "r20_days": 30}) as tables:
        return {(found.rule, found.subject): found.verdict for found in judge(tables)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The answers from the sample as it is."""
    return answered(tmp_path_factory.mktemp("others") / "whole")


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The verdicts on the sample as it is."""
    return verdicts(tmp_path_factory.mktemp("others") / "judged")


@pytest.mark.parametrize(
    ("register", "again"), [(TRANSFERS, as_transfer), (RECEIPTS, as_receipt), (ENROLMENTS, as_enrolment)]
)
def test_the_same_fact_in_another_register_raises_no_count_and_weakens_no_state(register, again, whole, tmp_path):
    """Each disclosure that is dated to the day, written into that register once more."""
    changed = {register: with_rows(register, [*rows_of(register), *map(again, shares())])}
    states, counts = answered(tmp_path / "case", changed)

    assert moved(whole[0], states) == {}
    assert {key: n for key, n in counts.items() if key in whole[1] and n > whole[1][key]} == {
        key: n for key, n in counts.items() if key == ("Q13", register.split("/")[0])
    }


CONTRADICTIONS = {
    "before the period": {"occurred": "2016-04-20"},
    "after the agreement and the system": {"occurred": "2018-04-20"},
    "a week earlier": {"occurred": "2017-01-11"},
    "by a stick without encryption": {"channel": "usb", "encrypted": "no"},
    "by e-mail without a word on encryption": {"channel": "email", "encrypted": ""},
    "by another unit": {"unit_ref": "ISLINGTON"},
    "to another company": {"recipient_ref": "CO-PRESS"},
}
"""What a transfer that names the entry says otherwise."""


@pytest.mark.parametrize("otherwise", CONTRADICTIONS)
def test_nothing_conforms_that_would_not_under_every_version(otherwise, judged, tmp_path):
    """A transfer contradicts each entry; beside it, the case in which the entry itself says what the transfer does."""
    said = CONTRADICTIONS[otherwise]
    transfers = [*(as_transfer(entry, **said) for entry in shares()), *rows_of(TRANSFERS)]
    entries = [row | said if row["entry_ref"] in WITHIN else row for row in rows_of(ENTRIES)]
    both = verdicts(tmp_path / "both", {TRANSFERS: with_rows(TRANSFERS, transfers)})
    other = verdicts(tmp_path / "other", {ENTRIES: with_rows(ENTRIES, entries)})

    conforming = {key for key, verdict in both.items() if verdict == "conforms"}
    assert {key for key in conforming if judged.get(key, "conforms") != "conforms"} == set()
    assert {key for key in conforming if other.get(key, "conforms") != "conforms"} == set()


AROUND = """
    units:
    unit_ref | unit_kind
    CAMDEN   | borough
    KCES     | company

    systems:
    system_ref | owner_ref
    S          | KCES

    sources:
    source          | table   | kind      | complete | covers
    raw/entries.csv | entries | share_log | yes      | 2016/2019

    entries:
    entry_ref | occurred   | unit_ref | direction | use                | recipient_ref | image_refs
    E-1       | 2017-06-01 | CAMDEN   | out       | facial_recognition | KCES          | KX-1
    E-2       | 2017-08-01 | CAMDEN   | in        | facial_recognition | KCES          | B-1

    recorded_matches:
    match_ref | image_ref | occurred   | system_ref | camera_id
    M-1       | KX-1      | 2017-07-01 | S          | KB-1
"""
"""A share, a match of it, and what came back, each in one register."""
AGAIN = {
    "what came back, as a transfer": """
    transfers:
    transfer_ref | occurred   | unit_ref | recipient_ref | use                | image_refs
    T-2          | 2017-08-01 | KCES     | CAMDEN        | facial_recognition | B-1
    """,
    "the match, as a notification": """
    notifications:
    notification_ref | match_ref | occurred   | to_post_ref
    N-1              | M-1       | 2017-07-02 | SPOC-1
    """,
    "the match, as an action": """
    actions:
    action_ref | match_ref | image_ref | occurred   | unit_ref | action
    A-1        | M-1       | KX-1      | 2017-07-02 | CAMDEN   | stopped
    """,
    "the share, as a place on the list": """
    enrolments:
    enrolment_ref | image_ref | system_ref | enrolled
    EN-1          | KX-1      | S          | 2017-06-02
    """,
}
TOLD = ("Q01", "Q02", "Q10", "Q13", "Q39", "Q40", "Q43", "Q45", "Q49", "Q50", "Q51", "Q69")


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """State, value and number of each answer where each fact stands in one register."""
    return told(tmp_path_factory.mktemp("again") / "once", AROUND)


def told(folder, page):
    """Return (question, subject) -> state, value, from tables on a page."""
    write_tables(folder, cells(page), ("ingest", "link"))
    with open_views(folder, PERIOD) as tables:
        return {(one.question, one.subject): (one.state, one.value) for one in answer(tables, TOLD)}


@pytest.mark.parametrize("again", AGAIN)
def test_what_came_back_and_a_match_in_another_register_are_the_same_ones(again, once, tmp_path):
    """No count of them rises, and no state weakens."""
    found = told(tmp_path / "again", AROUND + AGAIN[again])
    counts = {key: value for key, (_, value) in found.items() if isinstance(value, int)}
    matches = [
        value["matches"] for (_, _), (_, value) in found.items() if isinstance(value, dict) and "matches" in value
    ]

    assert (
        moved({key: state for key, (state, _) in once.items()}, {key: state for key, (state, _) in found.items()}) == {}
    )
    assert {key: n for key, n in counts.items() if isinstance(once[key][1], int) and n > once[key][1]} == {}
    assert [1] == matches
