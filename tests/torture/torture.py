"""
Torture: goals G1 to G5, whole. `make torture` runs it, with tests/custody on PYTHONPATH; the default suite, a tenth.

Prints one line a goal: what was tried, and how often it held. Anything that does not hold ends it.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is loaded: each step is forked, and they are small

import crash_states
import flips
import pipeline

GOALS = ("kills", "states", "faults", "bits", "log")


def main() -> None:
    """Run the goals that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("goals", nargs="*", default=GOALS, help=f"some of {' '.join(GOALS)}; all by default")
    parser.add_argument("--tenth", action="store_true", help="try a tenth of what there is to try")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for goal in asked.goals:
            (Path(folder) / goal).mkdir()
            began = time.monotonic()
            found = _DO[goal](Path(folder) / goal, 10 if asked.tenth else 1)
            print(f"{goal}: {found} ({time.monotonic() - began:.0f} s)", flush=True)  # noqa: T201


def _kills(folder: Path, fewer: int) -> str:
    tortured = pipeline.Pipeline(folder)
    recovered = pipeline.kill_points(tortured, sum(tortured.calls.values()) * fewer // 300)
    return f"{recovered} kills in {sum(tortured.calls.values())} disk calls, all recovered with identical tables"


def _states(_: Path, fewer: int) -> str:
    held = crash_states.main(fewer)
    return f"{sum(held.values())} crash states of {len(held)} kinds of write, 0 mixtures: {held}"


def _faults(folder: Path, fewer: int) -> str:
    tortured = pipeline.Pipeline(folder)
    codes = pipeline.faults(tortured, sum(tortured.calls.values()) * fewer // 510)
    return f"{sum(codes.values())} failing disk calls, none ended well with damage; by exit code: {codes}"


def _bits(folder: Path, fewer: int) -> str:
    tried, noticed = flips.bits(flips.golden(folder), fewer)
    assert tried == noticed, (tried, noticed)
    return f"{noticed:,}/{tried:,} flipped bits of a bundle of 64 KiB noticed"


def _log(folder: Path, fewer: int) -> str:
    tried, refused = flips.log_edits(folder, fewer)
    assert tried == refused, (tried, refused)
    return f"{refused:,}/{tried:,} edits of a log of 256 lines refused"


_DO: dict[str, Callable[[Path, int], str]] = {
    "kills": _kills,
    "states": _states,
    "faults": _faults,
    "bits": _bits,
    "log": _log,
}

if __name__ == "__main__":
    main()
