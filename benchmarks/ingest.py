"""
Reading registers: CSV into Parquet with verbatim rows, places and quarantine, against DuckDB's reader, all text.

`TOOLKIT_BENCH_ROWS` says how many rows (10^6; 10^7 is the size of the goal). They are entries of a made-up force, with
its damaged rows; DuckDB is told the dialect and keeps its rejects. One thread each, CPU seconds.
"""

import json
import mmap
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.measuring import Result, at_most, in_turn, spread
from benchmarks.profiles import explained
from toolkit.custody import write
from toolkit.readers.delimited import read_blocks, read_header
from toolkit.readers.entries import RECORDS_OF, Entry
from toolkit.readers.registers import placed
from toolkit.readers.typed import typed
from toolkit.readers.values import Manner
from toolkit.synthetic.force import write_force
from toolkit.tables import table

ROWS = int(os.environ.get("TOOLKIT_BENCH_ROWS", "1000000"))
LARGEST_BYTES = 4 * 2**30
TYPED_S = 60 * ROWS / 10**7
ENTRY = Entry("raw/share_log/entries.csv", "share_log")
ONE_CASE = """
import json, resource, sys, time
from benchmarks.profiles import sampled
from toolkit.case import open_case
from toolkit.steps.ingest import ingest
from toolkit.steps.seal import seal

case = open_case(sys.argv[1])
seal(case)
began = time.perf_counter()
with sampled() as found:
    ingest(case, workers=int(sys.argv[2]))
seconds = time.perf_counter() - began
most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([seconds, most * 1024, found.most_in]))
"""
"""Ingest of a case in a process of its own: seconds, the largest resident size of it or a worker in bytes, where."""


def measure() -> Iterator[Result]:
    """Yield records into Parquet, typed parsing, a case, one more file, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        export, more = entries(Path(folder), ROWS)
        taken = in_turn(
            3 if ROWS <= 10**6 else 1,
            time.process_time,
            ours=lambda: records(export, Path(folder)),
            duckdb=lambda: by_duckdb(export, Path(folder)),
        )
        ours, peer = min(taken["ours"]), min(taken["duckdb"])
        name = f"{ROWS:.0e} CSV rows into Parquet: text, verbatim, place, quarantine"
        result = at_most(name, "duckdb.read_csv, all text", ours, peer, 3, unit="CPU s", note=spread(taken))
        yield explained(result, lambda: records(export, Path(folder)))
        seconds = typed_parsing(export)
        result = at_most(f"{ROWS:.0e} rows parsed as typed", "60 s per 10^7", seconds, TYPED_S, 1, unit="CPU s")
        yield explained(result, lambda: typed_parsing(export))
        yield from of_a_case(Path(folder), export, more)


def entries(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write entries of a made-up force in our own layout: one export, and another a tenth as large."""
    write_force(folder / "force", max(1000, rows), layouts="A")
    exports = folder / "entries.csv", folder / "more.csv"
    left = rows
    with exports[0].open("wb") as first, exports[1].open("wb") as second:
        for number, path in enumerate(sorted((folder / "force/raw/share_log").glob("*.csv"))):
            with path.open("rb") as file:
                header = file.readline()
                for out in (first, second) if number == 0 else ():
                    out.write(header)
                for line in file:
                    (first if left > 0 else second).write(line)
                    left -= 1
    return exports


def records(export: Path, folder: Path) -> None:
    """Write every row verbatim with its place, and its cells as text."""
    rows_of = RECORDS_OF.to_frame().to_arrow().schema
    with (
        export.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
        write.writing_table(folder / "records.parquet", rows_of) as out,
    ):
        for block in read_blocks(text, read_header(text)):
            for batch in placed(block.records, ENTRY, "line").to_arrow().to_batches():
                out.add(batch)


def by_duckdb(export: Path, folder: Path, threads: int = 1) -> None:
    """Write the same rows by DuckDB, every column as text."""
    with export.open() as file:
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in file.readline().strip().split(","))
    dialect = "delim=',', quote='\"', escape='\"', header=true, auto_detect=false, store_rejects=true"
    rows = f"from read_csv('{export}', {dialect}, columns={{{columns}}})"
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(f"copy ({rows}) to '{folder / 'duckdb.parquet'}' (format parquet, compression zstd)")


def typed_parsing(export: Path) -> float:
    """Return the CPU seconds of parsing the cells, reading apart."""
    seconds = 0.0
    with export.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for block in read_blocks(text, read_header(text)):
            began = time.process_time()
            typed(table("entries"), block.cells, block.lines, ENTRY.source, Manner())
            seconds += time.process_time() - began
    return seconds


def of_a_case(folder: Path, export: Path, more: Path) -> Iterator[Result]:
    """Yield a case of this export as a whole, its memory, and what one more file costs."""
    case = new_case(folder / "case", export)
    began = time.perf_counter()
    by_duckdb(export, folder, threads=2)
    peer = time.perf_counter() - began
    seconds, largest, _ = ingested(case)
    said = f"{ROWS:.0e} rows, ingest as a whole"
    yield at_most(said, "duckdb.read_csv on two threads", seconds, peer, None, note="typed, checked, logged as well")
    _, here, most_in = (
        ingested(new_case(folder / "again", export), workers=0) if largest > LARGEST_BYTES else (0, 0, "")
    )
    note = f"without workers {here:.3g}, at most in {most_in}" if most_in else ""
    yield at_most(f"{said}: memory", "4 GiB", largest, LARGEST_BYTES, 1, unit="bytes", note=note)
    alone, *_ = ingested(new_case(folder / "alone", more))
    os.link(more, case / "raw/share_log/more.csv")
    added, *_ = ingested(case)
    yield at_most("one more file, a tenth of the others", "a case of that file alone", added, alone, None)


def new_case(folder: Path, export: Path) -> Path:
    """Return a case of one export."""
    (folder / "raw/share_log").mkdir(parents=True)
    (folder / "case.toml").write_text('[case]\ntitle = "Benchmark"\nfrom = "2016"\nto = "2018"\n')
    os.link(export, folder / "raw/share_log/entries.csv")
    return folder


def ingested(case: Path, workers: int = 2) -> tuple[float, float, str]:
    """Seal and ingest a case; return the seconds of ingest, its memory in bytes, and what this process did then."""
    free = {name: value for name, value in os.environ.items() if not name.endswith("_THREADS")}
    command = [sys.executable, "-W", "ignore", "-c", ONE_CASE, str(case), str(workers)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=free)
    seconds, most, most_in = json.loads(ran.stdout.splitlines()[-1])
    return seconds, most, most_in
