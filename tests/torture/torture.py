"""
Torture: goals G1 to G5, G8, G9 (in the size of a CI), G11, G12, G16, whole. `make torture` runs it; the suite, a tenth.

tests/custody and tests/readers must be on PYTHONPATH. G6 is tests/custody/test_merkle.py, G7 tests/faults, G10
tests/test_injection.py and tests/test_hostile_paths.py, G13 tests/steps/test_same_answers.py, G14
tests/steps/test_gate.py, G15 tests/steps/test_erase.py, G18 tests/steps/test_selftest.py.

Prints one line a goal: what was tried, and how often it held. Anything that does not hold ends it.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is loaded: each step is forked, and they are small

import bundles
import crash_states
import flips
import fuzz
import generated
import mutations
import pipeline
import races
import store
import worker_kills

GOALS = (
    "kills",
    "states",
    "faults",
    "bits",
    "log",
    "tables",
    "races",
    "bundles",
    "appended",
    "mutations",
    "store",
    "fuzz",
    "workers",
)


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


def _store(folder: Path, fewer: int) -> str:
    found = store.flips(store.store(folder / "case"), store.FLIPS // fewer)
    assert (found.noticed, found.wrong) == (found.flips, 0), found
    return store.told(found)


def _log(folder: Path, fewer: int) -> str:
    tried, refused = flips.log_edits(folder, fewer)
    assert tried == refused, (tried, refused)
    return f"{refused:,}/{tried:,} edits of a log of 256 lines refused"


def _tables(folder: Path, fewer: int) -> str:
    found = generated.balance(folder, fewer if fewer == 1 else 5 * fewer)  # 30 ms each: a fiftieth
    assert found.quarantined, found
    return (
        f"{found.tables:,} generated tables balance: {found.rows:,} rows, {found.quarantined:,} of them in quarantine"
    )


def _bundles(folder: Path, fewer: int) -> str:
    good, bad = bundles.agreements(folder, fewer)
    return f"{good} whole bundles accepted and {bad} broken ones refused by verify and by verify.py alike"


def _appended(folder: Path, fewer: int) -> str:
    tried, refused = mutations.appended(folder, fewer)
    assert tried == refused, (tried, refused)
    return f"{refused}/{tried} lines that no signer signed, appended to a signed log, refused by both verifiers"


def _mutations(folder: Path, fewer: int) -> str:
    tried, accepted, wrong = mutations.disagreements(folder, mutations.TRIES // fewer)
    assert not wrong, wrong
    return (
        f"{tried.total():,} mutated bundles of {len(tried)} kinds, 0 disagreements of verify and verify.py; "
        f"both accepted {accepted.total():,} that say nothing else than was recorded"
    )


def _fuzz(folder: Path, fewer: int) -> str:
    return "; ".join(fuzz.described(fuzz.fuzz(folder, 5 if fewer == 1 else 0.5)))


def _workers(folder: Path, fewer: int) -> str:
    found = worker_kills.kills(folder, worker_kills.POINTS if fewer == 1 else 2, real=fewer == 1)
    return worker_kills.described(found)


def _races(folder: Path, fewer: int) -> str:
    rounds, refused, slowest = races.races(folder, races.ROUNDS // fewer)
    assert refused == rounds * (races.STARTERS - 1), (rounds, refused)
    late = "" if slowest < races.LONGEST_S else f", later than {races.LONGEST_S} s: is the machine busy?"
    return f"{rounds} races of {races.STARTERS}: one winner each, {refused} refused within {slowest:.1f} s{late}"


_DO: dict[str, Callable[[Path, int], str]] = {
    "kills": _kills,
    "states": _states,
    "faults": _faults,
    "bits": _bits,
    "log": _log,
    "tables": _tables,
    "races": _races,
    "bundles": _bundles,
    "appended": _appended,
    "mutations": _mutations,
    "store": _store,
    "fuzz": _fuzz,
    "workers": _workers,
}

if __name__ == "__main__":
    main()
