"""One process at a time works on a case."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from toolkit.custody import lock
from toolkit.errors import CaseLocked, ResourceError

HOLD = """
import sys
from pathlib import Path
from toolkit.custody import lock
from toolkit.errors import CaseLocked
try:
    with lock.locked(Path(sys.argv[1])):
        print("won", flush=True)
        sys.stdin.read()
except CaseLocked as error:
    print(error, flush=True)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def short_wait(monkeypatch):
    """Wait for the lock a tenth of a second only."""
    monkeypatch.setattr(lock, "WAIT_S", 0.1)


def starter(case):
    """Start a process that takes the lock and holds it until its input ends."""
    command = [sys.executable, "-c", HOLD, str(case)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_eight_starters_one_wins_and_the_others_name_it(tmp_path):
    """Seven end with exit code 6, naming process and host; the winner ends well."""
    starters = [starter(tmp_path) for _ in range(8)]
    said = {process.pid: process.stdout.readline().strip() for process in starters}
    winners = [process for process in starters if said[process.pid] == "won"]
    assert 1 == len(winners)
    for process in starters:
        process.communicate("")

    assert [0, *[6] * 7] == sorted(process.returncode for process in starters)
    holder = f"process {winners[0].pid} on {socket.gethostname()} is working on this case"
    assert all(holder in text for pid, text in said.items() if pid != winners[0].pid)


def test_a_killed_process_leaves_no_lock(tmp_path):
    """The kernel lets go; what the dead one wrote beside the lock does not block, whoever has its number now."""
    process = starter(tmp_path)
    assert "won\n" == process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    beside = tmp_path / "custody" / "lock.json"
    beside.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid()}))

    with lock.locked(tmp_path):
        assert os.getpid() == json.loads(beside.read_text())["pid"]
    assert not beside.exists()


@pytest.mark.usefixtures("short_wait")
def test_a_second_block_of_the_same_process_is_refused_too(tmp_path):
    """Also from another thread; and it is free again after the block, however the block ended."""
    said = []

    def try_it():
        try:
            with lock.locked(tmp_path):
                said.append("won")
        except CaseLocked as error:
            said.append(f"{error}".replace(str(tmp_path), "CASE"))

    def fail_while_holding_it():
        with lock.locked(tmp_path):
            try_it()
            thread = threading.Thread(target=try_it)
            thread.start()
            thread.join()
            raise KeyError

    with pytest.raises(KeyError):
        fail_while_holding_it()
    try_it()

    holder = f"process {os.getpid()} on {socket.gethostname()}"
    refused = f"CASE: {holder} is working on this case; try again when it is done"
    assert [refused, refused, "won"] == said


@pytest.mark.usefixtures("short_wait")
@pytest.mark.parametrize("beside", [b"", b"[]", b'{"pid": 1}', b"\xff"])
def test_a_lock_whose_holder_is_not_known_still_holds(tmp_path, beside):
    """The message says so, whatever lies beside the lock."""
    with lock.locked(tmp_path):
        (tmp_path / "custody/lock.json").write_bytes(beside)
        with pytest.raises(CaseLocked, match="another process is working on this case"), lock.locked(tmp_path):
            pass


def test_a_lock_that_cannot_be_made_is_a_resource_error(tmp_path):
    """The name is taken by a folder: no lock, no work."""
    (tmp_path / "custody/lock").mkdir(parents=True)

    with pytest.raises(ResourceError, match="cannot be locked"), lock.locked(tmp_path):
        pass
