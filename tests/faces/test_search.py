"""Candidates: exact, whatever the screening does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.faces.search import candidates, counts_below


def brute_force(probes, references, threshold):
    """Compare every pair in float64, one by one."""
    pairs = [
        (i, j, np.sqrt(np.sum((probe.astype(np.float64) - reference.astype(np.float64)) ** 2)))
        for i, probe in enumerate(probes)
        for j, reference in enumerate(references)
    ]
    return sorted(((i, j, d) for i, j, d in pairs if d <= threshold), key=lambda pair: (pair[2], pair[0], pair[1]))


def as_pairs(found):
    """Return three arrays as a list of pairs with their distance."""
    return list(zip(*(part.tolist() for part in found), strict=True))


def descriptors(seed, n):
    """Return made-up descriptors of the length that dlib's have (1.3 to 1.6)."""
    rows = np.random.default_rng(seed).normal(size=(n, 128))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True) * 1.45).astype(np.float32)


def test_nearest_comes_first():
    """Distances 3, 0 and 4 (a right triangle and itself), threshold 4: all three, sorted."""
    probe = np.zeros((1, 128), np.float32)
    references = np.zeros((4, 128), np.float32)
    references[0, 0], references[2, 5], references[3, 7] = 3, 4, 5

    assert [(0, 1, 0.0), (0, 0, 3.0), (0, 2, 4.0)] == as_pairs(candidates(probe, references, threshold=4))


@given(
    seed=st.integers(0, 2**32 - 1),
    threshold=st.sampled_from([0.0, 0.3, 0.5, 0.6, 1.0]),
    offsets=st.lists(st.sampled_from([0.0, 1e-9, -1e-9, 1e-7, -1e-7, 1e-6, -1e-6, 1e-4, -1e-4]), max_size=12),
)
def test_pairs_near_the_threshold_are_those_of_brute_force(seed, threshold, offsets):
    """References within rounding of the threshold, where float32 alone is wrong: the same pairs, the same numbers."""
    probes = descriptors(seed, 3)
    directions = descriptors(seed + 1, len(offsets)).astype(np.float64) / 1.45
    near = probes[0] + directions * (threshold + np.array(offsets).reshape(-1, 1))
    references = np.concatenate([near.astype(np.float32), descriptors(seed + 2, 5), probes])

    assert brute_force(probes, references, threshold) == as_pairs(candidates(probes, references, threshold))


@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(1e-3, 1e3),
    m=st.integers(0, 4),
    n=st.integers(0, 9),
    copies=st.booleans(),
)
def test_any_rows_give_the_pairs_of_brute_force(seed, scale, m, n, copies):
    """No probe, no reference, long and short rows, identical rows at threshold 0."""
    probes, references = descriptors(seed, m) * np.float32(scale), descriptors(seed + 1, n) * np.float32(scale)
    references = np.concatenate([references, probes]) if copies else references
    threshold = 0.0 if copies else 1.9 * scale

    assert brute_force(probes, references, threshold) == as_pairs(candidates(probes, references, threshold))


def test_more_rows_than_a_block_are_all_compared():
    """70,000 references and 300 probes: the planted copies beyond the first block are found, and nothing else."""
    probes, references = descriptors(1, 300), descriptors(2, 70_000)
    references[[5, 65_535, 65_536, 69_999]] = probes[[0, 255, 256, 299]]

    expected = [(0, 5, 0.0), (255, 65_535, 0.0), (256, 65_536, 0.0), (299, 69_999, 0.0)]
    assert expected == as_pairs(candidates(probes, references, threshold=0.6))


@pytest.mark.parametrize(
    "references", [np.zeros(128), np.zeros((2, 127)), np.full((1, 128), np.nan), np.full((1, 128), 1e7)]
)
def test_what_is_no_descriptor_is_refused(references):
    """A wrong shape, or numbers that no descriptor holds, would silently find nothing."""
    with pytest.raises(ValueError, match="references must"):
        candidates(np.zeros((1, 128), np.float32), references, threshold=0.6)


def test_counts_below_the_threshold_include_its_own_steps():
    """At 0.6: 0.55 counts at t - 0.05 and 0.5 at t - 0.10, though 0.6 - 0.05 is less than 0.55 in binary."""
    assert (3, 2, 1) == counts_below(np.array([0.5, 0.55, 0.6]), threshold=0.6)


@given(sizes=st.lists(st.integers(0, 5), max_size=6), threshold=st.sampled_from([0.0, 0.6, 1.9]))
def test_references_may_come_part_by_part(sizes, threshold):
    """Parts of any size, empty ones too, number their rows as one array would."""
    probes = descriptors(0, 3)
    whole = np.concatenate([descriptors(1, sum(sizes)), probes])
    parts = np.split(whole, np.cumsum(sizes))

    assert as_pairs(candidates(probes, whole, threshold)) == as_pairs(candidates(probes, iter(parts), threshold))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 40), top=st.integers(1, 5))
def test_a_cap_keeps_the_nearest_of_each_probe(seed, n, top):
    """Threshold first, ranking second: of equal distances (every reference twice) the first ones are kept."""
    probes, references = descriptors(seed, 3), np.repeat(descriptors(seed + 1, n), 2, axis=0)
    expected = [
        pair
        for rank, pair in (
            (sum(q[0] == p[0] for q in found[:at]), p)
            for found in [brute_force(probes, references, 2)]
            for at, p in enumerate(found)
        )
        if rank < top
    ]

    assert expected == as_pairs(candidates(probes, references, threshold=2, top=top))


def test_a_cap_holds_where_more_pairs_are_near_than_are_kept_at_a_time():
    """Everything is near (40 x 4,000 pairs, several batches of decisions): the cap is that of sorting them all."""
    probes, references = descriptors(1, 40), descriptors(2, 4_000)
    everything = candidates(probes, references, threshold=3)

    assert 160_000 == len(everything[0])
    expected = [pairs for probe in range(40) for pairs in np.flatnonzero(everything[0] == probe)[:4]]
    expected = [part[np.sort(expected)].tolist() for part in everything]
    assert expected == [part.tolist() for part in candidates(probes, references, threshold=3, top=4)]


def test_a_cap_of_nothing_is_refused():
    """Zero candidates each would look like none found."""
    with pytest.raises(ValueError, match="top must be 1 or more, found 0"):
        candidates(descriptors(1, 1), descriptors(2, 1), threshold=0.6, top=0)
