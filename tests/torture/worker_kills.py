"""
G12: `kill -9` of a worker at moments drawn from a seed, while two of them index footage in pieces.

Each beginning of a unit is a line of a file, with the worker's process; the worker of the unit begun last is killed
some time after so many have begun. Every unit must be done, none fail, and no more than one be begun again for the
worker that died; and the index made of what was left in the cache must be that of a run that nobody disturbed. A unit
that ends its worker each time must be given up after two tries, every other being begun once.

The tenth of the default suite does it with units that only wait, so that no worker loads the engines.
"""

import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import MANDATE

import toolkit
from toolkit.case import open_case
from toolkit.steps import pieces, workers
from toolkit.steps.gate import standing_mandate, work_list
from toolkit.steps.index import keys_of
from toolkit.steps.looking import how_to_look
from toolkit.synthetic.clips import write_clip
from toolkit.synthetic.scenes import passing

POINTS, CLIPS, WAITING_UNITS = 20, 4, 8


class Killed(NamedTuple):
    """How many workers were killed, units done in all of the runs, units begun again, and tries of the poison unit."""

    workers: int
    units: int
    again: int
    poison_tries: list[int]


def begin(begun: Path, poison: str, work: Callable[[Any], Any], unit: Any) -> Any:
    """Note that a unit begins, and do it; the one that is poison ends its worker."""
    with begun.open("a") as file:
        file.write(f"{name_of(unit)} {os.getpid()}\n")
    if name_of(unit) == poison:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unit)


def name_of(unit: Any) -> str:
    """Return what a unit is called: a number, or a file and its segment."""
    if not isinstance(unit, pieces.Piece):
        return str(unit)
    return f"{Path(unit.unit.clip.source).stem}/{unit.segment.number if unit.segment else 'cut'}"


def wait(unit: int) -> int:
    """Take a moment, as a unit of work does."""
    time.sleep(0.05)
    return unit


def waiting_units(_: Path) -> tuple[Sequence[Any], Callable[[Any], Any], dict[str, Any], Callable[[], object]]:
    """Return units that wait."""
    return range(WAITING_UNITS), wait, {}, lambda: None


def make_case(root: Path) -> Path:
    """Make a case of a few clips of a second."""
    toolkit.new(root, title="Workers", from_="2016", to="2018")
    settings = root / "case.toml"
    settings.write_text(settings.read_text().replace("# as_at", "as_at") + MANDATE)
    lines = ["file,camera_id,starts,zone"]
    for number in range(CLIPS):
        write_clip(passing(None, seed=number, seconds=1.0), root / f"raw/footage/{number}.mp4")
        lines.append(f"{number}.mp4,KB-1,2017-01-0{number + 1}T08:30:00,Europe/London")
    (root / "raw/footage/footage.csv").write_text("\n".join([*lines, ""]))
    toolkit.seal(open_case(root))
    toolkit.ingest(open_case(root), workers=1)
    return root


def footage(made: Path, root: Path) -> tuple[Sequence[Any], Callable[[Any], Any], dict[str, Any], Callable[[], object]]:
    """Return the footage of a copy of the case as units, and what makes the index of what they leave."""
    shutil.copytree(made, root)
    case = open_case(root)
    units, how = work_list(case, standing_mandate(case), workers=0), how_to_look(case, {})
    keys = keys_of(units, how)
    to_cut = [pieces.Piece(unit, keys[unit.clip.source]) for unit in units]
    more = {"follow": pieces._cut, "limits": pieces.limits}
    return to_cut, partial(pieces.work_on, case, how), more, partial(_joined, root)


def _joined(root: Path) -> dict[str, bytes]:
    """Return the tables of the index, made of what lies in the cache."""
    toolkit.index(open_case(root), workers=0)
    return {path.name: path.read_bytes() for path in sorted((root / "tables/index").rglob("*.parquet"))}


def kills(folder: Path, points: int, *, real: bool) -> Killed:
    """Kill a worker in each of so many runs, then let one unit be poison; whatever does not hold ends it."""
    work_of: Callable[[Path], Any] = partial(footage, make_case(folder / "made")) if real else waiting_units
    undisturbed = work_of(folder / "undisturbed")[3]()
    killed, turn, units, again = 0, 0, 0, 0
    while killed < points:
        chance = random.Random(turn)  # noqa: S311 - the same moments each time
        found, hit = _disturbed(folder, turn, work_of(folder / f"case {turn}"), chance, undisturbed)
        turn, killed, units, again = (
            turn + 1,
            killed + hit,
            units + len(found),
            again + sum(found.values()) - len(found),
        )
        assert turn < 3 * points + 3, "workers end before they are killed"
    some = range(2 if real else 1)
    tries = [_poisoned(folder, number, work_of(folder / f"poison {number}")) for number in some]
    return Killed(killed, units, again, tries)


def _disturbed(
    folder: Path, turn: int, made: Any, chance: random.Random, undisturbed: object
) -> tuple[Counter[str], bool]:
    """Kill one worker; return how often each unit was begun, and whether there was one to kill."""
    units, work, how, joined = made
    begun = folder / f"begun {turn}"
    begun.touch()
    ended, struck = threading.Event(), threading.Event()
    after, later_s = chance.randrange(1, len(units) + 1), chance.random() * 0.3
    killer = threading.Thread(target=_kill, args=(begun, after, later_s, ended, struck))
    killer.start()
    try:
        done = list(workers.run(units, partial(begin, begun, "", work), 2, **how))
    finally:
        ended.set()
        killer.join()
    assert not [unit for unit, result in done if isinstance(result, workers.Failed)], (turn, done)
    found = Counter(line.split()[0] for line in begun.read_text().splitlines())
    assert len(done) == len(found), turn
    assert sum(found.values()) - len(found) <= struck.is_set(), (turn, found)
    assert joined() == undisturbed, turn
    return found, struck.is_set()


def _kill(begun: Path, after: int, later_s: float, ended: threading.Event, struck: threading.Event) -> None:
    """Kill the worker of the unit begun last, that long after so many have begun."""
    while not ended.wait(0.002):
        lines = begun.read_text().splitlines()
        if len(lines) >= after:
            ended.wait(later_s)
            if not ended.is_set():
                os.kill(int(lines[-1].split()[1]), signal.SIGKILL)
                struck.set()
            return


def _poisoned(folder: Path, number: int, made: Any) -> int:
    """Let one unit end its worker each time; return how often it was tried."""
    units, work, how, _ = made
    poison, begun = name_of(units[number]), folder / f"poisoned {number}"
    done = {name_of(unit): result for unit, result in workers.run(units, partial(begin, begun, poison, work), 2, **how)}
    found = Counter(line.split()[0] for line in begun.read_text().splitlines())
    failed = {name for name, result in done.items() if isinstance(result, workers.Failed)}
    assert failed == {poison}, done
    assert {name: count for name, count in found.items() if name != poison} == dict.fromkeys(done.keys() - {poison}, 1)
    assert found[poison] == 2, found
    return found[poison]


def described(found: Killed) -> str:
    """Return what was found, in a sentence."""
    return (
        f"{found.workers} workers killed: {found.units} units, each done, {found.again} begun again; "
        f"{len(found.poison_tries)} units that end their worker quarantined after {found.poison_tries} tries"
    )
