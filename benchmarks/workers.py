"""The index of the sample's footage: one worker and two, in processes of its own and on a Dask cluster on loopback."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import toolkit
from benchmarks import busy
from benchmarks.measuring import Result, faster, spread
from toolkit.case import Case
from toolkit.steps import pieces

ROUNDS = 2
ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data_samples" / "kings_boulevard"
COPIES = 4
"""Each clip under so many names: enough work that starting the workers does not hide what they do."""

sys.path.insert(0, str(ROOT / "tests" / "steps"))
from clusters import cluster  # noqa: E402 - a Dask cluster as the tests start it


@dataclass(frozen=True)
class Indexed:
    """An index: its wall seconds, the bytes of its tables, and what each worker did."""

    took_s: float
    tables: dict[str, bytes]
    shifts: list[str]


def measure() -> Iterator[Result]:
    """Measure: one worker and two in turn, the best of each."""
    found: dict[str, list[Indexed]] = {}
    with tempfile.TemporaryDirectory() as folder, patch.object(pieces, "work_on", busy.work_on):
        for attempt in range(ROUNDS):
            for n in (1, 2):
                here = Path(folder) / f"{attempt}-{n}"
                found.setdefault(f"loky {n}", []).append(_indexed(here / "loky", COPIES, workers=n))
                with cluster(n) as address:
                    _indexed(here / "first", 1, scheduler=address)  # each worker imports, and loads its models
                    found.setdefault(f"Dask {n}", []).append(_indexed(here / "dask", COPIES, scheduler=address))
    yield _faster("index, processes", found["loky 1"], found["loky 2"], "one worker is another process, too")
    note = "`dask worker --nthreads 1`, which had each done units before"
    yield _faster("index, Dask on loopback", found["Dask 1"], found["Dask 2"], note)
    one, *others = (indexed.tables for each in found.values() for indexed in each)
    different = sum(each != one for each in others)
    name, of = "tables that differ between 1 and 2 workers, loky and Dask", f"of {len(others)}"
    yield Result(name, "none", different, 0, different, "none", different == 0, of, f"{len(one)} files each")


def _faster(name: str, one: list[Indexed], two: list[Indexed], note: str) -> Result:
    """Compare the best of both; where the goal is missed, say what each worker did then."""
    best = [min(each, key=lambda indexed: indexed.took_s) for each in (one, two)]
    taken = spread({"one": [each.took_s for each in one], "two": [each.took_s for each in two]})
    note = f"wall seconds, best of {ROUNDS} in turn: {taken}; other work on the machine shows; {note}"
    result = faster(name, "one worker", best[1].took_s, best[0].took_s, 1.8, note=note)
    if result.reached:
        return result
    lines = [line for each in best for line in (f"{len(each.shifts)} at work: {each.took_s:.1f} s", *each.shifts)]
    why = "; below: what each worker waited for its first unit, between units, at the end, and for a processor"
    return replace(result, note=result.note + why, profile="\n".join(lines))


def _indexed(root: Path, copies: int, **how: object) -> Indexed:
    """Index the sample's footage anew."""
    case = _case(root, copies)
    began = time.monotonic()
    toolkit.index(case, **how)  # type: ignore[arg-type]
    ended = time.monotonic()
    files = sorted(case.folder("index").rglob("*.parquet"))
    tables = {case.relative(path): path.read_bytes() for path in files}
    return Indexed(ended - began, tables, busy.shifts(root, began, ended))


def _case(root: Path, copies: int) -> Case:
    """Return a case with the sample's footage, several times, and nothing else."""
    footage = root / "raw" / "footage"
    footage.mkdir(parents=True)
    shutil.copy(SAMPLE / "case.toml", root)
    head, *lines = (SAMPLE / "raw" / "footage" / "footage.csv").read_text().splitlines()
    listed = [head]
    for line in lines:
        name, rest = line.split(",", 1)
        for copy in range(copies):
            shutil.copy(SAMPLE / "raw" / "footage" / name, footage / f"{copy}_{name}")
            listed.append(f"{copy}_{name},{rest}")
    (footage / "footage.csv").write_text("\n".join([*listed, ""]))
    case = toolkit.open_case(root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)
    return case
