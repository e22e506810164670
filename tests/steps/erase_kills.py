"""
Kill an erasure at its disk calls, and see that the same command again ends in the same bytes.

Run by test_erase.py as a process of its own, because it forks: `erase_kills.py CASE SHA256 KILLS` prints how many kills
of how many calls. This process only loads Polars: what has threads must not work before a fork.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from doubles import Interrupted, KilledAfter, KilledBefore, KilledHalfWay

import toolkit
from toolkit.case import open_case
from toolkit.custody import verify, write
from toolkit.steps import erase as _loaded  # noqa: F401 - before the first fork

KINDS = (KilledBefore, KilledAfter, KilledHalfWay)


def erase(root: Path, double: Interrupted, told: Path | None = None) -> bool:
    """Erase in a forked process on this disk; return whether it was killed."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            write.disk = double  # type: ignore[assignment]
            toolkit.erase(open_case(root), "I-1", yes=True)
            if told:
                told.write_text(str(double.calls))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return True
    assert os.waitstatus_to_exitcode(status) == 0, status
    return False


def contents(root: Path) -> dict[str, bytes]:
    """Return what is there, but for the log, and what holds a time or a key of its own."""
    files = [path for path in root.rglob("*") if path.is_file()]
    own = (
        "custody/erasures/",
        "custody/openings.jsonl",
        "tables/erase/",
        "custody/log.jsonl",
        "custody/checkpoint",
        "custody/torn/",
        "cache/",
    )
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return {name: content for name, content in sorted(found.items()) if not name.startswith(own)}


def main(case: Path, sha256: str, kills: int) -> None:
    """Kill at so many calls, spread evenly."""
    whole, tried, told = case.with_name("whole"), case.with_name("tried"), case.with_name("told")
    shutil.copytree(case, whole)
    assert not erase(whole, Interrupted(0), told)
    wanted, calls = contents(whole), int(told.read_text())
    choose: Callable[[int], int] = lambda turn: 1 + turn * (calls - 1) // max(1, kills - 1)  # noqa: E731
    for turn in range(kills):
        shutil.copytree(case, tried)
        assert erase(tried, KINDS[turn % 3](choose(turn))), turn
        assert not erase(tried, Interrupted(0)), turn
        assert contents(tried) == wanted, (turn, set(contents(tried)) ^ set(wanted))
        found = verify.verify(tried)
        assert found.ok, [turn, *map(str, found.failures)]
        left = [path for path in tried.rglob("*") if path.is_file() and sha256.encode() in path.read_bytes()]
        assert not left, (turn, left)
        shutil.rmtree(tried)
    print(f"{kills} kills in {calls} disk calls, all ended the same")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
