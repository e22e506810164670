"""How DuckDB goes about the questions: no row of one large table is compared with every row of another."""

import json

import pytest

import toolkit
from toolkit.audit.queries import queries
from toolkit.synthetic.force import write_force

EACH_WITH_EACH = {"NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT"}
FEW = 100
"""Rows of spans, agreements or posts; of 1,000 disclosures every register has more."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables of a small force, linked."""
    folder = tmp_path_factory.mktemp("plans") / "case"
    write_force(folder, 1000)
    case = toolkit.open_case(folder)
    for step in (toolkit.seal, toolkit.ingest, toolkit.link):
        step(case)
    with case.connect(before="reconstruct") as connection:
        yield connection


def pairs(node):
    """Yield how many rows each side of a join has that compares each with each."""
    below = node.get("children", [])
    if node.get("type") in EACH_WITH_EACH:
        yield [side["intermediate_rows"] for side in below]
    for side in below:
        yield from pairs(side)


@pytest.mark.parametrize("kind", ["sql", "questions", "rules"])
def test_no_two_large_tables_are_compared_row_by_row(tables, kind):
    """What takes 0.1 s of a thousand disclosures would take a day of a million (`image_names`: 11 GiB of 20,000)."""
    found = {}
    for name, query in queries(kind).items():
        if "answers_given" not in query.reads:
            [(_, plan)] = tables.execute(f"explain (analyze, format json) {query.text}").fetchall()
            found[name] = [sides for node in json.loads(plan)["operator"] for sides in pairs(node) if min(sides) > FEW]

    assert len(found) > 30
    assert {name: sides for name, sides in found.items() if sides} == {}
