"""
Properties of the sample's answers: what happens where evidence is added.

The order of states, from knowing less to knowing more:

0. nothing was looked at, or nothing there could tell: `not_searched`, `no_duty`;
1. what was looked at is silent, or only a statement speaks: `not_found`, `record_missing`, `attested`;
2. records speak: `established`, `established_not`, `destroyed`, and `conflicting`, where they disagree.

Adding evidence never moves an answer down; within 2 a record that says the opposite makes a conflict, so that
`established` never becomes `established_not`, nor the other way round.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import PERIOD
from test_evidence_lost import SOURCES, written

from toolkit.answers import STATES
from toolkit.audit.asking import answers_table
from toolkit.audit.queries import queries
from toolkit.audit.views import open_views

ORDER = {
    **dict.fromkeys(("not_searched", "no_duty"), 0),
    **dict.fromkeys(("not_found", "record_missing", "attested"), 1),
    **dict.fromkeys(("established", "established_not", "destroyed", "conflicting"), 2),
}
OPPOSITE = {"established", "established_not"}
EXAMPLES = int(os.environ.get("TOOLKIT_EXAMPLES", "3"))
"""Sets of registers to try; each takes seconds."""
ABOUT_THE_SHARING = [name for name in queries("questions") if name < "Q57"]
"""Questions after these are about the search itself: they count what is held, and change with it."""


def states(folder, sources):
    """Return (question, subject) -> state of some of the sample's registers."""
    written(folder, without=set(SOURCES) - set(sources))
    with open_views(folder, PERIOD) as tables:
        found = answers_table(tables, ABOUT_THE_SHARING)
    return {(row["question"], row["subject"]): row["state"] for row in found.iter_rows(named=True)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The answers from everything."""
    return states(tmp_path_factory.mktemp("added") / "whole", SOURCES)


def moved(before, after):
    """Return what evidence did that it may not do: (question, subject) -> states."""
    both = {key: (before[key], after[key]) for key in before.keys() & after.keys()}
    return {
        key: pair
        for key, pair in both.items()
        if ORDER[pair[0]] > ORDER[pair[1]] or (pair[0] != pair[1] and set(pair) == OPPOSITE)
    }


def test_every_state_has_its_place():
    """A state that is added is placed here."""
    assert set(ORDER) == set(STATES)


@given(st.sets(st.sampled_from(SOURCES), min_size=4, max_size=len(SOURCES) - 3))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_adding_evidence_only_decides_or_conflicts(tmp_path_factory, whole, some):
    """Some registers of the sample, and then the rest."""
    assert moved(states(tmp_path_factory.mktemp("added") / "some", some), whole) == {}
