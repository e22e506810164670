"""What tests of the whole tool share: one run of the sample, and small cases."""

import json
import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

import toolkit


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """
    Run the sample once for all tests, as a person would: (its folder, the process).

    The folder is read only by agreement; a test that changes something copies it first. Beside it lies what was asked
    of a network meanwhile (network/sitecustomize.py).
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the workers of one run share it
    folder, done = shared / "kings_boulevard", shared / "kings_boulevard.json"
    with filelock.FileLock(shared / "kings_boulevard.lock"):
        if not done.exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("TOOLKIT_NETWORK_NOTES", str(shared / "kings_boulevard.network"))
                patch.setenv("PYTHONPATH", str(Path(__file__).parent / "network"), prepend=os.pathsep)
                ran = cli("demo", folder)
            done.write_text(json.dumps([ran.returncode, ran.stdout, ran.stderr]))
    returncode, stdout, stderr = json.loads(done.read_text())
    return folder, subprocess.CompletedProcess([], returncode, stdout, stderr)


def cli(*arguments: str | Path, timeout: float = 280) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "toolkit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture
def run_cli():
    """Give `cli` to a test."""
    return cli


@pytest.fixture
def new_case(tmp_path):
    """Return a function that makes a case from texts: path below the case -> content."""

    def make(files: dict[str, str | bytes], mandate: str = "", period: tuple[str, str] = ("2016-05", "2018-03")):
        from_, to = period
        case = toolkit.new(tmp_path / "case", title="A case", from_=from_, to=to)
        if mandate:
            with (case.root / "case.toml").open("a") as settings:
                settings.write(mandate)
        for name, content in files.items():
            path = case.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return toolkit.open_case(case.root)

    return make
