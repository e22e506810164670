"""One pass over a file: which frames are looked at, and the account of the rest."""

from fractions import Fraction

import numpy as np
import pytest

from toolkit.footage.container import probe
from toolkit.footage.looks import Looks, _Clock


def looks_at(path, looks_per_s=2, **between):
    """Return the looks of a file and its account."""
    looks = Looks(probe(path, path.name), looks_per_s, **between)
    return list(looks), looks.examined()


def test_the_first_frame_of_each_half_second_is_looked_at(clip):
    """25 frames a second, 2 looks a second: 0, 0.52 (the first frame not before 0.5), 1, 1.52."""
    looks, examined = looks_at(clip())

    expected = [(0, Fraction(0)), (13, Fraction(13, 25)), (25, Fraction(1)), (38, Fraction(38, 25))]
    assert expected == [(look.frame, look.pts_s) for look in looks]
    assert (50, 50, 4, {"frame_not_sampled": 46}, ()) == (
        examined.declared,
        examined.decoded,
        examined.looked_at,
        examined.not_examined,
        examined.problems,
    )


def test_every_frame_is_looked_at_when_asked_for(clip):
    """As many looks as frames leave nothing out."""
    _, examined = looks_at(clip(), looks_per_s=25)

    assert (50, {}) == (examined.looked_at, examined.not_examined)


def test_variable_frame_rate_keeps_its_own_times(clip):
    """Times are the file's, not frame / rate: a gap of three seconds stays one."""
    looks, examined = looks_at(clip(times_ms=[0, 10, 499, 500, 3700, 3701, 4001]), looks_per_s=1)

    expected = [Fraction(0), Fraction(3700, 1000), Fraction(4001, 1000)]
    assert expected == [look.pts_s for look in looks]
    assert {"frame_not_sampled": 4} == examined.not_examined


def test_a_fraction_of_a_look_per_second_is_exact(clip):
    """One look in ten seconds, over 21 seconds: three looks."""
    looks, _ = looks_at(clip(times_ms=range(0, 21_000, 1000)), looks_per_s=0.1)

    assert [0, 10, 20] == [look.pts_s for look in looks]


def test_frames_outside_the_window_are_counted_not_looked_at(clip):
    """Between 0.5 s and 1 s only; the rest is out of the period, by count."""
    looks, examined = looks_at(clip(), between_s=(Fraction(1, 2), Fraction(1)))

    assert [13] == [look.frame for look in looks]
    assert {"frame_not_sampled": 11, "out_of_period": 38} == examined.not_examined


@pytest.mark.parametrize("percent", [5, 15, 30, 45, 60, 75, 90, 99])
def test_a_recording_cut_short_gives_its_first_part(clip, percent):
    """What decodes is looked at; the rest of the declared 50 frames is accounted for, and the cut is named."""
    path = clip(movflags="faststart")
    whole = path.read_bytes()
    start = whole.index(b"mdat")
    path.write_bytes(whole[: start + (len(whole) - start) * percent // 100])

    looks, examined = looks_at(path)

    assert 50 == examined.declared == examined.looked_at + sum(examined.not_examined.values())
    assert examined.not_examined["truncated"] == 50 - examined.decoded > 0
    assert len(looks) == examined.looked_at == len({look.pts_s // Fraction(1, 2) for look in looks})
    [problem] = examined.problems
    assert ("M114", f"{examined.decoded} sound frames kept") == (problem.code, problem.kept)
    assert f"decoded to 00:00:0{int(examined.decoded_to_s)} of 00:00:02 declared" in problem.message


def test_a_cut_is_seen_where_the_format_counts_no_frames(clip):
    """Matroska declares a duration: what is missing at the end is told from it."""
    path = clip("clip.mkv")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    _, examined = looks_at(path)

    assert (50, 50 - examined.decoded) == (examined.declared, examined.not_examined["truncated"])
    assert ["M114"] == [problem.code for problem in examined.problems]


def test_damage_in_the_middle_is_counted_and_the_rest_decoded(clip):
    """Bytes overwritten in the middle: the frames after it are still looked at, those lost have a cause."""
    path = clip()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)

    looks, examined = looks_at(path)

    assert 50 == examined.declared == examined.looked_at + sum(examined.not_examined.values())
    assert examined.not_examined["frame_undecodable"] > 0
    assert [38] == [look.frame for look in looks if look.pts_s >= Fraction(3, 2)]
    assert ["M114"] == [problem.code for problem in examined.problems]


def test_a_file_whose_pictures_are_all_gone_says_so(clip):
    """The index is whole, the pictures are cut off: nothing is looked at and nothing is silent."""
    path = clip(movflags="faststart")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"mdat") + 4])

    looks, examined = looks_at(path)

    assert ([], {"truncated": 50}) == (looks, examined.not_examined)
    assert ["M114"] == [problem.code for problem in examined.problems]


def test_times_that_jump_back_are_kept_and_reported(clip):
    """H.264 with reordered frames in AVI has no presentation times of its own: they repeat, and that is said."""
    looks, examined = looks_at(clip("clip.avi"))

    assert {"M110"} == {problem.code for problem in examined.problems} - {"M114"}
    assert len(looks) >= 4


@pytest.fixture
def reset(clip, tmp_path):
    """Two recordings of two seconds in one file, as a recorder writes them whose clock was set back between them."""
    path = tmp_path / "reset.ts"
    path.write_bytes(clip("a.ts").read_bytes() + clip("b.ts").read_bytes())
    return path


def test_after_a_clock_was_reset_a_frame_is_later_and_nobody_knows_by_how_much(reset):
    """No window: all is looked at, and what comes after the reset is marked and not before what came before it."""
    looks, examined = looks_at(reset)

    assert ["M110"] == [problem.code for problem in examined.problems]
    before = [look for look in looks if not look.after_reset]
    after = [look for look in looks if look.after_reset]
    assert (5, 5) == (len(before), len(after))
    assert max(look.frame for look in before) < 50 <= min(look.frame for look in after)
    assert {Fraction(49, 25)} == {look.elapsed_s for look in after}


@pytest.mark.parametrize(
    ("between_s", "n_before", "n_after"),
    [
        ((None, Fraction(100)), 5, 0),  # the window ends: what comes after the reset may be after its end
        ((None, Fraction(1)), 3, 0),
        ((Fraction(1), Fraction(100)), 3, 0),
        ((Fraction(1), None), 3, 5),  # later than what came before it, hence after the begin
        ((Fraction(3), None), 0, 0),  # but surely after no later begin
    ],
)
def test_what_comes_after_a_reset_is_outside_a_window_that_ends(reset, between_s, n_before, n_after):
    """Its own times, which begin again, decide nothing; it counts as out of the period."""
    looks, examined = looks_at(reset, between_s=between_s)

    assert (n_before, n_after) == tuple(sum(look.after_reset is after for look in looks) for after in (False, True))
    assert examined.not_examined.get("out_of_period", 0) >= (0 if n_after else 50)
    assert 100 == examined.looked_at + sum(examined.not_examined.values())


@pytest.mark.parametrize(
    ("times", "resets"),
    [
        ([0, 1, 2, 3], False),
        ([0, 3, 1, 2, 4], True),  # back by two seconds
        ([0, 0.08, 0.04, 0.12], False),  # reordered
        ([0, 10, 0.1], True),
        ([0] * 101, False),
        ([0] * 103, True),  # a clock that stands tells no time
        ([0.9, 0.1] * 60, True),  # nor does one that goes round
    ],
)
def test_a_clock_is_believed_while_it_goes(times, resets):
    """Reordered frames are no reset; whatever goes back further, stands or goes round is."""
    clock = _Clock()
    elapsed = [clock.elapsed(Fraction(str(time))) for time in times]

    assert resets == clock.was_reset
    assert not resets or elapsed[-1] == max(elapsed)


@pytest.mark.parametrize(("rotation", "corner"), [(0, (5, 5)), (90, (-5, 5)), (180, (-5, -5)), (-90, (5, -5))])
def test_a_declared_rotation_is_applied(clip, rotation, corner):
    """The red corner, stored top left, is where a player shows it (degrees counterclockwise)."""
    [look, *_], _ = looks_at(clip(rotation=rotation))

    assert ((160, 120) if rotation % 180 else (120, 160)) == look.luma.shape
    red, green, _ = look.rgb[corner]
    assert red > 200
    assert green < 60
    assert look.luma[corner] > 60


@pytest.mark.parametrize(
    ("codec", "pix_fmt"), [("libx264", "yuv420p"), ("libx264", "yuv444p"), ("libx264", "yuv420p10le"), ("ffv1", "bgr0")]
)
def test_brightness_is_the_same_from_every_pixel_format(clip, codec, pix_fmt):
    """A grey bar (200) on black is a bright bar on dark, whatever the file stores."""
    [look, *_], _ = looks_at(clip("clip.mkv", codec=codec, pix_fmt=pix_fmt))

    assert (np.uint8, (120, 160)) == (look.luma.dtype, look.luma.shape)
    assert float(look.luma[60, 5]) == pytest.approx(190, abs=15)
    assert look.luma[60, 100] < 30


def test_the_account_is_refused_before_the_last_look(clip):
    """Counts of half a file are not an account of it."""
    looks = Looks(probe(clip(), "clip.mp4"), 2)
    next(iter(looks))

    with pytest.raises(RuntimeError, match="only after the last look"):
        looks.examined()


def test_no_looks_per_second_is_refused(clip):
    """A pass that looks at nothing would be mistaken for one that found nothing."""
    with pytest.raises(ValueError, match="more than 0, found 0"):
        Looks(probe(clip(), "clip.mp4"), 0)
