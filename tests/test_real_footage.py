"""A case made from real footage, where `TOOLKIT_REAL_DATA` names the folder that holds it."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from mandates import mandate

import toolkit
from toolkit.faces.reference import load_face_recognition
from toolkit.footage.container import probe
from toolkit.footage.looks import Looks

REAL = Path(os.environ.get("TOOLKIT_REAL_DATA", "/nonexistent"))
pytestmark = pytest.mark.skipif(not (REAL / "clip.mp4").exists(), reason="TOOLKIT_REAL_DATA names no real footage")

THRESHOLD = 0.6
PROBES = """
[[mandate.probes]]
image = "images/probe_in_clip.png"
reason = "known to be in the clip"

[[mandate.probes]]
image = "images/probe_not_in_clip.png"
reason = "known not to be in the clip"
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Make a case of the clip and the two pictures, and take it the straight way."""
    case = toolkit.new(tmp_path_factory.mktemp("real") / "case", title="Real", from_="2000", to="2030")
    settings = case.root / "case.toml"
    settings.write_text(settings.read_text() + mandate("2000/2030", THRESHOLD) + PROBES)
    shutil.copy(REAL / "clip.mp4", case.root / "raw" / "footage")
    for name in ("probe_in_clip.png", "probe_not_in_clip.png"):
        shutil.copy(REAL / name, case.root / "raw" / "images")
    case = toolkit.open_case(case.root)
    toolkit.run(case, workers=1)
    return case


def shots(looks):
    """Return the shot of each look: a new one begins where brightness changes all over the picture."""
    numbers, last = [], None
    for look in looks:
        small = look.luma[::16, ::16].astype(float)
        cut = last is not None and np.abs(small - last).mean() > 25  # a cut here moves it by 40 and more, a pan by 15
        numbers.append((numbers[-1] if numbers else 0) + int(cut))
        last = small
    return numbers


def test_candidates_in_each_shot_where_face_recognition_finds_the_person(case):
    """At the same sampling, no shot is missed in which face_recognition finds the person within the threshold."""
    face_recognition = load_face_recognition()
    wanted = face_recognition.face_encodings(face_recognition.load_image_file(REAL / "probe_in_clip.png"))[0]
    looks = list(Looks(probe(REAL / "clip.mp4", "clip.mp4"), 2))
    shot_of = dict(zip((look.frame for look in looks), shots(looks), strict=True))

    def sees(look):
        found = face_recognition.face_encodings(look.rgb, face_recognition.face_locations(look.rgb))
        return bool(found) and face_recognition.face_distance(found, wanted).min() <= THRESHOLD

    theirs = {shot_of[look.frame] for look in looks if sees(look)}
    candidates = case.table("candidates").filter(probe_id="raw/images/probe_in_clip.png")
    ours = {shot_of[frame] for frame in candidates["frame"] if frame in shot_of}

    assert theirs
    assert theirs - ours == set()


def test_none_for_the_person_who_is_not_in_it(case):
    """The other probe has no candidate, and was searched for."""
    [row] = case.table("probes").filter(probe_id="raw/images/probe_not_in_clip.png").iter_rows(named=True)

    assert (row["searched"], row["candidates_at_t"]) == (True, 0)


def test_undated_footage_says_so(case, run_cli):
    """A clip with no camera and no start is a coded problem, not a guess; the answers about shares are not searched."""
    codes = {problem.code for problem in case.problems("index")}
    seen = case.table("faces").select("seen_earliest").drop_nulls()
    [shared] = json.loads(run_cli("ask", case.root, "Q01", "--json").stdout)[0]["answers"]

    assert (codes, seen.height, shared["state"]) == ({"M115"}, 0, "not_searched")
