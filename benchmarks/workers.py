"""The index of the sample's footage: one worker and two, in processes of its own and on a Dask cluster on loopback."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import toolkit
from benchmarks.measuring import Result, faster
from toolkit.case import Case

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data_samples" / "kings_boulevard"
COPIES = 4
"""Each clip under so many names: enough work that starting the workers does not hide what they do."""

sys.path.insert(0, str(ROOT / "tests" / "steps"))
from clusters import cluster  # noqa: E402 - a Dask cluster as the tests start it


def measure() -> Iterator[Result]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        one = _indexed(Path(folder), "loky-1", workers=1)
        two = _indexed(Path(folder), "loky-2", workers=2)
        yield _faster("index, processes", one, two, "one worker is another process, too")
        dask = []
        for n in (1, 2):
            with cluster(n) as address:
                dask.append(_indexed(Path(folder), f"dask-{n}", scheduler=address))
        yield _faster("index, Dask on loopback", dask[0], dask[1], "`dask scheduler`, `dask worker --nthreads 1`")
        different = sum(each[1] != one[1] for each in (two, *dask))
        name = "tables that differ between 1 and 2 workers, loky and Dask"
        yield Result(name, "none", different, 0, different, "none", different == 0, "of 3", f"{len(one[1])} files each")


def _faster(name: str, one: tuple[float, object], two: tuple[float, object], note: str) -> Result:
    return faster(
        name, "one worker", two[0], one[0], 1.8, note=f"wall time, so other work on the machine shows; {note}"
    )


def _indexed(folder: Path, name: str, **how: object) -> tuple[float, dict[str, bytes]]:
    """Return the seconds of indexing the sample's footage anew, and the bytes of its tables."""
    case = _case(folder / name)
    began = time.perf_counter()
    toolkit.index(case, **how)  # type: ignore[arg-type]
    took_s = time.perf_counter() - began
    files = sorted(case.folder("index").rglob("*.parquet"))
    return took_s, {case.relative(path): path.read_bytes() for path in files}


def _case(root: Path) -> Case:
    """Return a case with the sample's footage, several times, and nothing else."""
    footage = root / "raw" / "footage"
    footage.mkdir(parents=True)
    shutil.copy(SAMPLE / "case.toml", root)
    head, *lines = (SAMPLE / "raw" / "footage" / "footage.csv").read_text().splitlines()
    listed = [head]
    for line in lines:
        name, rest = line.split(",", 1)
        for copy in range(COPIES):
            shutil.copy(SAMPLE / "raw" / "footage" / name, footage / f"{copy}_{name}")
            listed.append(f"{copy}_{name},{rest}")
    (footage / "footage.csv").write_text("\n".join([*listed, ""]))
    case = toolkit.open_case(root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)
    return case
