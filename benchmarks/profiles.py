"""Where the time goes, for a goal that is missed: by function, by operator of a network, by thread and question."""

import cProfile
import json
import pstats
import resource
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import starmap
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

import onnxruntime

import toolkit
from benchmarks.measuring import Result
from toolkit.faces import onnx_engine

SHOWN = 8
"""Lines of a profile."""

EVERY_S = 0.05
"""Seconds between two looks at what every thread does."""

RUN = "<built-in method onnxruntime.capi.onnxruntime_pybind11_state.run>"
WAITING = ("threading.py", "queue.py", "selectors.py", "_base.py", "thread.py")
"""Files of Python's own in which a thread waits for another."""

STATM, PAGES_OF_A_GIB = Path("/proc/self/statm"), 2**30 // resource.getpagesize()

asked: dict[int, str] = {}
"""What each thread is asked, where who asks says it here."""

Spent = tuple[float, int, str]
"""Seconds, how often, in what."""


def explained(result: Result, work: Callable[[], object]) -> Result:
    """
    Return a result as it is where its goal is reached, and else with a profile of the work.

    The work is done twice more, the second time under cProfile: so many seconds in each function itself, the largest
    first. What is not Python (decoders, products) counts for the function that calls it; but networks by operator.
    """
    if result.reached is not False:
        return result
    profile = cProfile.Profile()
    with _networks() as operators_of_half:
        work()  # sessions are built, and their memory is taken
        profile.runcall(work)
        operators = operators_of_half()
    stats: Any = pstats.Stats(profile)
    spent = [(own_s, calls, _named(*where)) for where, (_, calls, own_s, *_) in stats.stats.items()]
    in_networks_s = sum(own_s for own_s, _, name in spent if name == RUN)
    beside = (in_networks_s - sum(own_s for own_s, *_ in operators), 0, "onnxruntime, beside its operators")
    return with_profile(result, [each for each in spent if each[2] != RUN] + operators + [beside])


def with_profile(result: Result, spent: Iterable[Spent]) -> Result:
    """Return a result that, where its goal is missed, says what most of the time is, and the rest in its profile."""
    if result.reached is not False:
        return result
    largest = sorted(spent, reverse=True)
    total_s = sum(own_s for own_s, *_ in largest)
    shown = [each for each in largest[:SHOWN] if each[0] > total_s / 100]
    lines = [f"{own_s:8.2f} s {own_s / total_s:4.0%} {calls:>9,} x  {name}" for own_s, calls, name in shown]
    why = f"{shown[0][0] / total_s:.0%} of it is {shown[0][2]}" if shown else "nothing took any time"
    return replace(result, note="; ".join(filter(None, [result.note, why])), profile="\n".join(lines))


@contextmanager
def _networks() -> Iterator[Callable[[], list[Spent]]]:
    """Build networks anew, noting their operators; give what returns those of the second half of the runs."""
    session, noting = onnxruntime.InferenceSession, []

    def noted(graph: bytes, settings: Any, **more: Any) -> Any:  # noqa: ANN401 - onnxruntime's
        settings.enable_profiling = True
        settings.profile_file_prefix = str(Path(folder) / str(len(noting)))
        noting.append(session(graph, settings, **more))
        return noting[-1]

    def of_half() -> list[Spent]:
        spent, calls = Counter[str](), Counter[str]()
        for each in noting:
            events = json.loads(Path(each.end_profiling()).read_text())
            runs_us = sorted(event["ts"] for event in events if event["name"] == "model_run")
            for event in events:
                if event["cat"] == "Node" and event["ts"] >= runs_us[len(runs_us) // 2]:
                    name = f"onnxruntime: {event['args']['op_name']}"
                    spent[name] += event["dur"] / 1e6
                    calls[name] += 1
        return [(spent[name], calls[name], name) for name in spent]

    with tempfile.TemporaryDirectory() as folder, patch.object(onnxruntime, "InferenceSession", noted):
        _forget_networks()
        try:
            yield of_half
        finally:
            _forget_networks()


def _forget_networks() -> None:
    for kept in vars(onnx_engine).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@dataclass
class Sampled:
    """What a process did: the seconds of each function; its memory at most, as was seen, and what it did then."""

    spent: list[Spent] = field(default_factory=list)
    most_gib: float = 0.0
    most_in: str = ""


@contextmanager
def sampled() -> Iterator[Sampled]:
    """
    Look at every thread while work is done, and give, at its end, where the seconds and the memory went.

    For work of minutes, of which a process does not know before whether its goal is missed. A thread counts for the
    function of the toolkit that it is in, and for what is in `asked`; one that waits for another does not count. How
    often: in how many looks. (A frame's own variables are not looked at: that would keep them, and memory is measured.)
    """
    found, looks, done = Sampled(), Counter[str](), threading.Event()

    def look() -> None:
        while not done.wait(EVERY_S):
            stacks = sys._current_frames()  # noqa: SLF001 - there is no other way to see another thread's
            del stacks[threading.get_ident()]
            now = [name for name in starmap(_doing, stacks.items()) if name]
            looks.update(now)
            gib = int(STATM.read_text().split()[1]) / PAGES_OF_A_GIB
            if gib > found.most_gib:
                found.most_gib, found.most_in = gib, ", ".join(sorted(now))

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    try:
        yield found
    finally:
        done.set()
        looker.join()
        found.spent += [(n * EVERY_S, n, name) for name, n in looks.items()]


def _doing(thread: int, frame: FrameType | None) -> str:
    """Return the innermost function of the toolkit in a stack, and what is asked in it; nothing where it waits."""
    room = str(Path(toolkit.__file__).parent)
    if frame is None or Path(frame.f_code.co_filename).name in WAITING:
        return ""
    while frame is not None and not frame.f_code.co_filename.startswith(room):
        frame = frame.f_back
    if frame is None:
        return ""
    name = _named(frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_code.co_name)
    return f"{name}: {asked[thread]}" if thread in asked else name


def _named(file: str, line: int, name: str) -> str:
    """
    Return a function as it can be found, without the folders of this machine.

    >>> _named("/home/me/toolkit/faces/index.py", 7, "look"), _named("~", 0, "<built-in method time.sleep>")
    ('index.py:7 look', '<built-in method time.sleep>')
    """
    return name.partition(" at 0x")[0] if file == "~" else f"{Path(file).name}:{line} {name}"
