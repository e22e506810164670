"""A tenth of the torture; all of it is `make torture`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.timeout(900)  # processes by the hundred: on a machine that others use they wait for each other
@pytest.mark.parametrize(
    ("goal", "least"),
    [
        ("kills", 25),
        ("states", 40),
        ("faults", 45),
        ("bits", 490_000),
        ("log", 150),
        ("tables", 100),
        ("races", 5),
        ("bundles", 10),
        ("fuzz", 60),
        ("workers", 2),
    ],
)
def test_nothing_is_lost_and_nothing_changed_unseen(goal, least):
    """Kills, crash states, failing calls, flips, edited lines, tables, races, damage: each held, as many as stated."""
    paths = os.pathsep.join([str(HERE.parent / "custody"), str(HERE.parent / "readers"), str(HERE)])
    done = subprocess.run(
        [sys.executable, HERE / "torture.py", goal, "--tenth"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths, "TOOLKIT_KEY": ""},
    )

    assert done.returncode == 0, done.stderr[-2000:]
    print(done.stdout)  # noqa: T201 - the counts belong into the CI's output
    count = re.match(r"\w+: ([\d,]+)", done.stdout)
    assert int(count[1].replace(",", "")) >= least
