"""Scenes, frame by frame."""

from dataclasses import replace

import numpy as np
import pytest

from toolkit.synthetic.people import cast, person
from toolkit.synthetic.portraits import portrait
from toolkit.synthetic.sample_footage import footage
from toolkit.synthetic.scenes import ground_truth, passing, render_frame

SOMEBODY = person(cast().subjects["SUB-01"])
STRANGER = person(cast().bystanders[0])


def test_a_frame_needs_none_of_those_before_it():
    """Frame 7 is the same whether drawn first, last or twice."""
    scene = passing(SOMEBODY)
    alone = render_frame(scene, 7)
    for k in (6, 8):
        assert not np.array_equal(alone, render_frame(scene, k))

    assert (360, 640, 3) == alone.shape
    assert np.array_equal(alone, render_frame(scene, 7))


def test_frames_of_another_seed_differ():
    """The seed of a scene decides its grain."""
    scene = passing(None)

    assert not np.array_equal(render_frame(scene, 0), render_frame(replace(scene, seed=2), 0))


def test_a_scene_has_no_frame_after_its_last():
    """Three seconds at ten frames a second are thirty frames."""
    with pytest.raises(IndexError, match="a scene of 30 frames has no frame 30"):
        render_frame(passing(None), 30)


def test_the_truth_is_where_a_detector_finds_the_face(boxes):
    """HOG finds one face, its middle inside the true box, its side between half and all of the true height."""
    scene = passing(SOMEBODY)
    truth = {seen.frame: seen for seen in ground_truth(scene)}

    for k in (21, 25, 29):
        (box,) = boxes(render_frame(scene, k))
        middle = (box.left() + box.right()) / 2, (box.top() + box.bottom()) / 2
        assert truth[k].left < middle[0] < truth[k].right
        assert truth[k].top < middle[1] < truth[k].bottom
        assert 0.5 < box.height() / truth[k].height_px < 1


def test_an_empty_street_has_no_faces(boxes):
    """Nobody in the truth, nobody found."""
    scene = passing(None)

    assert [] == ground_truth(scene)
    assert [] == boxes(render_frame(scene, 3), upsample=1)


def test_a_person_in_a_clip_is_near_their_photograph_and_a_stranger_is_not(descriptors):
    """The distance tells who walks past, with room on both sides of 0.5."""
    (photograph,) = descriptors(portrait(SOMEBODY, 1))
    (same,), (other,) = (descriptors(render_frame(passing(who), 27)) for who in (SOMEBODY, STRANGER))

    assert np.linalg.norm(photograph - same) < 0.42
    assert np.linalg.norm(photograph - other) > 0.55


def test_the_nearer_of_two_hides_the_farther():
    """Who walks behind somebody is in the truth, and said to be hidden."""
    alone = passing(SOMEBODY)
    behind = replace(alone.walks[0], who=STRANGER, from_m=4.0, to_m=2.8)
    together = replace(alone, walks=(*alone.walks, behind))
    truth = [(seen.code, seen.hidden) for seen in ground_truth(together) if seen.frame == 20]

    assert [(STRANGER.code, True), (SOMEBODY.code, False)] == truth


def test_faces_grow_from_below_30_to_100_pixels():
    """In the sample each walk begins too small to be answered and ends large enough for anybody."""
    for clip in footage():
        for walk in clip.scene.walks:
            seen = [face for face in ground_truth(clip.scene) if face.code == walk.who.code]
            assert seen[0].width_px < 30
            assert seen[-1].width_px > 100
