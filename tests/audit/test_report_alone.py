"""
The golden test: the report of 2019 as the only source.

A published sentence asserts. Whatever rests on it alone is at most `attested`, and hardly a rule can be decided; the
two tables here are those of the domain's list of rules, row for row.
"""

import pytest
from reading import write_case

from toolkit.audit.asking import answer, judge
from toolkit.audit.views import open_views
from toolkit.dates import interval
from toolkit.synthetic.published import COLUMNS, sentences
from toolkit.synthetic.registers import as_csv

CANNOT = "cannot_determine"
VERDICTS = {
    "R1": (CANNOT, {"time_precision", "rule_text_not_held"}, set()),
    "R2": (CANNOT, {"rule_text_not_held"}, set()),
    **dict.fromkeys(("R3", "R4", "R5"), (CANNOT, {"asserted_only"}, set())),
    "R6": (CANNOT, {"single_source"}, set()),
    **dict.fromkeys(
        ("R7", "R8", "R11", "R14", "R17", "R18", "R19", "R21", "R22", "R24", "R34"), (CANNOT, {"asserted_only"}, set())
    ),
    "R8x": (CANNOT, {"rule_conflict"}, set()),
    "R9": (CANNOT, {"asserted_only", "rule_text_not_held"}, set()),
    **dict.fromkeys(("R10", "R13", "R20"), (CANNOT, {"threshold_not_stated"}, set())),
    **dict.fromkeys(("R12", "R25"), (CANNOT, {"single_source"}, set())),
    "R15": (CANNOT, {"rule_ambiguous", "asserted_only"}, {"two_readings"}),
    "R16": (CANNOT, {"asserted_only", "rule_text_not_held"}, set()),
    "R23": (CANNOT, {"missing_field"}, set()),
    "R26": (CANNOT, {"duty_not_shown"}, set()),
    "R27": (CANNOT, {"out_of_coverage"}, set()),
    "R28": ("conforms", set(), {"later_authority_cited"}),
    "R29": (CANNOT, {"memory_only", "denominator_unknown"}, set()),
    "R30": ("breach", set(), {"text_in_error"}),
    **dict.fromkeys(("R31", "R33"), (CANNOT, {"missing_field"}, set())),
    "R32": (CANNOT, {"rule_in_force_unknown"}, set()),
    "R35": ("breach", set(), {"undated_statement"}),
    "R36": ("conforms", set(), set()),
}
MAY = {"text": "2016-05", "earliest": "2016-04-30T23:00:00Z", "latest": None, "precision": "month"}
MARCH = {"text": "2018-03", "earliest": None, "latest": "2018-03-31T23:00:00Z", "precision": "month"}
ANSWERS = {
    ("Q01", None): ("attested", 7, "images"),
    ("Q10", "first"): ("attested", MAY, None),
    ("Q10", "last"): ("attested", MARCH, None),
    ("Q20", "authorised_operator"): ("attested", 1, "persons"),
    ("Q20", "senior_manager"): ("attested", 3, "persons"),
    ("Q24", None): ("not_searched", None, None),
    ("Q26", None): ("attested", "yes, in error", None),
    ("Q40", None): ("no_duty", None, None),
    ("Q46", None): ("no_duty", None, None),
    ("Q49", None): ("no_duty", None, None),
    ("Q50", None): ("attested", "none", None),
    ("Q54", None): ("attested", "yes", None),
    ("Q56", None): ("attested", "verified; who, when, how not stated", None),
    ("Q59", "BCUs"): ("attested", {"units": 12, "said": "partly from memory"}, None),
    ("Q59", "OCUs"): ("attested", "number not given", None),
}
CAVEATS = {
    "Q01": "one system, a floor",
    "Q24": "the texts of the agreements are not held",
    "Q40": "no duty to record a match is shown",
}


@pytest.fixture(scope="module")
def report_alone(tmp_path_factory):
    """A case with no source but the sentences of the report, undated as it was published."""
    folder = tmp_path_factory.mktemp("report_alone")
    (folder / "public_statements.csv").write_text(as_csv(COLUMNS, sentences("")), "utf-8")
    write_case(folder, folder)
    with open_views(folder, {"from": interval("2016-05"), "to": interval("2018-03")}) as connection:
        yield connection


def test_every_rule_gets_the_verdict_of_the_table(report_alone):
    """All 37 rules, with their reasons and flags; a rule about many sentences gives each the same."""
    found: dict[str, list[tuple[str, set[str], set[str]]]] = {}
    for verdict in judge(report_alone):
        outcome = (verdict.verdict, set(verdict.reasons), set(verdict.flags))
        outcomes = found.setdefault(verdict.rule, [])
        if outcome not in outcomes:
            outcomes.append(outcome)

    assert {rule: [outcome] for rule, outcome in VERDICTS.items()} == found


def test_the_questions_of_the_table_get_its_states_and_values(report_alone):
    """What only the report says is attested; that no records are held says nothing about what happened."""
    answers = answer(report_alone, {question for question, _ in ANSWERS})
    found = {(a.question, a.subject): (a.state, a.value, a.unit) for a in answers}

    assert ANSWERS == {key: value for key, value in found.items() if key != ("Q10", "outside the period")}
    assert CAVEATS == {a.question: caveat for a in answers for caveat in a.caveats if caveat in CAVEATS.values()}


def test_nothing_is_established_about_the_sharing_itself(report_alone):
    """Removing every other source leaves no answer that claims a record, but those about the sources themselves."""
    about_sources = {"Q58", "Q60", "Q61", "Q63", "Q64", "Q65", "Q67", "Q68", "Q69", "Q70"}
    states = {"established", "established_not", "destroyed", "record_missing"}

    claimed = {a.question for a in answer(report_alone) if a.state in states}

    assert claimed - about_sources == set()
