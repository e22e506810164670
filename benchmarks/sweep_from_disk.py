"""
Sweep of 10^8 faces from disk: time and memory. Run once, when named; results are kept.

10^8 descriptors are 51 GB. 10^7 made-up ones are written as ten Parquet shards, as the index writes them (4.8 GB), and
read ten times over: every block is read from the file system, decompressed and compared anew, and nothing of it is
kept, so memory and work are those of 10^8 in a hundred shards. What is not the same: the disk's cache may help.
"""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.measuring import Result
from benchmarks.sweep import THRESHOLD, M, made_up
from toolkit.custody.write import write_table
from toolkit.faces.search import Rows, candidates
from toolkit.steps.comparisons import read_descriptors
from toolkit.tables import table

SHARDS, EACH = 10, int(float(os.environ.get("BENCH_SHARD_N", "1e6")))
PASSES = 10


def measure() -> Iterator[Result]:
    """Measure."""
    folder = Path(tempfile.mkdtemp(prefix="sweep-"))
    try:
        probes, paths = _written(folder)
        before = _peak_gib()
        began, cpu = time.perf_counter(), time.process_time()
        probe, _, _ = candidates(probes, _streamed(paths), THRESHOLD)
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        began = time.process_time()
        for _ in _streamed(paths[:1]):
            pass
        read_s = (time.process_time() - began) * SHARDS
    finally:
        shutil.rmtree(folder)
    n = SHARDS * EACH * PASSES
    size = f"{n:.0e} x {M} probes, {SHARDS} shards of {EACH:,} read {PASSES} times"
    peak = _peak_gib()
    note = f"{size}; {len(probe):,} candidates; before the sweep {before:.2f} GiB, for making the shards"
    yield Result("memory, at most", "the limit", peak, 4, peak / 4, "<= 4 GiB", peak <= 4, "GiB", note)  # noqa: PLR2004
    note = f"{size}; wall {took_s:.0f} s; {n * 512 / 1e6 / cpu_s:.0f} MB of descriptors a CPU second"
    yield Result("time", "only reading the shards", cpu_s, read_s, cpu_s / read_s, "", None, "CPU s", note)


def _written(folder: Path) -> tuple[Rows, list[Path]]:
    """Write the shards; only one is held in memory."""
    paths = []
    for number in range(SHARDS):
        probes, references = made_up(EACH, seed=number)
        ids = pl.Series("face_id", [f"{number:02d}-{row:07d}" for row in range(EACH)])
        frame = pl.DataFrame({"face_id": ids, "descriptor": references}, schema=table("descriptors").schema())
        paths.append(folder / f"{number}.parquet")
        write_table(paths[-1], frame.to_arrow())
    return probes, paths


def _streamed(paths: list[Path]) -> Iterator[Rows]:
    for _ in range(PASSES):
        for path in paths:
            yield from read_descriptors(path)


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
