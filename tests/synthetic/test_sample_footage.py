"""The committed pictures of the sample case are what the code draws, and hold what the sample promises."""

import csv
import hashlib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.people import cast, person
from toolkit.synthetic.portraits import portrait
from toolkit.synthetic.sample_footage import PHOTOGRAPHS, footage
from toolkit.synthetic.scenes import passing, render_frame

RAW = Path(__file__).parents[2] / "data_samples" / "kings_boulevard" / "raw"
CLIPS = {clip.name: clip for clip in footage()}
WHOLE = [clip for clip in CLIPS.values() if clip.truncate_at is None]


def decode(path):
    """The frames of a clip that can be decoded, RGB, one at a time."""
    with av.open(str(path)) as container:
        try:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
        except av.error.InvalidDataError:
            return


def psnr(one, other):
    """Peak signal to noise in decibels of two uint8 pictures."""
    return 10 * np.log10(255**2 / np.mean((one.astype(np.float32) - other) ** 2))


def frame_at(path, k):
    """Frame *k* of a clip, decoded from the key frame before it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        due = round(k / stream.average_rate / stream.time_base)
        container.seek(due, stream=stream)
        return next(frame for frame in container.decode(stream) if frame.pts >= due).to_ndarray(format="rgb24")


@pytest.mark.parametrize("clip", WHOLE, ids=lambda clip: clip.name)
def test_committed_clips_show_what_the_code_draws(clip):
    """Three frames of each clip, drawn anew, are within 35 dB of the committed ones (encoders differ in bytes)."""
    chosen = np.random.default_rng([*clip.name.encode()]).choice(clip.scene.frames, 3, replace=False)

    for k in sorted(chosen.tolist()):
        assert psnr(render_frame(clip.scene, k), frame_at(RAW / "footage" / clip.name, k)) >= 35, k


def test_the_footage_is_three_minutes_of_720p_with_a_key_frame_every_two_seconds():
    """At least six whole clips, 190 s together, at most 25 MB with the broken one."""
    keys = set()
    for clip in WHOLE:
        with av.open(str(RAW / "footage" / clip.name)) as container:
            stream = container.streams.video[0]
            assert ("h264", 1280, 720, 10) == (stream.codec.name, stream.width, stream.height, stream.average_rate)
            assert clip.scene.frames == stream.frames
            assert "creation_time" not in container.metadata | stream.metadata
            times = [float(packet.pts * packet.time_base) for packet in container.demux(stream) if packet.is_keyframe]
            keys.update(np.diff(times).round(3).tolist())

    assert {2.0} == keys
    assert len(WHOLE) >= 6
    assert sum(clip.scene.seconds for clip in WHOLE) >= 190
    assert sum(path.stat().st_size for path in (RAW / "footage").glob("*.mp4")) <= 25e6


def test_one_clip_broke_off():
    """Its index promises more frames than can be decoded; the first part can."""
    (broken,) = (clip for clip in CLIPS.values() if clip.truncate_at)
    decoded = sum(1 for _ in decode(RAW / "footage" / broken.name))

    with av.open(str(RAW / "footage" / broken.name)) as container:
        assert broken.scene.frames == container.streams.video[0].frames
    assert 0.4 < decoded / broken.scene.frames < 0.8


def test_the_lists_name_every_file():
    """`footage.csv` and `images.csv` name the files that are there, no more and no fewer."""
    for kind, suffix in (("footage", "mp4"), ("images", "jpg")):
        with (RAW / kind / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
            listed = [row["file"] for row in csv.DictReader(lines)]
        assert sorted(path.name for path in (RAW / kind).glob(f"*.{suffix}")) == sorted(listed)


def test_seven_images_are_six_files_of_six_persons():
    """One photograph was sent twice, under two references."""
    digests = {
        photo.image_ref: hashlib.sha256((RAW / "images" / f"{photo.image_ref}.jpg").read_bytes()).hexdigest()
        for photo in PHOTOGRAPHS
    }

    assert (7, 6, 6) == (len(digests), len(set(digests.values())), len({photo.subject_ref for photo in PHOTOGRAPHS}))
    assert digests["KX-03"] == digests["KX-06"]


def test_committed_images_are_what_the_code_draws():
    """A photograph drawn anew is within 35 dB of the committed one."""
    photo = PHOTOGRAPHS[3]
    committed = np.array(Image.open(RAW / "images" / f"{photo.image_ref}.jpg"))

    assert psnr(portrait(person(cast().subjects[photo.subject_ref]), photo.seed), committed) >= 35


def test_who_walks_past_when():
    """SUB-01 to SUB-04 inside the case's time, SUB-05 after it, SUB-06 never; the broken clip has only bystanders."""
    subjects = {code: ref for ref, code in cast().subjects.items()}
    walks = [(walk.who.code, clip) for clip in footage() for walk in clip.scene.walks]
    seen = [(subjects[code], clip) for code, clip in walks if code in subjects]
    inside = {ref for ref, clip in seen if "2016-05" <= f"{clip.scene.starts:%Y-%m}" <= "2018-03"}

    assert {"SUB-01", "SUB-02", "SUB-03", "SUB-04"} == inside
    assert {"SUB-05"} == {ref for ref, _ in seen} - inside
    assert {"KB-1", "KB-2"} == {clip.scene.camera.label for ref, clip in seen if ref == "SUB-01"}
    assert not [ref for ref, clip in seen if clip.truncate_at]


def test_the_same_scene_is_written_as_the_same_bytes(tmp_path):
    """One encoder, one thread, no clock: writing twice gives one file."""
    scene = passing(None, seconds=1)
    for name in ("once.mp4", "twice.mp4"):
        write_clip(scene, tmp_path / name)

    assert (tmp_path / "once.mp4").read_bytes() == (tmp_path / "twice.mp4").read_bytes()


def test_photographed_persons_are_told_from_everybody_else(descriptors):
    """At the end of each walk only the walker's own photograph is near, and none is near a bystander."""
    photographs = {
        photo.subject_ref: descriptors(np.array(Image.open(RAW / "images" / f"{photo.image_ref}.jpg")))[0]
        for photo in PHOTOGRAPHS
    }
    subjects = {code: ref for ref, code in cast().subjects.items()}

    for clip in WHOLE:
        for walk in clip.scene.walks:
            k = int((walk.enters_s + walk.seconds - 0.8) * clip.scene.fps)
            faces = descriptors(frame_at(RAW / "footage" / clip.name, k))
            near = {ref for ref, one in photographs.items() if np.linalg.norm(faces - one, axis=1).min() < 0.42}
            far = {ref for ref, one in photographs.items() if np.linalg.norm(faces - one, axis=1).min() > 0.55}
            own = {subjects[walk.who.code]} if walk.who.code in subjects else set()
            assert (own, set(subjects.values()) - own) == (near, far), (clip.name, k)
