"""A tenth of what is wrong with disks and files: calls that fail, bits and lines that change, texts that are odd."""

import pytest
import tenth


@pytest.mark.timeout(900)  # on a machine that others use
@pytest.mark.parametrize(
    ("goal", "least"),
    [
        ("faults", 45),
        ("bits", 490_000),
        ("log", 150),
        ("bundles", 10),
        ("appended", 4),
        ("mutations", 200),
        ("tables", 100),
        ("fuzz", 60),
    ],
)
def test_nothing_is_changed_unseen(goal, least):
    """Failing calls, flips, edited lines, broken bundles, generated tables, damage: each held, as many as stated."""
    assert tenth.held(goal) >= least
