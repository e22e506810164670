"""
G4 and G5: every bit of a golden bundle, and every edit of a log of 256 lines.

A bundle of 64 KiB is flipped bit by bit. A bag's manifests name the digest of every file, so that a flip is noticed if
the file's digest is another one (it is computed for each flip), and a flip of the one file that no digest covers,
`tagmanifest-sha256.txt`, if the bag's own check says so. A sample goes through the whole verification.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

from doubles import Forgetful
from small import ANSWERS, AT, OUTPUTS, small_case

import toolkit
from toolkit.custody import bag, bundle, chain, write
from toolkit.custody.heads import Trust
from toolkit.custody.log import Log
from toolkit.errors import IntegrityError

GOLDEN_BYTES = 1 << 16


def golden(folder: Path) -> Path:
    """Make a bundle of 64 KiB to the byte: a small case whose table is as long as it takes."""
    write.disk = Forgetful()  # type: ignore[no-untyped-call]
    steps = {**OUTPUTS, "ingest": {"tables/ingest/disclosures.parquet": "rows"}}
    small_case(folder / "case", steps=steps)
    made = toolkit.bundle(toolkit.open_case(folder / "case"), folder / "bundle")
    reseal(made)
    filler = GOLDEN_BYTES - sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    with (made / "README.txt").open("ab") as readme:
        readme.write((ANSWERS.encode() * 1000)[:filler])
    reseal(made)
    assert sum(path.stat().st_size for path in made.rglob("*") if path.is_file()) == GOLDEN_BYTES
    assert bundle.verify_bundle(made, Trust()).ok
    return made


def reseal(made: Path) -> None:
    """Make the bag's own files anew, as anybody can who edits one."""
    for name in ("bagit.txt", "bag-info.txt", bag.PAYLOAD, bag.TAGS):
        (made / name).unlink(missing_ok=True)
    bag.seal_bag(made, {})


def flipped(content: bytes) -> Iterator[tuple[int, bytearray]]:
    """Yield (bit, the content with that bit the other way); one buffer, which is put back after each."""
    buffer = bytearray(content)
    for bit in range(len(content) * 8):
        buffer[bit // 8] ^= 1 << bit % 8
        yield bit, buffer
        buffer[bit // 8] ^= 1 << bit % 8


def bits(made: Path, each: int = 1, whole: int = 200) -> tuple[int, int]:
    """Return how many flips were made, and how many were noticed; every *each*-th of the bag's last manifest's."""
    tried = noticed = 0
    chance = random.Random(4)  # noqa: S311 - the same sample each time
    for path in sorted(made.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.name == bag.TAGS:
            for bit, edited in flipped(content):
                if bit % each:
                    continue
                path.write_bytes(edited)
                tried += 1
                noticed += bool(bag.check_bag(made))
            path.write_bytes(content)
            continue
        listed = hashlib.sha256(content).digest()
        for _, edited in flipped(content):
            tried += 1
            noticed += hashlib.sha256(edited).digest() != listed
        for bit in chance.sample(range(len(content) * 8), min(whole // 8, len(content) * 8)):
            edited = bytearray(content)
            edited[bit // 8] ^= 1 << bit % 8
            path.write_bytes(edited)
            assert not bundle.verify_bundle(made, Trust()).ok, (path, bit)
        path.write_bytes(content)
    assert bundle.verify_bundle(made, Trust()).ok
    return tried, noticed


def log_edits(folder: Path, each: int = 1) -> tuple[int, int]:
    """Return how many edits of a log of 256 lines were made, and how many were refused, its head being as it was."""
    write.disk = Forgetful()  # type: ignore[no-untyped-call]
    path = folder / chain.LOG
    log = Log(path)
    for n in range(256):
        log.append({"event": ("intent", "unit", "outcome")[n % 3], "step": f"step {n}", "unit": "one"}, AT)
    lines = path.read_bytes().splitlines(keepends=True)
    tried = refused = 0
    for number, edited in enumerate(_edits(lines)):
        if number % each:
            continue
        path.write_bytes(b"".join(edited))
        tried += 1
        try:
            chain.load(path)
        except IntegrityError:
            refused += 1
    return tried, refused


def _edits(lines: list[bytes]) -> Iterator[list[bytes]]:
    """Yield each kind of edit at each place: the last line is swapped with the first."""
    for at, line in enumerate(lines):
        before, after = lines[:at], lines[at + 1 :]
        yield [*before, line.replace(b"09:30:00", b"09:30:01"), *after]
        yield [*before, *after]
        yield [*before, line.replace(b'"step ', b'"stop '), line, *after]
        yield [*before, line, line, *after]
        yield before
        yield [*before, after[0], line, *after[1:]] if after else [line, *before[1:], before[0]]
