"""Comparisons and candidates as tables."""

import numpy as np
import polars as pl
import pytest

from toolkit.faces.sweep import Probe, compare, in_order, ranked
from toolkit.tables import table


def at(distance):
    """Return a descriptor at this distance from zero."""
    row = np.zeros(128, np.float32)
    row[0] = distance
    return row


def compared(names_and_distances, probes, threshold=0.5):
    """Compare probes with faces at given distances from zero."""
    names = pl.Series("face_id", list(names_and_distances))
    return compare(probes, names, [np.stack([at(d) for d in names_and_distances.values()])], threshold)


def test_every_probe_is_named_also_where_nothing_is_near():
    """One row for each face near a probe, nearest first; one without a face where none is."""
    probes = [Probe("aa", at(0), "e"), Probe("bb", at(9), "e")]

    found = compared({"far": 0.75, "b": 0.5, "a": 0.5, "near": 0.25}, probes)

    assert [("aa", "near", 0.25), ("aa", "a", 0.5), ("aa", "b", 0.5), ("bb", None, None)] == found.rows()
    assert table("comparisons").schema() == found.schema


def test_comparing_in_two_goes_gives_the_same_table():
    """A probe that comes later, and the ones before: as if all had come at once."""
    faces, early, late = {"x": 0.25, "y": 0.375}, Probe("bb", at(0), "e"), Probe("aa", at(0.25), "e")

    assert compared(faces, [early, late]).equals(in_order([compared(faces, [early]), compared(faces, [late])]))


def test_faces_without_descriptors_are_refused():
    """Fewer descriptors than faces: what is missing would never be found."""
    with pytest.raises(ValueError, match="do not belong together: 2 and 1"):
        compare([Probe("aa", at(0), "e")], pl.Series("face_id", ["x", "y"]), [np.zeros((1, 128), np.float32)], 0.5)


def test_candidates_are_ranked_for_each_reference():
    """Nearest first over all shards; one file under two references is two probes."""
    schema = table("faces").schema()
    faces = pl.DataFrame({"face_id": ["x", "y"]}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name != "face_id"
    )
    asked = pl.DataFrame({"probe_id": ["P1", "P2"], "probe_source": ["p.png", "p.png"], "sha256": ["aa", "aa"]})
    one, two = compared({"x": 0.375}, [Probe("aa", at(0), "e")]), compared({"y": 0.25}, [Probe("aa", at(0), "e")])

    found = ranked([(one, faces), (two, faces)], asked)

    expected = [("P1", "y", 0.25, 1), ("P1", "x", 0.375, 2), ("P2", "y", 0.25, 1), ("P2", "x", 0.375, 2)]
    assert expected == found.select("probe_id", "face_id", "distance", "rank").rows()
    assert table("candidates").schema() == found.schema
