"""What every benchmark shares: taking turns, and a result with its goal."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


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
        profile: Where the time goes, for a goal that is missed: lines of text; see `profiles`.
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


def faster(name: str, peer_name: str, ours: float, peer: float, goal: float | None, **more: str) -> Result:
    """Return a result whose ratio is how many times faster ours is than the peer."""
    text = "" if goal is None else f">= {goal:g} x faster"
    return _judged(Result(name, peer_name, ours, peer, peer / ours, text, None, "s"), goal and ours * goal / peer, more)


def at_most(name: str, peer_name: str, ours: float, peer: float, goal: float | None, **more: str) -> Result:
    """Return a result whose ratio is ours over the peer's: its cost as a multiple."""
    text = "" if goal is None else f"<= {goal:g} x its cost"
    return _judged(Result(name, peer_name, ours, peer, ours / peer, text, None, "s"), goal and ours / peer / goal, more)


def _judged(result: Result, of_goal: float | None, more: dict[str, str]) -> Result:
    """Say whether a goal is reached, given ours as a multiple of what it allows, and by how much it is missed."""
    if of_goal is not None and of_goal > 1:
        more = more | {"note": "; ".join(filter(None, [more.get("note", ""), f"missed by {of_goal - 1:.1%}"]))}
    return replace(result, reached=None if of_goal is None else of_goal <= 1, **more)


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


def product(side: int = 2_048) -> tuple[Callable[[], object], float]:
    """Return numpy's product of two matrices, as a contestant, and how many GFLOP it is."""
    left, right = np.random.default_rng(2).standard_normal((2, side, side), np.float32)
    return lambda: left @ right, 2 * side**3 / 1e9


def spread(taken: dict[str, list[float]]) -> str:
    """Return 'ours 3.41-3.60, numpy 3.38-3.52'."""
    return ", ".join(f"{name} {min(each):.3g}-{max(each):.3g}" for name, each in taken.items())
