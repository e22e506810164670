"""Every probe with every footage file's faces: what was compared earlier is not compared again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from toolkit.case import Case, Progress
from toolkit.custody.digest import digest_of
from toolkit.errors import IntegrityError, UsageError
from toolkit.faces.search import WIDTH, Rows
from toolkit.faces.sweep import Probe, compare, in_order
from toolkit.steps import workers
from toolkit.steps.job import Job, write_frame

PART_ROWS = 16_384
"""Descriptors read at a time: 8 MiB."""

WORTH_A_WORKER = 2_000_000
"""Faces times probes / 100 from which other processes pay for starting: about a second of one core."""


@dataclass(frozen=True)
class Shard:
    """
    The faces of one footage file.

    Args:
        name: File name of its shards.
        faces: Shard of the table `faces`.
        descriptors: Shard of the table `descriptors`.
        inputs: Digest of both shards, the threshold and the engine.
        n_faces: How many faces.
        known: Digests of the probes that an earlier run compared with them.
        missing: Digests of those that are to be compared now.
        stale: Whether its comparisons are to be written again.
    """

    name: str
    faces: Path
    descriptors: Path
    inputs: str
    n_faces: int
    known: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    stale: bool = True


def shards(work: Job, digests: dict[str, str], wanted: frozenset[str], depends_on: Sequence[str]) -> list[Shard]:
    """
    Return the shards of the index, and which probes each is still to be compared with.

    Args:
        work: The sweep at work.
        digests: Of every table of the steps before, by path.
        wanted: Digests of all probes.
        depends_on: What every comparison depends on beside the shard: threshold, engine.

    Raises:
        IntegrityError: If a shard is not what the index wrote.
        UsageError: If the index is not finished, or faces have lost their descriptors that a probe is still to be
            compared with.
    """
    case = work.case
    written = _index_wrote(work)
    found = []
    for faces in sorted((case.folder("index") / "faces").glob("*.parquet")):
        descriptors = case.folder("index") / "descriptors" / faces.name
        names = [case.relative(faces), case.relative(descriptors)]
        for name in names:
            if digests.get(name) != written.get(name):
                raise IntegrityError(
                    f"{name}: expected the digest {written.get(name)} of the index, found {digests.get(name)}"
                )
        inputs = digest_of([*(digests.get(name) for name in names), *depends_on])
        n_faces = pq.read_metadata(faces).num_rows
        shard = _against(work, Shard(faces.name, faces, descriptors, inputs, n_faces), wanted)
        if shard.missing and not descriptors.exists():
            raise UsageError(f"{names[0]} has no descriptors: run 'toolkit index CASE' again")
        found.append(shard)
    return found


def compared(
    work: Job,
    shards: Sequence[Shard],
    probes: Sequence[Probe],
    threshold: float,
    how: tuple[int | None, str | None],
    progress: Progress | None,
) -> Iterator[tuple[Shard, str | None]]:
    """
    Yield each shard, in no order, when its comparisons are on the disk and in the log; or why they failed twice.

    Args:
        work: The sweep at work.
        shards: What `shards` returned.
        probes: Every probe that some shard misses and that has a descriptor.
        threshold: Largest distance of a candidate.
        how: Workers and scheduler, see `workers.run`.
        progress: Told how many faces are done.
    """
    total = sum(shard.n_faces for shard in shards)
    done = sum(shard.n_faces for shard in shards if not shard.stale)
    for shard in (shard for shard in shards if not shard.stale):
        entry = work.done(shard.name, shard.inputs)
        work.outputs |= entry["outputs"] if entry else {}
        yield shard, None
    stale = sorted((shard for shard in shards if shard.stale), key=lambda shard: (-shard.n_faces, shard.name))
    n_workers, scheduler = how
    if n_workers is None and scheduler is None and total * len(probes) < 100 * WORTH_A_WORKER:
        n_workers = 1
    function = partial(compare_shard, work.case, probes, threshold)
    for shard, sha256 in workers.run(stale, function, n_workers, scheduler):
        if isinstance(sha256, workers.Failed):
            yield shard, sha256.why
            continue
        outputs = {work.case.relative(_place(work.case, shard)): sha256}
        work.unit(shard.name, shard.inputs, outputs, {"probes": _probes_digest(shard.known | shard.missing)})
        work.outputs |= outputs
        done += shard.n_faces
        if progress:
            progress("sweep", done, total)
        yield shard, None


def compare_shard(case: Case, probes: Sequence[Probe], threshold: float, shard: Shard) -> str:
    """
    Compare the probes that a shard misses, write its comparisons with the earlier ones, and return their digest.

    The unit of work: a pure function of the shard and the probes. A shard's descriptors are read part by part.
    """
    path = _place(case, shard)
    parts = []
    if shard.known:
        earlier = pl.read_parquet(path)
        parts.append(earlier.filter(pl.col("probe_sha256").is_in(list(shard.known))))
    now = [probe for probe in probes if probe.sha256 in shard.missing]
    if now:
        face_ids = pl.read_parquet(shard.faces, columns=["face_id"])["face_id"]
        if not face_ids.equals(pl.read_parquet(shard.descriptors, columns=["face_id"])["face_id"]):
            raise ValueError(f"{shard.name}: faces and descriptors do not belong together: their face_id differ")
        parts.append(compare(now, face_ids, read_descriptors(shard.descriptors), threshold))
    return write_frame(path, "comparisons", "sweep", in_order(parts))


def near(case: Case, shards: Sequence[Shard]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield the comparisons of each shard that found something, and the faces they name."""
    for shard in shards:
        comparisons = pl.read_parquet(_place(case, shard)).drop_nulls("face_id")
        if comparisons.height:
            faces = pl.scan_parquet(shard.faces)
            yield comparisons, faces.filter(pl.col("face_id").is_in(comparisons["face_id"].to_list())).collect()


def _index_wrote(work: Job) -> dict[str, str]:
    """Return the digests of the index's tables, from the log."""
    begun_or_done = (
        each for each in reversed(work.log.entries) if each.get("step") == "index" and each["event"] != "unit"
    )
    last = next(begun_or_done, None)
    if last is None or last["event"] != "outcome":
        raise UsageError("the index is not finished: run 'toolkit index CASE' first")
    return dict(last["outputs"])


def _against(work: Job, shard: Shard, wanted: frozenset[str]) -> Shard:
    """Return the shard with what an earlier run compared, and what is missing."""
    entry = work.done(shard.name, shard.inputs)
    known: frozenset[str] = frozenset()
    if entry and entry["found"]["probes"] == _probes_digest(wanted):
        known = wanted
    elif entry:
        earlier = pl.read_parquet(_place(work.case, shard), columns=["probe_sha256"])["probe_sha256"]
        known = frozenset(earlier.unique().to_list()) & wanted
    stale = entry is None or entry["found"]["probes"] != _probes_digest(wanted)
    paths = (shard.name, shard.faces, shard.descriptors, shard.inputs, shard.n_faces)
    return Shard(*paths, known=known, missing=wanted - known, stale=stale)


def _place(case: Case, shard: Shard) -> Path:
    return case.folder("sweep") / "comparisons" / shard.name


def _probes_digest(sha256s: frozenset[str]) -> str:
    return digest_of(sorted(sha256s))


def read_descriptors(path: Path) -> Iterator[Rows]:
    """Yield the descriptors of a shard, part by part."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(PART_ROWS, columns=["descriptor"]):
            values = batch.column(0).flatten().to_numpy()
            yield values.reshape(-1, WIDTH)
