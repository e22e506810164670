"""What every benchmark shares: taking turns, and a result with its goal."""

import cProfile
import pstats
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

PROFILED = 8
"""Functions of a profile that are shown."""


@dataclass(frozen=True)
class Result:
    """
    One line of the results.

    Args:
        name: What was done.
        peer_name: What it is measured against.
        ours: What ours took, in *unit*.
        peer: What the peer took.
        ratio: How many times faster ours is, or how many times the peer's cost it has; `goal` says which.
        goal: ">= 4 x faster", "<= 1.15 x its time"; empty: reported only.
        reached: Whether the goal is; None where there is none.
        unit: "s" of wall time, "CPU s", "bytes".
        note: What a reader must know: rounds, spread, why a goal is missed.
        profile: Where the time goes, for a goal that is missed: lines of text; see `explained`.
    """

    name: str
    peer_name: str
    ours: float
    peer: float
    ratio: float
    goal: str
    reached: bool | None
    unit: str
    note: str = ""
    profile: str = ""


def explained(result: Result, work: Callable[[], object]) -> Result:
    """
    Return a result as it is where its goal is reached, and else with a profile of the work.

    The work is done once more, under cProfile: so many seconds in each function itself, the largest first. What is not
    Python (decoders, networks, products) counts for the function that calls it.
    """
    if result.reached is not False:
        return result
    profile = cProfile.Profile()
    profile.runcall(work)
    stats: Any = pstats.Stats(profile)
    spent = sorted(((own_s, calls, where) for where, (_, calls, own_s, *_) in stats.stats.items()), reverse=True)
    total_s = sum(own_s for own_s, *_ in spent)
    lines = [
        f"{own_s:8.2f} s {own_s / total_s:4.0%} {calls:>9,} x  {_named(where)}"
        for own_s, calls, where in spent[:PROFILED]
        if own_s > total_s / 100
    ]
    return replace(result, profile="\n".join(lines))


def _named(where: tuple[str, int, str]) -> str:
    """
    Return a function as it can be found, without the folders of this machine.

    >>> _named(("/home/me/toolkit/faces/index.py", 7, "look")), _named(("~", 0, "<built-in method time.sleep>"))
    ('index.py:7 look', '<built-in method time.sleep>')
    """
    file, line, name = where
    return name.split(" at 0x")[0] if file == "~" else f"{Path(file).name}:{line} {name}"


def faster(name: str, peer_name: str, ours: float, peer: float, goal: float | None, **more: str) -> Result:
    """Return a result whose ratio is how many times faster ours is than the peer."""
    ratio = peer / ours
    reached = None if goal is None else ratio >= goal
    text = "" if goal is None else f">= {goal:g} x faster"
    return Result(name, peer_name, ours, peer, ratio, text, reached, more.get("unit", "s"), more.get("note", ""))


def at_most(name: str, peer_name: str, ours: float, peer: float, goal: float | None, **more: str) -> Result:
    """Return a result whose ratio is ours over the peer's: its cost as a multiple."""
    ratio = ours / peer
    reached = None if goal is None else ratio <= goal
    text = "" if goal is None else f"<= {goal:g} x its cost"
    return Result(name, peer_name, ours, peer, ratio, text, reached, more.get("unit", "s"), more.get("note", ""))


def in_turn(
    rounds: int, clock: Callable[[], float] = time.perf_counter, **contestants: Callable[[], object]
) -> dict[str, list[float]]:
    """
    Run the contestants in turn, so that whatever else the machine does meets all of them alike.

    Args:
        rounds: How often.
        clock: `time.process_time` (CPU seconds) for one thread on a machine that others use as well.
        contestants: What to run, by name.

    Returns:
        Seconds of each round.
    """
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            began = clock()
            contestant()
            taken[name].append(clock() - began)
    return taken


def spread(taken: dict[str, list[float]]) -> str:
    """Return 'ours 3.41-3.60, numpy 3.38-3.52'."""
    return ", ".join(f"{name} {min(each):.3g}-{max(each):.3g}" for name, each in taken.items())
