"""What is decoded is what was hashed: a file that is swapped while it is worked on, and swapped back, gives nothing."""

import io
import os
import shutil
from pathlib import Path

import av
import pytest

import toolkit
from toolkit.case import open_case
from toolkit.custody.digest import Unreadable, file_digest
from toolkit.errors import IntegrityError
from toolkit.footage.container import probe
from toolkit.footage.sealed import BLOCK_BYTES, SealedFile, blocks_of
from toolkit.footage.segments import segments
from toolkit.steps import pieces, sweep, units
from toolkit.steps.gate import standing_mandate, work_list
from toolkit.steps.looking import ENGINE, how_to_look
from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.people import random_person
from toolkit.synthetic.scenes import passing

MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "authority 7"
necessity = "no other way"
purpose = "review"
cameras = ["*"]
window = "2017"
threshold = 0.5
expires = "2099-12-31"
reviewers = ["POST-2"]
"""


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Two clips of one length: an empty street, and the same street with somebody in it."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(passing(None, seconds=2.0), folder / "empty.mp4")
    write_clip(passing(random_person(3), seconds=2.0), folder / "somebody.mp4")
    return folder


@pytest.fixture
def case(clips, tmp_path):
    """A case that is ready for its index; its footage shows an empty street."""
    case = toolkit.new(tmp_path / "case", title="A", from_="2016", to="2018")
    path = case.root / "case.toml"
    path.write_text(path.read_text() + MANDATE)
    shutil.copy(clips / "empty.mp4", case.root / "raw/footage/a.mp4")
    (case.root / "raw/footage/footage.csv").write_text(
        "file,camera_id,starts,zone\na.mp4,KB-1,2017-01-09T08:30:00,UTC\n"
    )
    toolkit.seal(open_case(case.root))
    toolkit.ingest(open_case(case.root), workers=1)
    return open_case(case.root)


def by_rename(path, other):
    """Put another file in the place of one; return how it is undone."""
    aside = path.with_name("aside")
    path.rename(aside)
    shutil.copy(other, path)
    return lambda: aside.replace(path)


def by_overwriting(path, other):
    """Write another's bytes into a file; return how it is undone."""
    was = path.read_bytes()
    path.write_bytes(other.read_bytes())
    return lambda: path.write_bytes(was)


@pytest.mark.parametrize("swap", [by_rename, by_overwriting])
def test_footage_that_is_swapped_between_cutting_and_decoding_gives_nothing(swap, case, clips):
    """Cut as it was sealed, swapped, decoded, swapped back: refused, though it is what was sealed before and after."""
    [unit] = work_list(case, standing_mandate(case))
    how, path = how_to_look(case, {}), case.root / "raw/footage/a.mp4"
    [piece] = pieces.work_on(case, how, pieces.Piece(unit, "k" * 32))
    sealed = file_digest(path)

    undo = swap(path, clips / "somebody.mp4")
    with pytest.raises(IntegrityError, match=r"raw/footage/a.mp4: changed while it was indexed"):
        pieces.work_on(case, how, piece)
    undo()

    assert sealed == file_digest(path)
    assert not (case.root / "tables/index").exists()
    assert 0 == pieces.work_on(case, how, piece)["faces"]


def test_a_header_that_was_swapped_decides_nothing(case, tmp_path):
    """The mandate was held against the header of another file: what was listed and what is cut must agree."""
    [unit] = work_list(case, standing_mandate(case))
    write_clip(passing(None, seconds=1.0), tmp_path / "other.mp4")
    swapped = pieces.replace(unit, header=probe(tmp_path / "other.mp4", unit.clip.source))

    with pytest.raises(IntegrityError, match="its header is not what it was when it was listed"):
        pieces.checked(swapped)


def test_every_way_of_decoding_reads_what_was_hashed(case, clips):
    """Packets listed, packets held, frames decoded in order: none reads a byte of another file."""
    [unit] = work_list(case, standing_mandate(case))
    container = pieces.checked(unit)
    [segment] = segments(container)
    by_overwriting(container.path, clips / "somebody.mp4")

    for alone in (True, False):
        looks = pieces.looks_at(container, pieces.replace(segment, alone=alone), pieces.Sampling())
        with pytest.raises(IntegrityError, match="changed while it was indexed"):
            list(looks)
    with pytest.raises(IntegrityError, match="changed while it was indexed"):
        segments(container)
    with pytest.raises(IntegrityError, match="changed while it was indexed"):
        probe(container.path, container.source, container.blocks)


def test_a_sealed_file_reads_as_the_file_itself(tmp_path):
    """Any place, any length, across blocks, to the end; a byte that differs is not handed over, others are."""
    content = os.urandom(2 * BLOCK_BYTES + 5)
    path = tmp_path / "a"
    path.write_bytes(content)
    blocks = blocks_of(path)
    with path.open("rb") as file:
        read = SealedFile(file, blocks, "a")
        assert content == b"".join(iter(lambda: read.read(70_000), b""))
        for whence, offset, place in ((0, 9, 9), (1, -4, 5), (2, -3, len(content) - 3)):
            read.seek(9)
            assert place == read.seek(offset, whence) == read.tell()
            assert content[place : place + 2] == read.read(2)
        assert b"" == read.read(0)

    changed = bytearray(content)
    changed[BLOCK_BYTES + 1] ^= 1
    read = SealedFile(io.BytesIO(changed), blocks, "a")
    assert content[:BLOCK_BYTES] == read.read()
    with pytest.raises(IntegrityError, match=f"at byte {BLOCK_BYTES} it is not what was sealed"):
        read.read()


def test_a_container_leads_to_no_other_file(case):
    """No protocol is allowed: not even files, whatever a header says."""
    [unit] = work_list(case, standing_mandate(case))
    container = pieces.checked(unit)
    with pytest.raises(av.FFmpegError):
        av.open(f"file:{container.path}", container_options={"protocol_whitelist": "none"})
    assert container.width > 0


@pytest.mark.parametrize("swap", [by_rename, by_overwriting])
def test_a_register_and_a_probe_are_read_from_the_file_that_was_hashed_and_must_hold_still(swap, tmp_path):
    """Swapped after it was hashed and swapped back: what was read of it is refused."""
    path, other = tmp_path / "a.csv", tmp_path / "other.csv"
    path.write_text("entry_ref\nE-1\n")
    other.write_text("entry_ref\nE-2\n")
    sealed = file_digest(path)

    read = []

    def swapped():
        with units.sealed(path, "raw/a.csv", sealed) as file:
            undo = swap(path, other)
            read.append(file.read())
            undo()

    with pytest.raises(Unreadable, match="changed while it was read"):
        swapped()
    assert sealed == file_digest(path)
    assert swap is by_overwriting or read == [b"entry_ref\nE-1\n"]


def test_a_probe_is_described_from_the_file_that_was_hashed(tmp_path, monkeypatch):
    """Its path leads elsewhere when it is opened: what is decoded is the picture that was sealed."""
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    sealed, real, found = file_digest(path), sweep.describe_probe, []

    def swapped(file, *rest):
        by_rename(path, Path(__file__))
        found.append(real(file, *rest))
        return found[0]

    monkeypatch.setattr(sweep, "describe_probe", swapped)
    with pytest.raises(Unreadable, match="changed while it was read"):
        sweep.describe_sealed((path, "raw/images/a.png", sealed, ENGINE))

    assert "expected a picture, found bytes 6e 6f 20 70 69 63 74 75" in found[0].problems[0].message
