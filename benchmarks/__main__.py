"""
Run benchmarks, each in a process of its own with one thread, and write `results.json` and `results.md`.

A benchmark is a module here with a function `measure() -> Iterable[Result]`. `python -m benchmarks NAME...` runs some;
those that are not run keep their last results. Without names, all run but those in `NOT_BY_DEFAULT`. A goal that is
missed has a profile, where its benchmark gives one.
"""

import dataclasses
import datetime as dt
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
BENCHMARKS = {
    "answers": "Answers and verdicts",
    "descriptors": "Describing faces",
    "detection": "Finding faces",
    "footage": "Footage",
    "ingest": "Registers",
    "linking": "Links between registers",
    "sweep": "Sweep",
    "sweep_from_disk": "Sweep of 10^8 from disk (run when named)",
    "workers": "One worker and two",
}
NOT_BY_DEFAULT = {"sweep_from_disk"}
PACKAGES = (
    "toolkit",
    "numpy",
    "onnxruntime",
    "dlib-bin",
    "face_recognition",
    "faiss-cpu",
    "splink",
    "av",
    "polars",
    "pyarrow",
)
MORE_PACKAGES = ("joblib", "distributed")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1")

FOUND_HERE = {"PYTHONPATH": str(HERE.parent)}
"""Workers of a cluster have another folder, and import what is here too."""


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    if names[:1] == ["--alone"]:
        results = [dataclasses.asdict(result) for result in importlib.import_module(f"benchmarks.{names[1]}").measure()]
        Path(names[2]).write_text(json.dumps(results))
        return
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    for name in names or [name for name in BENCHMARKS if name not in NOT_BY_DEFAULT]:
        if not (HERE / f"{name}.py").exists():
            print(f"{name}: no such benchmark here; skipped")
            continue
        print(f"{name} ...", flush=True)
        measured = {"benchmark": name, "measured": dt.datetime.now(dt.UTC).date().isoformat()} | _circumstances()
        kept = [result for result in kept if result["benchmark"] != name]
        kept += [result | measured for result in _alone(name)]
        kept.sort(key=lambda result: list(BENCHMARKS).index(result["benchmark"]))
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
        (HERE / "results.md").write_text(_page(kept))
    (HERE / "results.md").write_text(_page(kept))
    print(_page(kept))


def _alone(name: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "results.json"
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks", "--alone", name, str(into)]
        subprocess.run(command, check=True, env=os.environ | ONE_THREAD | FOUND_HERE, cwd=HERE.parent)
        return json.loads(into.read_text())


def _circumstances() -> dict[str, object]:
    """Return the machine and the versions."""
    return {"machine": _machine(), "versions": {name: _version(name) for name in (*PACKAGES, *MORE_PACKAGES)}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _machine() -> dict[str, object]:
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if "model name" in line), "")
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if "MemTotal" in line), 0)
    return {
        "cpu": cpu or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**20, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _page(results: list[dict[str, Any]]) -> str:
    """Return the results for people."""
    text = ["# Measured", "", "Written by `make bench`; every peer ran in the same run, in turn, one thread each"]
    text += ["unless a line says otherwise. *Ratio*: what the goal is about.", ""]
    for name, title in BENCHMARKS.items():
        rows = [result for result in results if result["benchmark"] == name]
        if not rows:
            continue
        machine = rows[0]["machine"]
        text += [
            f"## {title}",
            "",
            "| what | ours | peer | ratio | goal | reached |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row in rows:
            ours, peer = (f"{row[who]:.3g} {row['unit']}" for who in ("ours", "peer"))
            reached = {True: "yes", False: "**no**", None: ""}[row["reached"]]
            cells = (row["name"], ours, f"{row['peer_name']}: {peer}", f"{row['ratio']:.3g}", row["goal"], reached)
            text.append(f"| {' | '.join(cells)} |")
        text += ["", *(f"- {row['name']} / {row['peer_name']}: {row['note']}" for row in rows if row["note"])]
        for row in (row for row in rows if row.get("profile")):
            text += ["", f'Where the time of "{row["name"]}" goes, which misses {row["goal"]} ({row["peer_name"]}):']
            text += ["", "```text", row["profile"], "```"]
        where = f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB"
        busy = machine["load_before"] > machine["cores"] / 4
        warning = " Others were using the machine: wall times of several workers say little." if busy else ""
        text += ["", f"{rows[0]['measured']}, {where}, load before {machine['load_before']}.{warning}", ""]
    versions = results[-1]["versions"] if results else {}
    text += ["", "Versions: " + ", ".join(f"{name} {found}" for name, found in versions.items()) + "."]
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
