"""A Dask cluster on loopback, started as an operator would: `dask scheduler`, and `dask worker` twice."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


def until(condition, seconds=20.0):
    """Wait for something that must become true."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it never became true"
        time.sleep(0.05)


@contextmanager
def cluster(workers: int, *, nthreads: int = 1) -> Iterator[str]:
    """Give the address of a scheduler with so many workers, and end them by the process groups it made."""
    from distributed import Client  # noqa: PLC0415 - an extra

    with tempfile.TemporaryDirectory() as folder:
        up = Path(folder) / "scheduler.json"
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
        }
        quiet = {"env": environment, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        quiet["start_new_session"] = True
        dask = [sys.executable, "-m", "dask"]
        here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(up)]
        processes = [subprocess.Popen([*dask, "scheduler", "--port", "0", *here], **quiet)]
        try:
            worker = [*dask, "worker", "--nthreads", str(nthreads), *here]
            until(up.exists)
            processes += [subprocess.Popen(worker, **quiet) for _ in range(workers)]
            address = json.loads(up.read_text())["address"]
            with Client(address, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=30)
            yield address
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGKILL)  # with its nanny's child; asked politely it takes 20 s
                process.wait()
