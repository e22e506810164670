"""Photographs of made-up people."""

import numpy as np
import pytest

from toolkit.synthetic.people import cast, person
from toolkit.synthetic.portraits import portrait


@pytest.fixture(scope="module")
def two_people():
    """The persons of two images."""
    return [person(cast().subjects[ref]) for ref in ("SUB-01", "SUB-02")]


def test_the_same_seed_takes_the_same_photograph(two_people):
    """A photograph is decided by person and seed, to the last grain."""
    first = portrait(two_people[0], 1, 120)

    assert (120, 120, 3) == first.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, portrait(two_people[0], 1, 120))
    assert not np.array_equal(first, portrait(two_people[0], 2, 120))


def test_a_detector_finds_one_face_of_about_the_painted_size(two_people, boxes):
    """The face takes about 0.45 of the width, in the middle."""
    (box,) = boxes(portrait(two_people[0], 1, 320))

    assert box.left() < 160 < box.right()
    assert 0.3 < box.width() / 320 < 0.6


def test_two_photographs_of_one_person_are_nearer_than_those_of_two(two_people, descriptors):
    """Light and turn of the head move a descriptor less than another person does."""
    (one,), (same,), (other,) = (
        descriptors(portrait(who, seed, 320))
        for who, seed in ((two_people[0], 1), (two_people[0], 2), (two_people[1], 1))
    )

    assert np.linalg.norm(one - same) < 0.4
    assert np.linalg.norm(one - other) > 0.55
