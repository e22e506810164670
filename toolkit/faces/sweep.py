"""From probes, faces and descriptors to the table `candidates`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toolkit.faces.search import WIDTH, candidates
from toolkit.tables import table


@dataclass(frozen=True)
class Probe:
    """
    An image that is searched for.

    Args:
        probe_id: Its reference in the case.
        source: Its file, as a path in the case.
        descriptor: Of its largest face, shape (128,), float32.
    """

    probe_id: str
    source: str
    descriptor: NDArray[np.float32]


def sweep_shard(
    probes: Sequence[Probe], faces: pl.DataFrame, descriptors: pl.DataFrame, threshold: float
) -> pl.DataFrame:
    """
    Return the candidates among the faces of one file, without their rank.

    Args:
        probes: What is searched for.
        faces: Rows of the table `faces`.
        descriptors: Rows of the table `descriptors`, one for each of *faces*, in any order.
        threshold: Largest distance of a candidate.

    Raises:
        ValueError: If a face has no descriptor, or a descriptor no face.
    """
    if sorted(faces["face_id"]) != sorted(descriptors["face_id"]):
        raise ValueError("faces and descriptors do not belong together: their face_id differ")
    references = faces.join(descriptors, on="face_id", how="left", maintain_order="left")["descriptor"]
    searched = np.array([probe.descriptor for probe in probes], np.float32).reshape(-1, WIDTH)
    probe, reference, distance = candidates(searched, references.to_numpy().reshape(-1, WIDTH), threshold)
    return faces[reference].with_columns(
        pl.Series("probe_id", [probes[each].probe_id for each in probe], pl.String),
        pl.Series("probe_source", [probes[each].source for each in probe], pl.String),
        pl.Series("distance", distance, pl.Float64),
    )


def ranked(shards: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """
    Return the table `candidates`: of every probe, nearest first; equal distances share no rank (by face_id).

    Args:
        shards: What `sweep_shard` returned, in any order.
    """
    schema = table("candidates").schema()
    unranked = pl.Schema({name: dtype for name, dtype in schema.items() if name != "rank"})
    together = pl.concat([unranked.to_frame(), *(shard.select(unranked.names()) for shard in shards)])
    in_order = together.sort("probe_id", "distance", "face_id")
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("probe_id").alias("rank")
    return in_order.with_columns(rank).select(schema.names())
