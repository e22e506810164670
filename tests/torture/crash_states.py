"""
G2: every state that a crash can leave, of every kind of write: what was not forced to the disk may be lost or torn.

A write is recorded as the calls it makes of the disk. For a crash after each call, any of the calls that no `fsync` has
made sure of may have reached the disk or not, in any combination, and a write may have reached it by half. Each such
state is made in a folder of its own and looked at by the checks of kill_points.py: whole files, no line of the log that
was acknowledged lost, and the write goes through when it is started again.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import kill_points

from toolkit.custody import write
from toolkit.custody.disk import Disk

_ALL_OF = 6
"""Calls that may all be lost or kept in any combination; a table is written in dozens, of which one is lost or kept."""

Call = tuple[str, tuple[Any, ...]]


class Recorder(Disk):
    """A disk that does what it is asked and notes it: (call, arguments), paths relative to the case."""

    def __init__(self, case: Path) -> None:
        """Record calls in a case."""
        self.case, self.calls, self._open = case, [], {}  # type: ignore[var-annotated]

    def _note(self, name: str, *arguments: object) -> None:
        self.calls.append((name, tuple(str(a.relative_to(self.case)) if isinstance(a, Path) else a for a in arguments)))

    def make_folder(self, folder: Path) -> None:
        """Make and note."""
        super().make_folder(folder)
        self._note("make_folder", folder)

    def open_temp(self, folder: Path) -> tuple[int, Path]:
        """Open and note."""
        descriptor, path = super().open_temp(folder)
        self._open[descriptor] = path
        self._note("create", path)
        return descriptor, path

    def open_append(self, path: Path) -> int:
        """Open and note; only a new file is a change."""
        new = not path.exists()
        descriptor = super().open_append(path)
        self._open[descriptor] = path
        if new:
            self._note("create", path)
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write and note."""
        self._note("write", self._open[descriptor], os.fstat(descriptor).st_size, bytes(data))
        return super().write(descriptor, data)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut and note."""
        super().truncate(descriptor, size)
        self._note("truncate", self._open[descriptor], size)

    def fsync(self, descriptor: int) -> None:
        """Note what is sure now."""
        self._note("fsync", self._open[descriptor])

    def rename(self, temp: Path, path: Path) -> None:
        """Rename and note."""
        super().rename(temp, path)
        self._note("rename", temp, path)

    def link(self, temp: Path, path: Path) -> None:
        """Link and note."""
        super().link(temp, path)
        self._note("link", temp, path)

    def unlink(self, path: Path) -> None:
        """Unlink and note."""
        super().unlink(path)
        self._note("unlink", path)

    def fsync_folder(self, folder: Path) -> None:
        """Note which names are sure now."""
        self._note("fsync_folder", folder)


def pending(calls: list[Call]) -> list[int]:
    """Return which of these calls no later one among them has made sure of."""
    unsure: list[int] = []
    for number, (name, arguments) in enumerate(calls):
        if name == "fsync":
            sure = [at for at in unsure if calls[at][0] in ("write", "truncate") and _file(calls, at, arguments[0])]
            unsure = [at for at in unsure if at not in sure]
        elif name == "fsync_folder":
            unsure = [
                at for at in unsure if calls[at][0] in ("write", "truncate") or _folder(calls[at]) != arguments[0]
            ]
        else:
            unsure.append(number)
    return unsure


def _file(calls: list[Call], at: int, path: str) -> bool:
    return calls[at][1][0] == path


def _folder(call: Call) -> str:
    """Return the folder whose names a call changes."""
    parent = os.path.dirname(call[1][-1 if call[0] in ("rename", "link") else 0])  # noqa: PTH120 - relative names
    return parent or "."


def states(calls: list[Call]) -> Iterator[tuple[int, list[tuple[Call, bool]]]]:
    """Yield (calls begun, those that reached the disk and whether by half) of every state a crash can leave."""
    seen = set()
    for begun in range(len(calls) + 1):
        unsure = pending(calls[:begun])
        kinds = [("no", "yes", "half") if calls[at][0] == "write" else ("no", "yes") for at in unsure]
        for chosen in product(*kinds) if len(kinds) <= _ALL_OF else _nearly(kinds):
            fate = dict(zip(unsure, chosen, strict=True))
            reached = [(calls[at], fate.get(at) == "half") for at in range(begun) if fate.get(at, "yes") != "no"]
            key = repr(reached)
            if key not in seen:
                seen.add(key)
                yield begun, reached


def _nearly(kinds: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield where all but one call reached the disk, or none but one: all combinations would be too many."""
    for usual in ("yes", "no"):
        for at, kind in enumerate(kinds):
            for fate in kind:
                yield tuple(fate if place == at else usual for place in range(len(kinds)))


def replay(case: Path, reached: list[tuple[Call, bool]]) -> bool:
    """Make a state; False where it cannot be, such as a file in a folder that was lost."""
    for (name, arguments), half in reached:
        paths = [case / each for each in arguments if isinstance(each, str)]
        try:
            if name == "make_folder":
                paths[0].mkdir(exist_ok=True)
            elif name == "create":
                paths[0].touch()
            elif name == "write":
                _, at, content = arguments
                with paths[0].open("r+b") as file:
                    file.seek(at)
                    file.write(content[: len(content) // 2] if half else content)
            elif name == "truncate":
                os.truncate(paths[0], arguments[1])
            elif name == "rename":
                paths[0].replace(paths[1])
            elif name == "link":
                paths[1].hardlink_to(paths[0])
            elif name == "unlink":
                paths[0].unlink()
        except (FileNotFoundError, FileExistsError):
            return False
    return True


def crash(
    prepare: Callable[[Path], None], act: Callable[[Path], None], check: Callable[[Path], None], each: int
) -> int:
    """Return how many states of a kind of write were made, and held."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder)
        prepare(case)
        write.disk = recorder = Recorder(case)
        told = _acknowledged(act, case, recorder)
        write.disk = Disk()
    count = 0
    for number, (begun, reached) in enumerate(states(recorder.calls)):
        if number % each:
            continue
        with tempfile.TemporaryDirectory() as folder:
            case = Path(folder)
            prepare(case)
            if not replay(case, reached):
                continue
            if told:
                sure = sum(at <= begun for at in told)
                before = (case / "acknowledged").stat().st_size if (case / "acknowledged").exists() else 0
                (case / "acknowledged").write_bytes(b"." * (before + sure))
            check(case)
            write.sweep_temps(case)
            check(case)
            act(case)
            check(case)
            assert not list(case.rglob(".tmp-*"))
            count += 1
    return count


def _acknowledged(act: Callable[[Path], None], case: Path, recorder: Recorder) -> list[int]:
    """Act; return after how many calls each line of the log was acknowledged."""
    told: list[int] = []
    if act is not kill_points.append:
        act(case)
        return told
    log = kill_points.Log(case / kill_points.chain.LOG)
    done = sum(entry["event"] != "recovered_tail" for entry in log.entries)
    for event in kill_points.EVENTS[done:]:
        log.append(event, kill_points.AT)
        told.append(len(recorder.calls))
    return told


def main(each: int = 1) -> dict[str, int]:
    """Return how many states of each kind of write held."""
    with tempfile.TemporaryDirectory() as folder:
        write.write_table(Path(folder) / "rows.parquet", kill_points.ROWS)
        kill_points.PARQUET = (Path(folder) / "rows.parquet").read_bytes()
    kinds = (
        ("replace", kill_points.leave, kill_points.replace, kill_points.replaced),
        ("new", kill_points.leave, kill_points.new, kill_points.whole_or_absent),
        ("table", kill_points.leave, kill_points.table, kill_points.whole_or_absent),
        ("append", kill_points.leave, kill_points.append, kill_points.acknowledged_is_there),
        ("recover", kill_points.tear, kill_points.append, kill_points.torn_is_kept),
        ("hold", kill_points.leave, kill_points.hold, kill_points.lock_is_free),
    )
    return {name: crash(prepare, act, check, each) for name, prepare, act, check in kinds}
