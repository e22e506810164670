"""
All answers and verdicts of made-up forces: wall seconds, memory, and how the cost grows.

`TOOLKIT_BENCH_ROWS` says how many disclosures the largest force has (10^6; 10^7 is the size of the last goal, and takes
more than an hour and 40 GB of disk); the others are each a tenth of it, down to 10^5. The goals are for two cores: 60 s
and 6 GiB at 10^6, 16 GiB at 10^7, and no more than 1.2 times the seconds for each disclosure from the smallest to the
largest. Reading the registers and linking them come first, in processes of their own; links are timed apart, and so are
one question that is asked (Q05) and the report. Wall seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Result, at_most
from benchmarks.profiles import Sampled, with_profile
from toolkit.synthetic.force import write_force

LARGEST = int(os.environ.get("TOOLKIT_BENCH_ROWS", "1000000"))
SMALLEST = 100_000
SECONDS = {10**6: 60.0}
GIB = {10**6: 6.0, 10**7: 16.0}
GROWTH = 1.2
ONE_STEP = """
import json, resource, sys, threading, time
from benchmarks.profiles import asked, sampled
from toolkit.audit import asking
from toolkit.case import open_case
from toolkit.steps import ask, ingest, link, reconstruct, report, seal

def read(case):
    seal.seal(case)
    ingest.ingest(case, workers=2)

run = asking._run

def named(connection, query, reader):
    asked[threading.get_ident()] = query.name
    try:
        return run(connection, query, reader)
    finally:
        del asked[threading.get_ident()]

asking._run = named
case = open_case(sys.argv[1])
step = {
    "read": read,
    "link": link.link,
    "reconstruct": reconstruct.reconstruct,
    "ask": lambda case: ask.ask(case, "Q05"),
    "report": report.report,
}[sys.argv[2]]
began = time.perf_counter()
with sampled() as found:
    step(case)
seconds = time.perf_counter() - began
most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([seconds, most / 2**20, found.spent, found.most_in]))
"""
"""A step in a process of its own: seconds, the largest resident size of it or a worker in GiB, and what it did."""


def measure() -> Iterator[Result]:
    """Yield seconds and memory for each size, and the growth from the smallest to the largest."""
    each_s = {}
    for disclosures in sizes(LARGEST):
        with tempfile.TemporaryDirectory() as folder:
            case = Path(folder) / "force"
            write_force(case, disclosures)
            stepped(case, "read")
            links_s, links_gib, _ = stepped(case, "link")
            seconds, gib, found = stepped(case, "reconstruct")
            read = {step: stepped(case, step)[:2] for step in ("ask", "report")}
        each_s[disclosures] = seconds / disclosures
        size = f"{disclosures:.0e} disclosures"
        yield at_most(f"{size}: links", "the answers", links_s, seconds, None, note=f"{links_gib:.2g} GiB")
        result = within(f"{size}: answers and verdicts", seconds, SECONDS.get(disclosures), "s")
        yield with_profile(result, found.spent)
        yield within(f"{size}: memory", gib, GIB.get(disclosures), "GiB", f"at most in {found.most_in}")
        for step, (read_s, read_gib) in read.items():
            yield at_most(f"{size}: {step}", "the answers", read_s, seconds, None, note=f"{read_gib:.2g} GiB")
    smallest, largest = min(each_s), max(each_s)
    if smallest < largest:
        name = f"each answered disclosure, of {largest:.0e}"
        result = at_most(name, f"of {smallest:.0e}", each_s[largest], each_s[smallest], GROWTH)
        yield with_profile(result, found.spent)


def sizes(largest: int) -> list[int]:
    """
    Return the sizes that are measured, the smallest first.

    >>> sizes(10**7), sizes(2000)
    ([100000, 1000000, 10000000], [2000])
    """
    found = [largest]
    while found[-1] // 10 >= SMALLEST:
        found.append(found[-1] // 10)
    return found[::-1]


def within(name: str, ours: float, goal: float | None, unit: str, note: str = "") -> Result:
    """Return a result beside a fixed goal; beside itself where this size has none."""
    peer_name = f"{goal:g} {unit}" if goal else "no goal at this size"
    return at_most(name, peer_name, ours, goal or ours, 1 if goal else None, unit=unit, note=note)


def stepped(case: Path, step: str) -> tuple[float, float, Sampled]:
    """Take a case through one step in a process of its own, on all cores; return its seconds, GiB, and what it did."""
    free = {name: value for name, value in os.environ.items() if not name.endswith("_THREADS")}
    command = [sys.executable, "-W", "ignore", "-c", ONE_STEP, str(case), step]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=free)
    seconds, gib, spent, most_in = json.loads(ran.stdout.splitlines()[-1])
    return seconds, gib, Sampled(spent, gib, most_in)
