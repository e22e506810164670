"""Every probe with every footage file's faces: what was compared earlier is not compared again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from toolkit.case import Case, Progress
from toolkit.custody import erasure
from toolkit.custody.digest import Unreadable, digest_of, file_digest
from toolkit.errors import IntegrityError, UsageError
from toolkit.faces.search import WIDTH, Rows
from toolkit.faces.sweep import Probe, compare, in_order
from toolkit.steps import workers
from toolkit.steps.job import Job, write_frame
from toolkit.tables import table

PART_ROWS = 16_384
"""Descriptors read at a time: 8 MiB."""

WORTH_A_WORKER = 2_000_000
"""Faces times probes / 100 from which other processes pay for starting: about a second of one core."""

KEPT = "candidate_descriptors"
"""Table of the descriptors that stay when the others are forgotten."""


@dataclass(frozen=True)
class Shard:
    """
    The faces of one footage file.

    Args:
        name: File name of its shards.
        faces: Shard of the table `faces`.
        descriptors: Shard of the table `descriptors`.
        sha256: Its digest.
        inputs: Digest of both shards, the threshold and the engine.
        n_faces: How many faces.
        known: Digests of the probes that an earlier run compared with them.
        missing: Digests of those that are to be compared now.
        stale: Whether its comparisons are to be written again.
        forgotten: Whether its descriptors are; to compare them, they are described again.
    """

    name: str
    faces: Path
    descriptors: Path
    sha256: str | None
    inputs: str
    n_faces: int
    known: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    stale: bool = True
    forgotten: bool = False

    @property
    def to_describe(self) -> bool:
        """Whether a probe is to be compared with faces whose descriptors are forgotten."""
        return self.forgotten and bool(self.missing)


def shards(work: Job, digests: dict[str, str], wanted: frozenset[str], depends_on: Sequence[str]) -> list[Shard]:
    """
    Return the shards of the index, and which probes each is still to be compared with.

    Args:
        work: The sweep at work.
        digests: Of every table of the steps before but descriptors, by path.
        wanted: Digests of all probes.
        depends_on: What every comparison depends on beside the shard: threshold, engine.

    Raises:
        IntegrityError: If a shard is not what the index wrote.
        UsageError: If the index is not finished.
    """
    case = work.case
    written, as_written = _index_wrote(work), erasure.as_written(work.log.entries)
    found = []
    for faces in sorted((case.folder("index") / "faces").glob("*.parquet")):
        descriptors = case.folder("index") / "descriptors" / faces.name
        names = [case.relative(faces), case.relative(descriptors)]
        _check(names[0], written.get(names[0]), digests.get(names[0]))
        gone = names[1] in work.forgotten
        sha256 = work.forgotten[names[1]].sha256 if gone else written.get(names[1])
        sha256 = as_written.get((names[1], str(sha256)), sha256)
        inputs = digest_of([digests.get(names[0]), sha256, *depends_on])
        n_faces = pq.read_metadata(faces).num_rows
        shard = Shard(faces.name, faces, descriptors, sha256, inputs, n_faces, forgotten=gone)
        shard = _against(work, shard, wanted)
        if shard.missing and not gone:
            now = _digest(descriptors)
            _check(names[1], sha256, as_written.get((names[1], str(now)), now))
        found.append(shard)
    return found


def _check(name: str, expected: str | None, found: str | None) -> None:
    if expected is None or expected != found:
        raise IntegrityError(f"{name}: expected the digest {expected} of the index, found {found}")


def _digest(path: Path) -> str | None:
    try:
        return file_digest(path)
    except Unreadable:
        return None


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
    for shard, outputs in workers.run(stale, function, n_workers, scheduler, root=work.case.root):
        if isinstance(outputs, workers.Failed):
            yield shard, outputs.why
            continue
        work.unit(shard.name, shard.inputs, outputs, {"probes": _probes_digest(work, shard.known | shard.missing)})
        work.outputs |= outputs
        done += shard.n_faces
        if progress:
            progress("sweep", done, total)
        yield shard, None


def erased(work: Job, shards: Sequence[Shard]) -> int:
    """Return how many faces of the shards were erased before this sweep compared them."""
    rows = erasure.rows_erased(work.log.entries)
    return sum(rows.get(work.case.relative(shard.faces), 0) for shard in shards)


def compare_shard(case: Case, probes: Sequence[Probe], threshold: float, shard: Shard) -> dict[str, str]:
    """
    Compare the probes that a shard misses, and write its comparisons, with the earlier ones, and what rests on them.

    The unit of work: a pure function of the shard and the probes. A shard's descriptors are read part by part; those
    of the faces that are near a probe are kept beside the comparisons, all others can be forgotten.

    Returns:
        Path in the case -> digest, of what it wrote.
    """
    path = _place(case, shard)
    parts = []
    if shard.known:
        earlier = pl.read_parquet(path)
        parts.append(earlier.filter(pl.col("probe_sha256").is_in(list(shard.known))))
    now = [probe for probe in probes if probe.sha256 in shard.missing]
    if now:
        _check_engine(case, shard, now)
        face_ids = pl.read_parquet(shard.faces, columns=["face_id"])["face_id"]
        if not face_ids.equals(pl.read_parquet(shard.descriptors, columns=["face_id"])["face_id"]):
            raise ValueError(f"{shard.name}: faces and descriptors do not belong together: their face_id differ")
        parts.append(compare(now, face_ids, read_descriptors(shard.descriptors), threshold))
    comparisons = in_order(parts)
    kept, beside = _near_described(case, shard, comparisons, again=bool(now)), _place(case, shard, KEPT)
    return {
        case.relative(beside): write_frame(beside, KEPT, "sweep", kept),
        case.relative(path): write_frame(path, "comparisons", "sweep", comparisons),
    }


def _check_engine(case: Case, shard: Shard, probes: Sequence[Probe]) -> None:
    """Refuse to compare descriptors of two engines: their distances mean nothing."""
    engines = {probe.engine for probe in probes}
    others = set(pl.read_parquet(shard.faces, columns=["engine"])["engine"].unique().to_list()) - engines
    if others or len(engines) > 1:
        theirs, ours = ", ".join(sorted(others)) or "one engine", ", ".join(sorted(engines))
        raise UsageError(
            f"{case.relative(shard.faces)}: its faces were described by {theirs}, the images to search for by {ours}: "
            "run 'toolkit index CASE' first; nothing compared"
        )


def _near_described(case: Case, shard: Shard, comparisons: pl.DataFrame, *, again: bool) -> pl.DataFrame:
    """Return the descriptors of the faces that are near a probe, by face_id: from the shard, or as kept earlier."""
    near = comparisons["face_id"].drop_nulls().unique().to_list()
    path = shard.descriptors if again else _place(case, shard, KEPT)
    empty = table(KEPT).schema().to_frame()
    if not near:
        return empty
    with pq.ParquetFile(path) as file:
        batches = (pl.from_arrow(batch) for batch in file.iter_batches(PART_ROWS))
        parts = [pl.DataFrame(part).filter(pl.col("face_id").is_in(near)) for part in batches]
    return pl.concat([empty, *parts]).sort("face_id")


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
    if entry and entry["found"]["probes"] == _probes_digest(work, wanted):
        known = wanted
    elif entry:
        earlier = pl.read_parquet(_place(work.case, shard), columns=["probe_sha256"])["probe_sha256"]
        known = frozenset(earlier.unique().to_list()) & wanted
    stale = entry is None or entry["found"]["probes"] != _probes_digest(work, wanted)
    return replace(shard, known=known, missing=wanted - known, stale=stale)


def _place(case: Case, shard: Shard, name: str = "comparisons") -> Path:
    return case.folder("sweep") / name / shard.name


def _probes_digest(work: Job, sha256s: frozenset[str]) -> str:
    """Return what the log says of the probes: keyed, as of a single probe it would be the digest of one picture."""
    return work.keyed(digest_of(sorted(sha256s)))


def read_descriptors(path: Path) -> Iterator[Rows]:
    """Yield the descriptors of a shard, part by part."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(PART_ROWS, columns=["descriptor"]):
            values = batch.column(0).flatten().to_numpy()
            yield values.reshape(-1, WIDTH)
