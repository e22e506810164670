"""Faces of a file: rows that say where and when, and descriptors that go with them."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from toolkit.faces.engine import Found, Onnx, Views
from toolkit.faces.index import Clip, index_looks
from toolkit.faces.pictures import describe_probe, read_picture
from toolkit.faces.reference import load_face_recognition
from toolkit.faces.search import candidates
from toolkit.footage.container import probe
from toolkit.footage.looks import Looks
from toolkit.tables import table

START = datetime(2016, 5, 3, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Still:
    """A look whose pixels are given."""

    frame: int
    pts_s: Fraction
    rgb: np.ndarray
    regions: tuple | None = None
    after_reset: bool = False

    @property
    def elapsed_s(self):
        """The file begins at 0."""
        return self.pts_s

    @property
    def luma(self):
        """Mean of the colours."""
        return self.rgb.mean(axis=2).astype(np.uint8)


class BrightCorners:
    """An engine for tests: a face is a bright corner, its descriptor the number of the corner."""

    name = "bright corners"

    def detect(self, picture, min_face_px):  # noqa: ARG002 - the interface
        """Return a box for each bright corner: top left, bottom right."""
        corners = [(picture[0, 0], [0, 0, 9, 9]), (picture[-1, -1], [10, 10, 19, 19])]
        boxes = [box for brightness, box in corners if brightness > 100]
        return Found(np.array(boxes, np.int32).reshape(-1, 4), too_small=int(picture[0, -1] > 100))

    def views(self, rgb, boxes):
        """Return chips whose pixels are the left of the box; a view is the better the redder its picture."""
        chips = np.zeros((len(boxes), 150, 150, 3), np.uint8) + boxes[:, 0].astype(np.uint8)[:, None, None, None]
        return Views(chips, np.full(len(boxes), float(rgb[5, 5, 0])))

    def describe(self, chips):
        """Return the pixel of each chip: 0 for the first corner, 10 for the other."""
        return np.repeat(chips[:, 0, 0, :1].astype(np.float32), 128, axis=1)


def still(frame, *bright):
    """Return a black look of 20 x 20 with bright corners, two looks a second."""
    rgb = np.zeros((20, 20, 3), np.uint8)
    for corner in bright:
        rgb[corner] = 255
    return Still(frame, Fraction(frame, 2), rgb)


def test_rows_say_where_and_when():
    """A start known to the second: each face was seen within one second, counted from its presentation time."""
    clip = Clip("raw/footage/a.mp4", "0123456789abcdef", "cam-1", START, START + timedelta(seconds=1))

    found = index_looks([still(0), still(3, (0, 0), (-1, -1)), still(7, (-1, -1))], clip, 80, BrightCorners())

    assert table("faces").schema() == found.faces.schema
    assert table("descriptors").schema() == found.descriptors.schema
    assert ["0123456789ab-000003-0", "0123456789ab-000003-1", "0123456789ab-000007-0"] == found.faces[
        "face_id"
    ].to_list()
    assert {
        "face_id": "0123456789ab-000007-0",
        "source": "raw/footage/a.mp4",
        "camera_id": "cam-1",
        "frame": 7,
        "pts_s": 3.5,
        "seen_earliest": datetime(2016, 5, 3, 10, 0, 3, 500_000, tzinfo=UTC),
        "seen_latest": datetime(2016, 5, 3, 10, 0, 4, 500_000, tzinfo=UTC),
        "box_left": 10,
        "box_top": 10,
        "box_right": 19,
        "box_bottom": 19,
        "track_id": "0123456789ab-0-1",
        "engine": "bright corners",
    } == found.faces.row(2, named=True)
    assert found.faces["face_id"].equals(found.descriptors["face_id"])
    assert [0, 10, 10] == found.descriptors["descriptor"].arr.first().to_list()


def test_undated_footage_has_no_time_of_day():
    """Without a start nothing is guessed."""
    found = index_looks([still(1, (0, 0))], Clip("a.mp4", "0" * 64), 80, BrightCorners())

    assert (None, None, None) == found.faces.select("seen_earliest", "seen_latest", "camera_id").row(0)


def test_footage_without_faces_gives_empty_tables():
    """Nothing found is a table with no rows, not a missing table; what was too small is counted."""
    found = index_looks([still(0), still(1, (0, -1))], Clip("a.mp4", "0" * 64), 80, BrightCorners())

    assert (0, 0, 1) == (found.faces.height, found.descriptors.height, found.too_small)
    assert table("faces").schema() == found.faces.schema


def test_a_person_who_stays_is_one_track_of_its_best_views():
    """Nine looks at one corner: one track, and of it the five reddest views, in order of time."""
    looks = [still(frame, (-1, -1)) for frame in range(9)]
    for look, red in zip(looks, (9, 1, 8, 2, 7, 3, 6, 4, 5), strict=True):
        look.rgb[5, 5, 0] = red

    found = index_looks(looks, Clip("a.mp4", "a" * 64), 80, BrightCorners(), piece=4)

    assert [(frame, "aaaaaaaaaaaa-4-0") for frame in (0, 2, 4, 6, 8)] == found.faces.select("frame", "track_id").rows()
    assert 9 == found.seen


def test_exhaustive_describes_every_view():
    """Nothing is chosen."""
    looks = [still(frame, (-1, -1)) for frame in range(9)]

    assert 9 == index_looks(looks, Clip("a.mp4", "a" * 64), 80, BrightCorners(), every_view=True).faces.height


def test_who_comes_back_later_is_another_track():
    """More than two seconds without a face: nobody knows that it is the same person."""
    looks = [still(frame, (-1, -1)) for frame in (0, 1, 6, 7)]

    found = index_looks(looks, Clip("a.mp4", "a" * 64), 80, BrightCorners())

    assert ["aaaaaaaaaaaa-0-0"] * 2 + ["aaaaaaaaaaaa-0-1"] * 2 == found.faces["track_id"].to_list()


def test_only_regions_are_searched_and_boxes_are_those_of_the_picture():
    """The bright corner of a region is at (10, 10) to (19, 19) of the region, which begins at (4, 2)."""
    look = replace(still(0, (11, 13), (0, 0)), regions=((4, 2, 14, 12),))

    found = index_looks([look], Clip("a.mp4", "a" * 64), 80, BrightCorners())

    assert [(14, 12, 23, 21)] == found.faces.select(pl.selectors.starts_with("box")).rows()


def test_small_faces_are_sought_less_often_and_such_looks_are_not_whole():
    """Floor 40: in one place at every other look; the looks between are searched for large faces only."""
    looks = [replace(still(frame), regions=((0, 0, 20, 20),)) for frame in range(4)]

    found = index_looks(looks, Clip("a.mp4", "a" * 64), 40, BrightCorners())
    always = index_looks(looks, Clip("a.mp4", "a" * 64), 40, BrightCorners(), every_view=True)

    assert (2, 0) == (found.partly, always.partly)


@pytest.fixture(scope="module")
def clip_faces():
    """Return the real clip's faces at 2 looks a second from 40 px, as `tables/index` has them."""
    folder = os.environ.get("TOOLKIT_REAL_DATA")
    if not folder:
        pytest.skip("TOOLKIT_REAL_DATA is not set: no real footage to test with")
    looks = Looks(probe(Path(folder) / "clip.mp4", "clip.mp4"), looks_per_s=2)
    return index_looks(looks, Clip("clip.mp4", "c" * 64), 40, Onnx())


def frames_with(found, path):
    """Return the frames with a candidate for the face in a picture, at 0.6."""
    wanted = describe_probe(path, path.name, Onnx()).descriptors[:1]
    _, face, _ = candidates(wanted, [found.descriptors["descriptor"].to_numpy()], threshold=0.6)
    return sorted(found.faces["frame"].gather(face))


def cuts(path):
    """Return the first frame of each shot: where the picture changes more than any movement does."""
    looks = list(Looks(probe(path, path.name), looks_per_s=100))
    small = [look.luma[::8, ::8].astype(float) for look in looks]
    return [0, *(k for k in range(1, len(small)) if np.abs(small[k] - small[k - 1]).mean() > 15)]


def test_a_person_is_found_in_each_shot_where_face_recognition_finds_that_person(real, clip_faces):
    """Real footage at the same sampling: no shot of the peer's is missed."""
    peer = load_face_recognition()
    [wanted] = peer.face_encodings(read_picture(real / "probe_in_clip.png", ""))
    theirs = [
        look.frame
        for look in Looks(probe(real / "clip.mp4", "clip.mp4"), looks_per_s=2)
        if any(peer.face_distance(peer.face_encodings(look.rgb, peer.face_locations(look.rgb)), wanted) <= 0.6)
    ]
    starts = cuts(real / "clip.mp4")

    expected = {np.searchsorted(starts, frame, side="right") for frame in theirs}
    found = {
        np.searchsorted(starts, frame, side="right") for frame in frames_with(clip_faces, real / "probe_in_clip.png")
    }
    assert len(expected) == 2
    assert set() == expected - found


def test_a_person_who_is_not_there_is_not_found(real, clip_faces):
    """The other probe has no candidate in the clip."""
    assert [] == frames_with(clip_faces, real / "probe_not_in_clip.png")


def test_distances_are_those_of_the_stored_rows(real, clip_faces):
    """What the table says is what anyone recomputes from the stored descriptors."""
    wanted = describe_probe(real / "probe_in_clip.png", "", Onnx()).descriptors[:1]
    stored = clip_faces.descriptors["descriptor"].to_numpy()

    _, reference, distance = candidates(wanted, stored, threshold=0.6)

    expected = np.linalg.norm(stored[reference].astype(np.float64) - wanted.astype(np.float64), axis=1)
    assert np.allclose(expected, distance, rtol=0, atol=1e-12)
    assert isinstance(clip_faces.faces, pl.DataFrame)
