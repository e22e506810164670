"""The index: the same bytes for any number of workers, after an interruption, and around a piece that fails."""

from pathlib import Path

import av
import onnxruntime
import polars as pl
import pytest

from toolkit.case import open_case
from toolkit.errors import AuthorityError, IntegrityError, UsageError
from toolkit.faces.engine import engine_named
from toolkit.faces.onnx_engine import CUDA
from toolkit.steps import pieces
from toolkit.steps.index import index
from toolkit.steps.ingest import ingest
from toolkit.steps.seal import seal

FOOTAGE = Path(__file__).parents[2] / "data_samples" / "kings_boulevard" / "raw" / "footage"
CLIPS = ("KB1_2016-06-14.mp4", "KB1_2017-02-21.mp4", "KB2_2017-06-30.mp4")
CASE = """
[case]
title = "t"
from = "2016-05"
to = "2018-03"
as_at = "2019-10-04"

[index]
min_face_px = 80

[mandate]
requested_by = "POST-1"
legal_basis = "made up"
necessity = "made up"
purpose = "a test"
cameras = ["*"]
window = "2016/2018"
threshold = 0.5
expires = "2099-12-31"
reviewers = ["POST-2"]
"""


def cut(source: Path, target: Path, begins: int, ends: int) -> None:
    """Copy the seconds from one key frame to another, packet by packet."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        stream = read.streams.video[0]
        copied = written.add_stream_from_template(stream)
        for packet in read.demux(stream):
            if packet.dts is not None and begins <= packet.pts * stream.time_base < ends:
                ticks = int(begins / stream.time_base)
                packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
                packet.stream = copied
                written.mux(packet)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Return a folder with three clips of four seconds in which somebody walks by."""
    folder = tmp_path_factory.mktemp("raw") / "footage"
    folder.mkdir()
    for name in CLIPS:
        cut(FOOTAGE / name, folder / name, 8, 12)
    lines = [f"{name},KB-1,{name[4:14]}T12:00:00,Europe/London" for name in CLIPS]
    (folder / "footage.csv").write_text("\n".join(["file,camera_id,starts,zone", *lines, ""]))
    return folder


@pytest.fixture
def new_case(raw, tmp_path):
    """Make cases of these clips, sealed and ingested."""

    def make(name, clips=CLIPS, seconds=4):
        root = tmp_path / name
        (root / "raw" / "footage").mkdir(parents=True)
        for path in (raw / clip for clip in ("footage.csv", *clips)):
            (root / "raw" / "footage" / path.name).write_bytes(path.read_bytes())
        for clip in clips if seconds < 4 else ():
            cut(raw / clip, root / "raw" / "footage" / clip, 0, seconds)
        (root / "case.toml").write_text(CASE)
        case = open_case(root)
        seal(case)
        ingest(case, workers=1)
        return case

    return make


def tables(case):
    """Return the bytes of every table of the index."""
    return {case.relative(path): path.read_bytes() for path in sorted(case.folder("index").rglob("*.parquet"))}


@pytest.fixture(scope="module")
def expected():
    """Keep what one process makes of the clips, for the other tests."""
    return {}


def test_any_number_of_workers_writes_the_same_bytes(new_case, expected):
    """One process or two others: the same tables, faces in them, and nothing left in the cache."""
    alone, two = new_case("alone"), new_case("two")

    index(alone, workers=1)
    index(two, workers=2)

    expected |= tables(alone)
    assert expected == tables(two)
    assert alone.table("faces").height > 0
    assert [] == list((two.root / "cache" / "index").iterdir())


def test_a_second_run_does_nothing(new_case):
    """Everything is up to date."""
    case = new_case("twice")
    index(case, workers=1)

    assert not index(case, workers=1).did_work


def test_an_interrupted_run_goes_on_after_the_last_finished_piece(new_case, expected, monkeypatch):
    """Interrupted at the second file; then only it and the third are decoded, and the tables are the same."""
    case, looked_at, real = new_case("interrupted"), [], pieces.index_segment

    def interrupted(unit, *rest):
        looked_at.append(unit.clip.source)
        if len(looked_at) == 2:
            raise KeyboardInterrupt
        return real(unit, *rest)

    monkeypatch.setattr(pieces, "index_segment", interrupted)
    with pytest.raises(KeyboardInterrupt):
        index(case, workers=0)
    index(case, workers=0)

    assert 4 == len(looked_at)
    assert looked_at[1] == looked_at[2]
    assert {case.relative(case.root / "raw" / "footage" / name) for name in CLIPS} == set(looked_at)
    assert (expected or tables(case)) == tables(case)


def test_a_piece_that_fails_twice_is_quarantined(new_case, monkeypatch):
    """Its frames are not examined, and a problem says why; the other files are as ever."""
    case, real, bad = new_case("poison"), pieces.index_segment, f"raw/footage/{CLIPS[1]}"

    def fails(unit, *rest):
        if unit.clip.source == bad:
            raise MemoryError("no more memory")
        return real(unit, *rest)

    monkeypatch.setattr(pieces, "index_segment", fails)
    run = index(case, workers=0)

    message = f"W501 {bad} frames 0 to 39: tried twice: MemoryError: no more memory"
    assert [f"{message}; file kept; these frames were not examined"] == [str(problem) for problem in run.problems]
    assert 3 == run.exit_code
    coverage = pl.read_parquet(case.folder("index") / "coverage.parquet")
    frames = coverage.filter(pl.col("measure") == "frames", pl.col("source") == bad)
    assert [(None, 0), ("cannot_read", 40)] == sorted(frames.select("cause", "n").rows(), key=lambda row: row[1])
    assert {f"raw/footage/{name}" for name in CLIPS} - {bad} == set(case.table("faces")["source"])


def test_what_is_in_quarantine_is_tried_again_when_asked(new_case, expected, monkeypatch):
    """Mended, it stays in quarantine until somebody asks; then it is as if nothing had failed."""
    case, real, bad = new_case("mended"), pieces.index_segment, f"raw/footage/{CLIPS[1]}"
    looked_at = []

    def fails(unit, *rest):
        looked_at.append(unit.clip.source)
        if unit.clip.source == bad and len(looked_at) < 5:
            raise MemoryError("no more memory")
        return real(unit, *rest)

    monkeypatch.setattr(pieces, "index_segment", fails)
    assert 1 == len(index(case, workers=0).problems)
    assert not index(case, workers=0).did_work

    run = index(case, workers=0, again=True)

    assert ((), 0) == (run.problems, run.exit_code)
    assert [bad] == looked_at[4:]
    assert (expected or tables(case)) == tables(case)
    run = index(case, workers=0, again=True)
    assert (False, ("nothing is in quarantine",)) == (run.did_work, run.notes)


def test_exhaustive_stays_until_it_is_taken_back(new_case):
    """Every frame is looked at, also by a run that does not ask for it: half of each kind would be neither."""
    case = new_case("exhaustive", CLIPS[:1], seconds=2)

    run = index(case, workers=1, exhaustive=True)
    assert ("every frame is looked at (--exhaustive)",) == run.notes[:1]
    assert [("frames", None, 20)] == frames(case)
    run = index(case, workers=1)
    assert (False, ("every frame is looked at (--exhaustive)",)) == (run.did_work, run.notes)

    assert index(case, workers=1, exhaustive=False).did_work
    [(_, _, examined), (_, cause, passed_over)] = frames(case)
    assert (20, "frame_not_sampled") == (examined + passed_over, cause)
    assert 0 < examined < 20


def frames(case):
    """Return what coverage says of frames."""
    coverage = case.table("coverage", "index").filter(pl.col("measure") == "frames")
    return coverage.select("measure", "cause", "n").sort("cause", nulls_last=False).rows()


def test_a_device_that_is_not_there_is_refused(new_case):
    """Before anything is decoded; the message says what ONNX Runtime has instead, and what to do."""
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("this machine has it")
    case = new_case("cuda", CLIPS[:1], seconds=2)

    with pytest.raises(UsageError, match=r"--device cuda: onnxruntime .* has .*CPUExecutionProvider.*and not CUDA"):
        index(case, workers=1, device="cuda")

    assert not case.folder("index").exists()
    assert " cuda dlib " in engine_named("onnx_cuda").name


def test_footage_that_was_altered_is_not_decoded(new_case):
    """A byte more than was sealed: the step stops, and says which file."""
    case = new_case("altered")
    path = case.root / "raw" / "footage" / CLIPS[0]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(IntegrityError, match=f"{CLIPS[0]}: expected the sealed digest"):
        index(case, workers=2)


@pytest.mark.parametrize(
    ("min_face_px", "looks_per_s", "floor", "budget"), [(20, 0.001, 24, 10**12), (1000, 240, 876_600, 1)]
)
def test_the_ends_of_every_range_can_be_worked_with(new_case, min_face_px, looks_per_s, floor, budget):
    """What `case.toml` may state never ends in a traceback or a quarantined archive."""
    case = new_case("ends", CLIPS[:1], seconds=1)
    said = CASE.replace("min_face_px = 80", f"min_face_px = {min_face_px}\nlooks_per_s = {looks_per_s}")
    said += f"age_floor_hours = {floor}\nface_budget = {budget}\nprobe_budget = 1\n[rules]\nR13_days = 36525\n"
    (case.root / "case.toml").write_text(said)
    case = open_case(case.root)
    if floor > 24:
        with pytest.raises(AuthorityError, match=r"less than mandate.age_floor_hours \(876600\)"):
            index(case, workers=1)
        (case.root / "case.toml").write_text(said.replace(str(floor), "24"))
        case = open_case(case.root)

    assert () == index(case, workers=1).problems
    assert case.connect().sql("select min_face_px, looks_per_s from settings").fetchall() == [
        (min_face_px, looks_per_s)
    ]
