"""A tenth of a goal of the torture, in a process of its own; all of it is `make torture`."""

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def held(goal: str) -> int:
    """Return how many tries of a tenth of a goal held, and print what is said of them; what does not hold ends it."""
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
    assert count, done.stdout
    return int(count[1].replace(",", ""))
