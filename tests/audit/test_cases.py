"""Every folder of `tests/cases`: registers, and the verdict or answer that follows. A new case is a new folder."""

import json
from pathlib import Path

import pytest
from ledgers import PERIOD
from reading import write_case

from toolkit.answers import STATES
from toolkit.audit.asking import answer, judge
from toolkit.audit.queries import queries
from toolkit.audit.views import open_views
from toolkit.dates import interval

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize("folder", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_the_registers_of_the_folder_lead_to_its_outcome(folder, tmp_path):
    """The folder's name ends in the outcome; `expected.json` has every subject of the rule or question."""
    expected = json.loads((CASES / folder / "expected.json").read_text("utf-8"))
    settings = PERIOD | {name: _setting(value) for name, value in expected.get("settings", {}).items()}
    write_case(CASES / folder, tmp_path)

    asked = queries("rules")[expected["rule"]] if "rule" in expected else queries("questions")[expected["question"]]
    with open_views(tmp_path, settings, wanted=set(asked.reads) & queries("sql").keys()) as connection:
        if rule := expected.get("rule"):
            found = [[v.subject, v.verdict, *map(list, (v.reasons, v.flags))] for v in judge(connection, [rule])]
        else:
            found = [[a.subject, a.state, a.value, a.unit] for a in answer(connection, [expected["question"]])]

    assert expected["outcomes"] == found
    assert folder.rsplit("__", 1)[1] in [outcome[1] for outcome in found]


IMPOSSIBLE = {
    "R8x": {"conforms", "breach"},
    "R10": {"breach"},
    "R19": {"conforms", "breach"},
    "R36": {"cannot_determine"},
}
"""Verdicts that a rule cannot reach; its header says why."""


def test_there_is_a_folder_for_each_verdict_and_each_state():
    """Each rule has one for conforms, breach and cannot_determine; each state has those of three questions."""
    verdicts: dict[str, set[str]] = {rule: set() for rule in queries("rules")}
    states: dict[str, set[str]] = {state: set() for state in STATES}
    for path in CASES.iterdir():
        expected = json.loads((path / "expected.json").read_text("utf-8"))
        outcome = path.name.rsplit("__", 1)[1]
        if rule := expected.get("rule"):
            verdicts[rule].add(outcome)
        else:
            states[outcome].add(expected["question"])

    wanted = {rule: {"conforms", "breach", "cannot_determine"} - IMPOSSIBLE.get(rule, set()) for rule in verdicts}
    assert {rule: wanted[rule] - found for rule, found in verdicts.items() if wanted[rule] - found} == {}
    assert [state for state, questions in states.items() if len(questions) < 3] == []


def _setting(value: object) -> object:
    return interval(value) if isinstance(value, str) else value
