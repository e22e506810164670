"""Every scale of a picture lies on one sheet as dlib lays it, and leads back to the picture."""

import numpy as np
import pytest

from toolkit.faces.pyramid import EDGE_PX, GAP_PX, sheet

WINDOW = (80, 80)


@pytest.mark.parametrize("size", [(360, 640), (720, 1280), (1280, 720), (7, 9), (1, 1), (100, 1000)])
def test_scales_do_not_touch(size):
    """Between any two scales lie ten empty pixels, and eleven around the sheet."""
    layout = sheet(*size)
    taken = np.zeros((layout.height, layout.width), int)

    for left, top, width, height in layout.places.tolist():
        assert left >= EDGE_PX
        assert top >= EDGE_PX
        assert left + width <= layout.width - EDGE_PX
        assert top + height <= layout.height - EDGE_PX
        taken[top : top + height, left : left + width] += 1
        around = taken[max(top - GAP_PX, 0) : top + height + GAP_PX, left : left + width]
        assert around.sum() == width * height
    assert taken.max() == 1


def test_each_scale_is_five_sixths_of_the_one_before():
    """Rounded down, as long as five rows are left."""
    sizes = sheet(36, 72).places[:, 2:].tolist()

    assert sizes[:5] == [[72, 36], [60, 30], [50, 25], [41, 20], [34, 16]]
    assert sizes[-1][1] >= 5


def test_a_window_on_the_first_scale_is_a_box_in_the_picture():
    """The edge is taken off; a window of 80 px around 50.5 reaches from 11 to 90."""
    centre = np.array([[50.5 + EDGE_PX, 60.5 + EDGE_PX]])

    assert [[11, 21, 90, 100]] == sheet(360, 640).to_picture(centre, WINDOW, dropped=0).tolist()


def test_a_window_on_a_smaller_scale_is_a_larger_box():
    """One step down: 6/5 of the place, and 0.3 px for the middle of the pixel."""
    left, top = sheet(360, 640).places[1, :2]
    centre = np.array([[50.5 + left, 60.5 + top]])

    assert [[14, 26, 108, 120]] == sheet(360, 640).to_picture(centre, WINDOW, dropped=0).tolist()


def test_scales_left_out_count_as_steps():
    """A sheet that begins with the second scale leads to the same box."""
    whole, rest = sheet(360, 640), sheet(300, 533)

    expected = whole.to_picture(whole.places[1:2, :2] + 45.5, WINDOW, dropped=0)
    assert expected.tolist() == rest.to_picture(rest.places[:1, :2] + 45.5, WINDOW, dropped=1).tolist()


def test_a_window_in_a_gap_belongs_to_the_nearest_scale():
    """A face at the lower edge can have its middle below the picture."""
    layout = sheet(360, 640)
    below = np.array([[100.0, EDGE_PX + 360 + 2]])

    assert [[50, 323, 129, 402]] == layout.to_picture(below, WINDOW, dropped=0).tolist()
