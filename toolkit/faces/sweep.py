"""From probes, faces and descriptors to the tables `comparisons` and `candidates`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toolkit.faces.search import Rows, candidates
from toolkit.tables import table


@dataclass(frozen=True)
class Probe:
    """
    An image that is searched for.

    Args:
        sha256: Digest of its file.
        descriptor: Of its largest face, shape (128,), float32.
        engine: Name of the engine that described it; it is compared with faces of that engine only.
    """

    sha256: str
    descriptor: NDArray[np.float32]
    engine: str


def compare(
    probes: Sequence[Probe], face_ids: pl.Series, descriptors: Iterable[Rows], threshold: float
) -> pl.DataFrame:
    """
    Return rows of the table `comparisons`: each probe with the faces near it, or once with none.

    Args:
        probes: What is searched for; no two of one file.
        face_ids: Of the faces of one shard.
        descriptors: Their descriptors in the same order, in parts of shape (n, 128), float32.
        threshold: Largest distance of a candidate.

    Raises:
        ValueError: If there are not as many descriptors as faces.
    """
    searched = np.stack([probe.descriptor for probe in probes])
    seen: list[int] = []
    probe, face, distance = candidates(searched, _counted(descriptors, seen), threshold)
    if sum(seen) != len(face_ids):
        raise ValueError(f"faces and descriptors do not belong together: {len(face_ids)} and {sum(seen)}")
    digests = pl.Series("probe_sha256", [each.sha256 for each in probes], pl.String)
    near = pl.DataFrame({"probe_sha256": digests[probe], "face_id": face_ids[face], "distance": distance})
    alone = digests.filter(~digests.is_in(near["probe_sha256"].unique().to_list())).to_frame()
    return in_order([near, alone])


def in_order(comparisons: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return comparisons as one table, sorted, so that what was compared earlier and now has the same bytes."""
    schema = table("comparisons").schema()
    whole = pl.concat([schema.to_frame(), *comparisons], how="diagonal")
    return whole.select(schema.names()).cast(schema).sort("probe_sha256", "distance", "face_id")


def ranked(near: Iterable[tuple[pl.DataFrame, pl.DataFrame]], probes: pl.DataFrame) -> pl.DataFrame:
    """
    Return the table `candidates`: of every probe, nearest first; equal distances share no rank (by face_id).

    Args:
        near: For each shard, its comparisons and its faces; in any order.
        probes: probe_id, probe_source and sha256 of what was asked for; one file may have two references.
    """
    schema = table("candidates").schema()
    unranked = pl.Schema({name: dtype for name, dtype in schema.items() if name != "rank"})
    asked = probes.select("probe_id", "probe_source", pl.col("sha256").alias("probe_sha256"))
    found = [
        comparisons.drop_nulls("face_id")
        .join(asked, on="probe_sha256")
        .join(faces, on="face_id")
        .select(unranked.names())
        for comparisons, faces in near
    ]
    together = pl.concat([unranked.to_frame(), *found]).sort("probe_id", "distance", "face_id")
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("probe_id").alias("rank")
    return together.with_columns(rank).select(schema.names())


def _counted(parts: Iterable[Rows], seen: list[int]) -> Iterator[Rows]:
    for part in parts:
        seen.append(len(part))
        yield part
