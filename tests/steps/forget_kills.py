"""
Kill the forgetting of descriptors at every fourth disk call, look at what is left, and let the next run go on.

Run by test_forget.py as a process of its own, because it forks: prints how many kills there were. Everything that has
threads works in a child.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
from doubles import KilledHalfWay

from toolkit.case import Run, open_case
from toolkit.custody import chain, manifest, verify, write
from toolkit.custody.tombstones import FORGETTABLE, forgotten
from toolkit.steps import forget
from toolkit.steps.job import job, write_frame
from toolkit.tables import table

CASE = """
[case]
title = "t"
from = "2016"
to = "2018"

[mandate]
requested_by = "POST-1"
legal_basis = "made up"
necessity = "made up"
purpose = "a test"
cameras = ["*"]
window = "2016/2018"
threshold = 0.5
expires = "2099-12-31"
reviewers = ["POST-2"]
"""
SHARDS = {"one": 3, "two": 2}
LEFT: list[list[str]] = []
EACH = int(os.environ.get("KILL_EACH", "4"))
"""Every call takes half a minute."""


def make(root: Path) -> None:
    """Write a case whose index is done."""
    root.mkdir()
    (root / "case.toml").write_text(CASE)
    case = open_case(root)
    with job(case, "seal", "nothing") as work:
        work.keep(root / manifest.MANIFEST, write.write_bytes(root / manifest.MANIFEST, b""))
    index(root)


def index(root: Path) -> None:
    """Do the index, unless it is up to date."""
    case = open_case(root)
    with job(case, "index", SHARDS) as work:
        for name, n in SHARDS.items() if not work.up_to_date else ():
            rows = {"face_id": [f"{name}-{k}" for k in range(n)], "descriptor": [[k / 7] * 128 for k in range(n)]}
            frame = pl.DataFrame(rows, table("descriptors").schema())
            path = root / FORGETTABLE / f"{name}.parquet"
            work.keep(path, write_frame(path, "descriptors", "index", frame))
        (root.parent / "did").write_text(str(not work.up_to_date))


def forgets(root: Path) -> None:
    """Forget, as the sweep does at its end."""
    case = open_case(root)
    assert case.settings.mandate
    forget.after(Run("sweep", did_work=False), case, case.settings.mandate)


def child(act: Callable[[], None]) -> bool:
    """Act in a process of its own; return whether it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, status
    return os.WIFSIGNALED(status)


def main() -> None:
    """Kill at each call in turn; after each, the index has nothing to do, and the next run forgets the rest."""
    with tempfile.TemporaryDirectory() as folder:
        made, root = Path(folder) / "made", Path(folder) / "case"
        assert not child(lambda: make(made))
        for at in range(1, 1000, EACH):

            def killed(at: int = at) -> None:
                write.disk = KilledHalfWay(at)  # type: ignore[assignment]
                forgets(root)

            shutil.copytree(made, root)
            if not child(killed):
                sys.stdout.write(str(at // EACH))
                return
            goes_on(root)
            shutil.rmtree(root)


def goes_on(root: Path) -> None:
    """Go on after a kill."""
    left = sorted(path.stem for path in (root / FORGETTABLE).glob("*.parquet"))
    codes = {failure.code for failure in verify.verify(root).failures}
    assert codes <= {"V502", "V509"}, codes
    if left not in LEFT:  # a process of the index takes its time: once for each that can be left
        LEFT.append(left)
        assert not child(lambda: index(root))
        assert (root.parent / "did").read_text() == "False", "the index did it again"
    assert not child(lambda: forgets(root))
    found = verify.verify(root)
    assert found.ok, found.failures
    assert {Path(stone.path).stem: stone.rows for stone in found.forgotten} == SHARDS
    assert not list((root / FORGETTABLE).iterdir())
    entries = chain.load(root / chain.LOG).entries
    assert not forgotten(entries).begun
    assert sum(entry["event"] == "forgotten" for entry in entries) == 1


if __name__ == "__main__":
    main()
