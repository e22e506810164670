"""Segments of a file, and the looks at each: the same for any number of workers, and every frame accounted for."""

from fractions import Fraction

import av
import numpy as np
import pytest

from toolkit.footage.container import probe
from toolkit.footage.looks import Looks
from toolkit.footage.sampled import Sampled, Sampling, looks_at
from toolkit.footage.segments import Segment, segments

SECOND = Fraction(1)


@pytest.fixture
def street(tmp_path):
    """
    Write a clip of a grey street, 160 x 120, 10 frames a second, a key frame each second.

    *white*: the frames in which somebody, a white box of 48 x 64, stands in it, a little further each time.
    """

    def write(frames=80, white=(), name="street.mp4", codec="libx264", movflags="", **options):
        path = tmp_path / name
        with av.open(str(path), "w", options={"movflags": movflags} if movflags else {}) as out:
            stream = out.add_stream(codec, rate=10, options={"g": "10", "sc_threshold": "0", **options})
            stream.codec_context.thread_count = 1
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            if codec != "libx264":
                stream.codec_context.gop_size = 10
            for number in range(frames):
                picture = np.full((120, 160, 3), 90, np.uint8)
                if number in white:
                    left = 20 + number % 60
                    picture[30:94, left : left + 48] = 255
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            out.mux(stream.encode())
        return probe(path, name)

    return write


def looked(container, segment_s=60, sampling=None, **between):
    """Return the looks at a file, segment by segment, and the accounts."""
    looks, accounts = [], []
    for segment in segments(container, Fraction(segment_s)):
        part = looks_at(container, segment, sampling or Sampling(2, 24), **between)
        looks += list(part)
        accounts.append(part.examined())
    return looks, accounts


def test_segments_begin_at_key_frames_and_share_no_frame(street):
    """Eight seconds in pieces of three or more: 0-3, 3-6, 6-8."""
    found = segments(street(), 3 * SECOND)

    assert [(0, 30), (30, 30), (60, 20)] == [(segment.first_frame, segment.frames) for segment in found]
    assert all(segment.alone for segment in found)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {}),
        ("a.mkv", "libx264", {"bf": "3"}),
        ("a.ts", "libx264", {}),
        ("a.mp4", "libx264", {"flags": "-cgop", "bf": "3", "x264-params": "open-gop=1"}),
        ("a.avi", "mpeg4", {}),
        ("a.mp4", "mpeg4", {}),
    ],
)
def test_pieces_decoded_alone_give_the_frames_of_the_whole(street, name, codec, options):
    """Every frame once, with its number, time and pixels as when the file is decoded from its start."""
    container = street(frames=50, white=range(5, 45), name=name, codec=codec, **options)

    whole = {look.frame: (look.pts_s, look.luma.tobytes()) for look in Looks(container, float("inf"))}
    looks, _ = looked(container, segment_s=2, sampling=Sampling(2, 24, every_frame=True))

    assert 50 == len(whole) == len(looks)
    assert whole == {look.frame: (look.pts_s, look.luma.tobytes()) for look in looks}


def test_an_empty_street_is_not_decoded(street):
    """One key frame is looked at whole; the others are compared, and nothing else is decoded."""
    looks, [account] = looked(street())

    assert [(0, None)] == [(look.frame, look.regions) for look in looks]
    assert (80, 8, {"frame_not_sampled": 79}) == (account.declared, account.decoded, account.not_examined)


def test_where_somebody_passes_frames_are_looked_at(street):
    """White from 2.5 s to 5 s: key frames at 3 and 4 show it, so 2 s to 5 s is decoded and looked at twice a second."""
    looks, [account] = looked(street(white=range(25, 50)))

    assert [0, 25, 30, 35, 40, 45] == [look.frame for look in looks]
    for look in looks[1:]:
        [(left, top, right, bottom)] = look.regions
        at = 20 + look.frame % 60
        assert (left, top) <= (at, 30)
        assert (right, bottom) >= (at + 48, 94)
    assert (80, {"frame_not_sampled": 74}) == (account.declared, account.not_examined)


def test_who_comes_and_goes_between_key_frames_is_missed_and_that_is_counted(street):
    """Six tenths of a second between two key frames: not seen; no frame of it counts as examined."""
    looks, [account] = looked(street(white=range(32, 38)))

    assert [0] == [look.frame for look in looks]
    assert 79 == account.not_examined["frame_not_sampled"]


def test_exhaustive_misses_nobody(street):
    """Every frame, everywhere."""
    looks, [account] = looked(street(white=range(32, 38)), sampling=Sampling(2, 24, every_frame=True))

    assert (list(range(80)), {None}) == ([look.frame for look in looks], {look.regions for look in looks})
    assert {} == account.not_examined


def test_pieces_add_up_to_the_file(street):
    """Declared, looked at and left out, over all pieces and with a window that cuts one of them."""
    looks, accounts = looked(street(white=range(25, 50)), segment_s=3, between_s=(Fraction(28, 10), Fraction(42, 10)))

    assert [28, 30, 35, 40] == [look.frame for look in looks]
    assert [30, 30, 20] == [account.declared for account in accounts]
    for account in accounts:
        assert account.declared == account.looked_at + sum(account.not_examined.values())
    assert 66 == sum(account.not_examined["out_of_period"] for account in accounts)


def test_a_file_cut_short_is_one_piece_decoded_in_order(street):
    """What is left is looked at with the same care, and what is missing is counted."""
    container = street(white=range(15, 50), movflags="faststart")
    whole = container.path.read_bytes()
    start = whole.index(b"mdat")
    container.path.write_bytes(whole[: start + (len(whole) - start) // 2])
    container = probe(container.path, "cut.mp4")

    looks, [account] = looked(container)

    assert (Segment(),) == segments(container)
    assert [0, 15, 20] == [look.frame for look in looks][:3]
    assert 80 == account.declared == account.looked_at + sum(account.not_examined.values())
    assert account.not_examined["truncated"] == 80 - account.decoded > 0


def test_damage_inside_a_piece_is_counted(street):
    """Bytes overwritten where somebody passes: every frame still has one cause."""
    container = street(white=range(10, 70))
    content = bytearray(container.path.read_bytes())
    middle = content.index(b"mdat") + len(content) // 3
    content[middle : middle + 300] = bytes(300)
    container.path.write_bytes(content)

    looks, [account] = looked(probe(container.path, "bad.mp4"))

    assert len(looks) == account.looked_at
    assert 80 == account.declared == account.looked_at + sum(account.not_examined.values())


def test_footage_of_key_frames_only_is_compared_once_a_second(street):
    """Each frame is a key frame (as in motion JPEG): one a second is compared, others decoded where something moves."""
    looks, [account] = looked(street(white=range(25, 50), g="1"))

    assert [0, 25, 30, 35, 40, 45] == [look.frame for look in looks]
    assert account.decoded < 45


def test_the_account_is_refused_before_the_last_look(street):
    """Counts of half a segment are not an account of it."""
    container = street()
    looks = Sampled(container, segments(container)[0], Sampling())
    next(iter(looks))

    with pytest.raises(RuntimeError, match="only after the last look"):
        looks.examined()
