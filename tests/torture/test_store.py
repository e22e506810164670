"""A tenth of the flips in a store, in the finished sample; all of them, in a store of its own, are `make torture`."""

import shutil

import pytest
import store

FLIPS = 200


@pytest.mark.timeout(900)  # on a machine that others use
def test_no_flipped_bit_of_a_finished_case_is_missed_or_answered_wrongly(sample, tmp_path):
    """Each is named by `verify`, and whoever reads is refused or told what was told before (goal G4)."""
    root = shutil.copytree(sample[0], tmp_path / "case")

    found = store.flips(root, FLIPS, whole=10)

    print(store.told(found))  # noqa: T201 - the counts belong into the CI's output
    assert (FLIPS, FLIPS, 0) == (found.flips, found.noticed, found.wrong)
    assert min(found.refused, found.answered, *found.kinds.values()) > 0
