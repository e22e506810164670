"""Fault 83: nothing is asked of a network, and little of the code could."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import toolkit

HERE = Path(__file__).parent
TOP = Path(toolkit.__file__).parent
ASKS = """
    import socket
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
    try:
        socket.create_connection(("host.invalid", 80), timeout=1)
    except OSError:
        print("asked")
"""


def test_the_main_job_asks_nothing_of_a_network(sample):
    """`toolkit demo`, in a process of its own and those it starts: it ends as it does, and not one event was noted."""
    folder, ran = sample
    processes, asked = noted(folder.with_suffix(".network"))

    assert 3 == ran.returncode
    assert processes > 1
    assert [] == asked


def test_what_asks_a_network_is_noted(tmp_path):
    """The test above can fail: a name that is looked up, and a port that is opened, are both noted."""
    command = [sys.executable, "-c", "\n".join(line[4:] for line in ASKS.splitlines())]
    env = {**os.environ, "PYTHONPATH": str(HERE), "TOOLKIT_NETWORK_NOTES": str(tmp_path / "notes")}

    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    processes, asked = noted(tmp_path / "notes")
    assert (0, "asked\n", 1) == (ran.returncode, ran.stdout, processes)
    assert ["socket.bind", "socket.getaddrinfo"] == [line.split()[0] for line in asked]


def noted(notes):
    """Return how many processes noted what they ask, and what they did."""
    lines = notes.read_text("utf-8").splitlines()
    asked = [line for line in lines if not line.startswith("process ")]
    return len(lines) - len(asked), asked


NETWORK = {"socket", "ssl", "socketserver", "http", "urllib", "urllib3", "requests", "httpx", "aiohttp", "asyncio",
           "ftplib", "smtplib", "poplib", "imaplib", "xmlrpc", "webbrowser", "distributed", "dask"}  # fmt: skip
MAY = {
    "custody/lock.py": ["socket"],  # the name of this machine, beside the lock
    "steps/identity.py": ["socket"],  # the name of this machine, in what is said of a worker that differs
    "steps/workers.py": ["socket", "urllib", "distributed"],  # a Dask cluster, where --scheduler names one
}
"""Files that name a module of a network, and what for."""


def named(tree):
    """Yield the modules of a network that a file imports, also by their name as a text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)):
                names = [module]
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(module)), *_]):
                names = [module]
            case _:
                continue
        yield from (top for name in names if (top := name.split(".")[0]) in NETWORK)


def test_few_files_of_ours_name_a_module_of_a_network():
    """A new one is a decision: it is listed above with its reason."""
    trees = {path.relative_to(TOP).as_posix(): ast.parse(path.read_text("utf-8")) for path in TOP.rglob("*.py")}

    assert MAY == {
        name: sorted(found, key=[*MAY.get(name, ()), *sorted(found)].index)
        for name, tree in trees.items()
        if (found := set(named(tree)))
    }


def test_the_telemetry_of_onnx_runtime_is_off_wherever_it_is_loaded():
    """Its wheels bring telemetry along: each file that imports it switches that off, or imports a file that does."""
    texts = {path: path.read_text("utf-8") for path in TOP.rglob("*.py")}
    users = {path.name for path, text in texts.items() if "\nimport onnxruntime" in text}
    off = {path.name for path, text in texts.items() if "onnxruntime.disable_telemetry_events()" in text}

    assert {"onnx_engine.py"} == off
    assert {"engine.py", "onnx_engine.py"} == users
    assert "from toolkit.faces import models, onnx_engine" in texts[TOP / "faces" / "engine.py"]
