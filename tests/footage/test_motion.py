"""What moves, against what is always there."""

import numpy as np
import pytest

from toolkit.footage.motion import Background, cells

STREET = np.random.default_rng(1).integers(60, 120, (240, 320)).astype(np.uint8)


def street(*people, lighter=0):
    """Return the street with bright boxes (left, top, right, bottom) in it, lighter by so many levels."""
    picture = STREET + np.uint8(lighter)
    for left, top, right, bottom in people:
        picture[top:bottom, left:right] = 250
    return cells(picture)


def background(min_face_px=40):
    """Learn the street from five empty pictures, one of them lighter."""
    return Background([street(), street(), street(lighter=3), street(), street()], min_face_px)


def test_what_moves_is_inside_a_region_and_the_rest_is_not():
    """One box, with a margin of half a face (20 px, three cells), in whole cells."""
    assert [(136, 56, 224, 184)] == background().regions(street((160, 80, 200, 160)), 0)


def test_an_empty_street_has_no_region():
    """Nothing moves; a cloud that changes everything alike is no movement."""
    assert [] == background().regions(street(), 0)
    assert [] == background().regions(street(lighter=20), 0)


def test_two_people_apart_are_two_regions_and_near_each_other_one():
    """Regions never overlap: where margins touch, one box holds both."""
    assert 2 == len(background().regions(street((16, 80, 56, 160), (240, 80, 280, 160)), 0))
    assert 1 == len(background().regions(street((16, 80, 56, 160), (80, 80, 120, 160)), 0))


@pytest.mark.parametrize(("min_face_px", "seen"), [(40, []), (20, [(184, 8, 240, 56)])])
def test_what_is_smaller_than_a_face_is_left_alone(min_face_px, seen):
    """The last digits of a clock, 16 x 14 px, change with every frame; no face of 40 px fits in there."""
    assert seen == background(min_face_px).regions(street((204, 25, 220, 39)), 0)


def test_a_region_reaches_to_the_edge():
    """Where the frame's sides are no multiple of 8 px, the last region covers the rest too."""
    seen = Background([cells(STREET[:236, :317])] * 3, 40)
    frame = STREET[:236, :317].copy()
    frame[150:, 250:] = 250

    [(left, top, right, bottom)] = seen.regions(cells(frame), 0)

    assert left <= 250
    assert top <= 150
    assert (right, bottom) >= (317, 236)


def test_without_stills_the_first_frame_is_looked_at_whole_and_learned():
    """None: look everywhere. Then only what differs; what stays is part of the street after a while."""
    learning = Background([], 40)

    assert learning.regions(street(), 0) is None
    assert [] == learning.regions(street(), 0.5)
    person = street((160, 80, 200, 160))
    assert [(136, 56, 224, 184)] == learning.regions(person, 1)
    for second in range(2, 90):
        learning.regions(person, second)
    assert [] == learning.regions(person, 90)


def test_a_cut_is_looked_at_whole():
    """Where more than half of the cells changed, no place is better than another."""
    other = cells(np.flipud(STREET) // 2 + 100 * (np.indices(STREET.shape)[0] % 80 > 40).astype(np.uint8))

    assert background().regions(other, 0) is None
