"""Sweep: 10^7 faces x 100 probes, against the bare product, faiss and face_recognition; and equal to float64."""

import os
import time
from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Result, at_most, faster, in_turn, spread
from benchmarks.profiles import explained
from toolkit.faces.search import WIDTH, candidates

N = int(float(os.environ.get("BENCH_SWEEP_N", "1e7")))
M, THRESHOLD, LENGTH = 100, 0.6, 1.45
PLANTED, CLOSE = 20_000, 1e-6
BLOCK = 2_048
ROUNDS = 5


def made_up(n: int, seed: int = 1) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """
    Return probes and references: random directions of the length dlib's descriptors have, and planted near pairs.

    Half of the planted lie within 1e-6 of the threshold, where float32 alone decides wrongly.
    """
    random = np.random.default_rng(seed)
    references = np.empty((n, WIDTH), np.float32)
    for first in range(0, n, 1 << 18):
        rows = random.standard_normal(references[first : first + (1 << 18)].shape, np.float32)
        references[first : first + (1 << 18)] = rows * (LENGTH / np.linalg.norm(rows, axis=1, keepdims=True))
    probes = references[random.choice(n, M, replace=False)].copy()
    away = random.standard_normal((PLANTED, WIDTH))
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    near = random.uniform(-CLOSE, CLOSE, PLANTED) + THRESHOLD
    near[::2] = random.uniform(0.2, 0.7, len(near[::2]))
    planted = probes[random.integers(0, M, PLANTED)] + away * near[:, None]
    references[random.choice(n, PLANTED, replace=False)] = planted
    return probes, references


def product(probes: NDArray[np.float32], references: NDArray[np.float32]) -> None:
    """Do the matrix product and nothing else, in the orientation and the blocks that are fastest here."""
    turned = np.ascontiguousarray(probes.T)
    out = np.empty((BLOCK, len(probes)), np.float32)
    for first in range(0, len(references), BLOCK):
        block = references[first : first + BLOCK]
        np.matmul(block, turned, out=out[: len(block)])


def brute_force(probes: NDArray[np.float32], references: NDArray[np.float32]) -> set[tuple[int, int]]:
    """Compare every pair in float64; within 1e-9 of the threshold by the difference itself."""
    p = probes.astype(np.float64)
    found: set[tuple[int, int]] = set()
    for first in range(0, len(references), 1 << 16):
        r = references[first : first + (1 << 16)].astype(np.float64)
        squared = (r * r).sum(1)[:, None] - 2 * (r @ p.T) + (p * p).sum(1)
        row, probe = np.nonzero(squared <= THRESHOLD**2 + 1e-9)
        away = r[row] - p[probe]
        inside = np.sqrt((away * away).sum(1)) <= THRESHOLD
        found |= set(zip(probe[inside].tolist(), (row[inside] + first).tolist(), strict=True))
    return found


def measure() -> Iterator[Result]:
    """Measure."""
    import face_recognition  # noqa: PLC0415 - loads its models

    probes, references = made_up(N)
    what = f"{N:.0e} x {M} probes"
    taken = in_turn(
        ROUNDS,
        time.process_time,
        ours=lambda: candidates(probes, references, THRESHOLD),
        numpy=lambda: product(probes, references),
    )
    ours, bare = min(taken["ours"]), min(taken["numpy"])
    note = f"CPU seconds of one thread, best of {ROUNDS} in turn: {spread(taken)}"
    result = at_most(what, "numpy's product alone", ours, bare, 1.15, unit="CPU s", note=note)
    yield explained(result, lambda: candidates(probes, references, THRESHOLD))

    found = candidates(probes, references, THRESHOLD)
    pairs = set(zip(found[0].tolist(), found[1].tolist(), strict=True))
    expected = brute_force(probes, references)
    close = sum(abs(_in_float32(probes[probe], references[row]) - THRESHOLD) < CLOSE for probe, row in expected)
    note = f"{len(expected):,} pairs expected, {len(expected - pairs)} missed, {len(pairs - expected)} too many; "
    note += f"{close:,} of them within {CLOSE} of the threshold"
    same = len(pairs & expected)
    yield Result(f"{what}: the same pairs", "float64 brute force", len(pairs), len(expected), same / len(expected),
                 "the same", pairs == expected, "pairs", note)  # fmt: skip

    theirs, n_pairs = _faiss(probes, references)
    note = f"range search, one round, one thread; float32 decides there: {n_pairs:,} pairs"
    result = faster(what, "faiss.IndexFlatL2", ours, theirs, 4, unit="CPU s", note=note)
    yield explained(result, lambda: candidates(probes, references, THRESHOLD))

    few, some = probes[:10], references[: min(N, 1_000_000)]
    rounds = in_turn(
        1, time.process_time, theirs=lambda: [face_recognition.face_distance(some, probe) <= THRESHOLD for probe in few]
    )
    scaled = rounds["theirs"][0] * (M / len(few)) * (N / len(some))
    note = f"10 probes x {len(some):,} took {rounds['theirs'][0]:.2f} CPU s, scaled to all"
    yield faster(what, "face_recognition.face_distance", ours, scaled, None, unit="CPU s", note=note)


def _faiss(probes: NDArray[np.float32], references: NDArray[np.float32]) -> tuple[float, int]:
    """Return the CPU seconds of faiss's range search, and how many pairs it finds."""
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatL2(WIDTH)
    index.add(references)
    began = time.process_time()
    limits, _, _ = index.range_search(probes, THRESHOLD**2)
    return time.process_time() - began, int(limits[-1])


def _in_float32(probe: NDArray[np.float32], row: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(probe - row))
