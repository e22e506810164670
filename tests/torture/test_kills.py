"""A tenth of what breaks off the work on a case: kills, lost power, others at work, workers that die."""

import pytest
import tenth


@pytest.mark.timeout(900)  # processes by the hundred: on a machine that others use they wait for each other
@pytest.mark.parametrize(("goal", "least"), [("kills", 25), ("states", 40), ("races", 5), ("workers", 2)])
def test_nothing_is_lost(goal, least):
    """Kills, crash states, races, killed workers: each held, as many as stated."""
    assert tenth.held(goal) >= least
