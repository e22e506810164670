"""What was compared is not compared again, and the tables are those of comparing everything at once."""

import hashlib
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from toolkit.case import open_case
from toolkit.errors import IntegrityError, UsageError
from toolkit.faces.sweep import Probe
from toolkit.steps import comparisons
from toolkit.steps.job import job, shard_name, write_frame
from toolkit.steps.reconstruct import outcomes
from toolkit.tables import table

THRESHOLD = 0.6


def descriptors(seed, n):
    """Return made-up descriptors near enough to each other that some are candidates."""
    return (np.random.default_rng(seed).normal(size=(n, 128)) * 0.0375).astype(np.float32)


PROBES = {
    hashlib.sha256(bytes([n])).hexdigest(): Probe(hashlib.sha256(bytes([n])).hexdigest(), descriptors(n, 1)[0], "e")
    for n in range(4)
}
AA, BB, CC, DD = PROBES


@pytest.fixture
def case(tmp_path):
    """Open an empty case."""
    (tmp_path / "case.toml").write_text('[case]\ntitle = "t"\nfrom = "2016"\nto = "2018"\n')
    return open_case(tmp_path)


def index(case, engine="e", **clips):
    """Write the index of clips: name and number of faces, seeded by the name."""
    with job(case, "index", [engine, *sorted(clips.items())]) as work:
        for name, n in clips.items():
            ids = pl.Series("face_id", [f"{name}-{number:06d}" for number in range(n)], pl.String)
            schema = table("faces").schema()
            empty = [pl.lit(None, dtype).alias(column) for column, dtype in schema.items() if column != "face_id"]
            empty = [*(each for each in empty if each.meta.output_name() != "engine"), pl.lit(engine).alias("engine")]
            faces = ids.to_frame().with_columns(empty).select(schema.names())
            seed = int.from_bytes(name.encode(), "big")
            rows = pl.DataFrame({"face_id": ids, "descriptor": descriptors(seed, n)}, table("descriptors").schema())
            for what, frame in (("faces", faces), ("descriptors", rows)):
                work.keep(path := case.folder("index") / what / f"{shard_name(name)}.parquet", "")
                work.keep(path, write_frame(path, what, "index", frame))


def sweep(case, wanted, workers=1):
    """Compare, and return which pairs of shard and probe were computed, and the bytes of every comparison."""
    wanted = frozenset(wanted)
    with job(case, "sweep", [sorted(wanted), outcomes(case, "sweep")]) as work:
        shards = comparisons.shards(work, outcomes(case, "sweep"), wanted, [str(THRESHOLD)])
        missing = frozenset().union(*(shard.missing for shard in shards))
        probes = [PROBES[sha256] for sha256 in sorted(missing)]
        finished = [s for s, why in comparisons.compared(work, shards, probes, THRESHOLD, (workers, None), None)]
        assert sorted(shard.name for shard in finished) == sorted(shard.name for shard in shards)
        near = sum(found.height for found, _ in comparisons.near(case, finished))
    files = sorted((case.folder("sweep") / "comparisons").glob("*.parquet"))
    computed = {(shard.name.split("-")[0], sha256) for shard in shards for sha256 in shard.missing}
    return SimpleNamespace(computed=computed, bytes={path.name: path.read_bytes() for path in files}, near=near)


def test_a_new_probe_meets_every_face_and_the_others_none(case, tmp_path_factory):
    """Two probes, then one more: only the new one is compared, and the bytes are those of all three at once."""
    index(case, one=40, two=30)

    first, then = sweep(case, [AA, CC]), sweep(case, [AA, BB, CC])

    assert {("one", AA), ("two", AA), ("one", CC), ("two", CC)} == first.computed
    assert {("one", BB), ("two", BB)} == then.computed
    assert then.near > first.near > 0
    assert then.bytes == sweep(again(case, tmp_path_factory, one=40, two=30), [AA, BB, CC]).bytes


def test_new_footage_meets_every_probe_and_old_footage_none(case, tmp_path_factory):
    """A third file: only its faces are compared."""
    index(case, one=40, two=30)
    sweep(case, [AA, BB])
    index(case, one=40, two=30, three=20)

    then = sweep(case, [AA, BB])

    assert {("three", AA), ("three", BB)} == then.computed
    assert then.bytes == sweep(again(case, tmp_path_factory, one=40, two=30, three=20), [AA, BB]).bytes


def test_a_probe_that_is_withdrawn_leaves_nothing(case, tmp_path_factory):
    """Nothing is computed, and what was found for it is gone."""
    index(case, one=40)
    sweep(case, [AA, BB])

    then = sweep(case, [BB])

    assert set() == then.computed
    assert then.bytes == sweep(again(case, tmp_path_factory, one=40), [BB]).bytes


def test_comparisons_that_were_altered_are_made_again(case):
    """A digest that is not the log's: compared anew."""
    index(case, one=40, two=30)
    first = sweep(case, [AA])
    altered = next((case.folder("sweep") / "comparisons").glob("one-*"))
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")

    then = sweep(case, [AA])

    assert ({("one", AA)}, first.bytes) == (then.computed, then.bytes)


@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_writes_the_same_bytes(case, tmp_path_factory, workers):
    """The same comparisons, whoever made them."""
    index(case, one=40, two=30, three=20)
    other = again(case, tmp_path_factory, one=40, two=30, three=20)

    assert sweep(case, PROBES).bytes == sweep(other, PROBES, workers).bytes


def test_a_shard_that_the_index_did_not_write_is_refused(case):
    """A shard exchanged between index and sweep is not searched."""
    index(case, one=40)
    path = next((case.folder("index") / "descriptors").glob("*.parquet"))
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(IntegrityError, match=r"descriptors/one-.*expected the digest"):
        sweep(case, [AA])


def test_an_index_that_was_interrupted_is_not_searched(case):
    """An intent without an outcome: files of two runs may lie side by side."""
    index(case, one=40)
    with pytest.raises(KeyboardInterrupt), job(case, "index", "more"):
        raise KeyboardInterrupt

    with pytest.raises(UsageError, match="the index is not finished"):
        sweep(case, [AA])


def again(case, folders, **clips):
    """Return a second case with the same index."""
    root = folders.mktemp("again")
    (root / "case.toml").write_bytes((case.root / "case.toml").read_bytes())
    index(other := open_case(root), **clips)
    return other


def test_a_probe_is_never_compared_with_faces_of_another_engine(case):
    """Their distances mean nothing: refused by name, and not as if nothing were near."""
    index(case, one=40)
    assert sweep(case, [AA]).near > 0
    index(case, engine="another", one=40)

    with pytest.raises(UsageError, match=r"one-.*its faces were described by another, the images to search for by e"):
        sweep(case, [AA])
