"""The matrix of facts and registers, cell by cell: what a register declares is what the view of that fact says."""

import datetime as dt

import pytest

from toolkit.registers import FACTS, REGISTERS

DAY = dt.datetime(2017, 6, 7, 23, tzinfo=dt.UTC)
"""8 June 2017 begins in London."""
AROUND = """
    units:
    unit_ref | unit_kind
    CAMDEN   | borough
    KCES     | company

    systems:
    system_ref | owner_ref
    S          | KCES

    entries:
    entry_ref | occurred   | unit_ref | direction | use                | recipient_ref | image_refs
    E-0       | 2017-01-01 | CAMDEN   | out       | facial_recognition | KCES          | KX-0

    custody_records:
    custody_ref | subject_ref | image_ref
    C-0         | S-9         | KX-9
"""
"""A police unit that shared another image, the recipient and its system, a custody record of the image in question."""
CELLS = {
    "unit_ref": "CAMDEN",
    "recipient_ref": "KCES",
    "use": "facial_recognition",
    "direction": "out",
    "system_ref": "S",
    "match_ref": "M-9",
    "image_ref": "KX-9",
    "image_refs": "KX-9",
    "about_ref": "KX-9",
    "act": "deletion",
    "result": "copy_found",
    "answer": "found",
    "document_kind": "authorisation",
    "claim": "asserts",
}
"""What a row says of the image in question, in the columns that a register has; times and references are added."""
OTHERWISE = {
    ("entries", "received_back"): {"direction": "in"},
    ("transfers", "received_back"): {"unit_ref": "KCES", "recipient_ref": "CAMDEN"},
    ("receipts", "received_back"): {"recipient_ref": "CAMDEN"},
    ("verifications", "disposed_of"): {"result": "none_held"},
}
"""What the row says otherwise, for the fact that it then shows."""


def row_of(register, fact):
    """Return the row of a register that should show a fact, if any of its rows can."""
    cells = CELLS | OTHERWISE.get((register, fact), {})
    row = {}
    for name, column in REGISTERS[register].columns.items():
        if name in REGISTERS[register].identity[:1] and name not in ("unit_ref", "match_ref"):
            row[name] = "X-1"
        elif column.holds == "when":
            row[name] = "2017-06-08"
        elif name in cells:
            row[name] = cells[name]
        elif column.required:
            row[name] = "X-1"
    return row


def page(register, fact):
    """Return the page of the tables around, with that row in that register."""
    row = row_of(register, fact)
    sections = [part for part in AROUND.strip().split("\n\n") if not part.strip().startswith(f"{register}:")]
    return "\n\n".join([*sections, f"{register}:\n{' | '.join(row)}\n{' | '.join(row.values())}"])


def shown(tables, register, fact):
    """Return how the view of a fact, named like it, has that row: shows, may_show, or not at all."""
    by = "list_contains(registers, $1)" if fact == "matched" else "event_table = $1"
    rows = tables.execute(
        f"select doubt from {fact} where {by} and (event_ref in ('X-1', 'M-9'))", [register]
    ).fetchall()
    return {"shows" if doubt is None else "may_show" for (doubt,) in rows} or {"cannot_show"}


def variants(register):
    """Return the facts for which a register has a row of its own."""
    return sorted({fact if (register, fact) in OTHERWISE else "sent" for fact in FACTS})


@pytest.mark.parametrize("register", REGISTERS)
def test_each_cell_of_the_matrix_is_what_the_view_of_the_fact_says(register, ledger):
    """A row that should show a fact is in its view, beyond doubt or with one; no row is in the view of another fact."""
    declared = {fact: cell.how for fact, cell in REGISTERS[register].facts.items()}
    found = {fact: set() for fact in FACTS}
    for variant in variants(register):
        tables = ledger(page(register, variant))
        for fact in FACTS:
            found[fact] |= shown(tables, register, fact)

    assert {fact: hows - {"cannot_show"} for fact, hows in found.items()} == {
        fact: {declared[fact]} if fact in declared else set() for fact in FACTS
    }


@pytest.mark.parametrize(
    ("register", "fact"),
    [
        (name, fact)
        for name, register in REGISTERS.items()
        for fact, cell in register.facts.items()
        if fact in ("sent", "enrolled") and cell.time
    ],
)
def test_a_row_bounds_the_time_of_what_it_shows(register, fact, ledger):
    """At: the event lies in that time. By: it was then or before, so that its first moment is not known."""
    cell = REGISTERS[register].facts[fact]
    tables = ledger(page(register, fact))

    first = "earliest" if fact == "sent" else "enrolled_earliest"
    [(bound, earliest)] = tables.execute(
        f"select bound, {first} from {fact} where event_table = $1 and event_ref in ('X-1', 'M-9')", [register]
    ).fetchall()
    assert (bound, earliest) == (cell.bound, DAY if cell.bound == "at" else None)
