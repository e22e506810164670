"""
G11: eight processes want one case at the same time, fifty times over; each time one gets it.

The others end their attempt with exit code 6 while it is held; whoever wins writes a line of the log. In the end the
log has one line a round, and holds together.
"""

import subprocess
import sys
from pathlib import Path

from toolkit.custody import chain

STARTERS, ROUNDS = 8, 50
LONGEST_S = 2.0
"""A loser must know by then (goal G11), counted by itself; the machine must not be overloaded."""

_STARTER = """
import sys, time
from pathlib import Path
from toolkit.custody import chain, lock
from toolkit.custody.log import Log
from toolkit.errors import CaseLocked
for line in sys.stdin:
    began = time.monotonic()
    try:
        with lock.locked(Path(sys.argv[1])):
            log = Log(Path(sys.argv[1]) / chain.LOG)
            log.append({"event": "intent", "step": line.strip()}, "2026-01-05T09:30:00+00:00")
            print("won", flush=True)
            sys.stdin.readline()
    except CaseLocked as error:
        print(error.exit_code, round(time.monotonic() - began, 3), flush=True)
        sys.stdin.readline()
    print("done", flush=True)
"""


def races(case: Path, rounds: int = ROUNDS) -> tuple[int, int, float]:
    """Return how many rounds there were, how many losers had exit code 6, and what the slowest of them took, s."""
    command = [sys.executable, "-c", _STARTER, str(case)]
    starters = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(STARTERS)
    ]
    refused, slowest = 0, 0.0
    try:
        for number in range(rounds):
            said = _round(starters, number)
            assert said.count("won") == 1, (number, said)
            losers = [each.split() for each in said if each != "won"]
            assert {code for code, _ in losers} == {"6"}, (number, said)
            refused, slowest = refused + len(losers), max(slowest, *(float(took) for _, took in losers))
    finally:
        for starter in starters:
            starter.communicate("")
    entries = chain.load(case / chain.LOG).entries
    assert [str(entry["step"]) for entry in entries] == [f"round {number}" for number in range(rounds)]
    return rounds, refused, slowest


def _round(starters: "list[subprocess.Popen[str]]", number: int) -> list[str]:
    """Let all try at once; the winner holds the case until every other has its answer."""
    for starter in starters:
        _tell(starter, f"round {number}\n")
    said = [_hear(starter) for starter in starters]
    for starter in starters:
        _tell(starter, "on\n")
    assert {_hear(starter) for starter in starters} == {"done"}
    return said


def _tell(starter: "subprocess.Popen[str]", word: str) -> None:
    assert starter.stdin
    starter.stdin.write(word)
    starter.stdin.flush()


def _hear(starter: "subprocess.Popen[str]") -> str:
    assert starter.stdout
    return starter.stdout.readline().strip()
