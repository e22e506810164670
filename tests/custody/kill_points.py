"""
Kill a process at every disk call of every kind of write, look at what is left, and start again.

Run by test_write.py as a process of its own, because it forks: prints one JSON object, kind of write -> kills.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from doubles import Interrupted, KilledAfter, KilledBefore, KilledHalfWay

from toolkit.custody import chain, lock, write
from toolkit.custody.log import Log

AT = "2026-01-05T00:00:00+00:00"
OLD, NEW = b"old\n" * 100, b"new\n" * 200
ROWS = pa.table({"n": range(1000), "text": [f"row {n}" for n in range(1000)]})
TORN = b'{"at":"2026-01-05T00:00'
EVENTS = [
    {"event": "intent", "step": "index"},
    {"event": "unit", "step": "index", "unit": "a"},
    {"event": "unit", "step": "index", "unit": "b"},
    {"event": "outcome", "step": "index", "outputs": {}},
]


def replace(case: Path) -> None:
    """Replace a file."""
    write.write_bytes(case / "file", NEW)


def replaced(case: Path) -> None:
    """Check that the file is the old one or the new one."""
    assert (case / "file").read_bytes() in (OLD, NEW)


def new(case: Path) -> None:
    """Write a file that must not exist, in a folder that does not."""
    if not (case / "tables" / "new").exists():
        write.write_new(case / "tables" / "new", NEW)


def whole_or_absent(case: Path) -> None:
    """Check that a new file is whole or not there."""
    for path in (case / "tables" / "new", case / "tables" / "rows.parquet"):
        if path.exists():
            assert path.read_bytes() == (NEW if path.name == "new" else PARQUET)


def table(case: Path) -> None:
    """Write a table."""
    write.write_table(case / "tables" / "rows.parquet", ROWS)


def append(case: Path) -> None:
    """Append what the log does not have yet; tell of each line when it is acknowledged."""
    log = Log(case / chain.LOG)
    for event in EVENTS[sum(entry["event"] != "recovered_tail" for entry in log.entries) :]:
        log.append(event, AT)
        with (case / "acknowledged").open("ab") as told:
            told.write(b".")


def acknowledged_is_there(case: Path) -> None:
    """Check that no acknowledged line is lost, none is there twice, and at most one was not acknowledged."""
    told = (case / "acknowledged").stat().st_size if (case / "acknowledged").exists() else 0
    entries = [entry for entry in chain.load(case / chain.LOG).entries if entry["event"] != "recovered_tail"]
    assert told <= len(entries) <= told + 1, (told, len(entries))
    assert [{key: entry[key] for key in event} for entry, event in zip(entries, EVENTS, strict=False)] == EVENTS[
        : len(entries)
    ]
    (case / "acknowledged").write_bytes(b"." * len(entries))


def tear(case: Path) -> None:
    """Leave a log as a kill half way through its second line does."""
    Log(case / chain.LOG).append(EVENTS[0], AT)
    (case / "acknowledged").write_bytes(b".")
    with (case / chain.LOG).open("ab") as log:
        log.write(TORN)


def torn_is_kept(case: Path) -> None:
    """Check that what was torn is in the log still, or kept, and named once when anything was appended."""
    acknowledged_is_there(case)
    contents = chain.load(case / chain.LOG)
    kept = {path.name: path.read_bytes() for path in (case / "custody" / "torn").glob("[!.]*")}
    named = [Path(entry["torn"]).name for entry in contents.entries if entry["event"] == "recovered_tail"]
    assert TORN in (contents.tail, *kept.values())
    assert len(named) == len(set(named))
    assert set(named) <= set(kept)
    assert (len(contents.entries) > 1) == (TORN in [kept[name] for name in named])


def hold(case: Path) -> None:
    """Write under the lock."""
    with lock.locked(case):
        write.write_text(case / "file", "held")


def leave(case: Path) -> None:
    """Leave an old file."""
    (case / "file").write_bytes(OLD)


def lock_is_free(case: Path) -> None:
    """Check that the dead do not hold the lock, whatever they left beside it."""
    with lock.locked(case):
        pass


def run(case: Path, act: Callable[[Path], None], double: type[Interrupted], at: int) -> bool:
    """Act in a process of its own; return whether it was killed."""
    child = os.fork()
    if child == 0:
        write.disk = double(at)
        act(case)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def kills(
    prepare: Callable[[Path], None],
    act: Callable[[Path], None],
    check: Callable[[Path], None],
    double: type[Interrupted],
) -> int:
    """Kill at each call in turn, until the process gets through; return how many kills that took."""
    for at in range(1, 1000):
        with tempfile.TemporaryDirectory() as folder:
            case = Path(folder)
            prepare(case)
            if not run(case, act, double, at):
                return at - 1
            check(case)
            write.sweep_temps(case)
            check(case)
            act(case)
            check(case)
            left = [path.name for path in case.rglob(".*")]
            assert not left, left
    raise AssertionError("never got through")


def main() -> None:
    """Count the kills of each kind of write."""
    kinds = (
        ("replace", leave, replace, replaced),
        ("new", leave, new, whole_or_absent),
        ("table", leave, table, whole_or_absent),
        ("append", leave, append, acknowledged_is_there),
        ("recover", tear, append, torn_is_kept),
        ("hold", leave, hold, lock_is_free),
    )
    counts = {
        name: sum(kills(prepare, act, check, double) for double in (KilledBefore, KilledAfter, KilledHalfWay))
        for name, prepare, act, check in kinds
    }
    json.dump(counts, sys.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write.write_table(Path(folder) / "rows.parquet", ROWS)
        PARQUET = (Path(folder) / "rows.parquet").read_bytes()
    main()
