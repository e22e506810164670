"""The file system that the tool is to work on: whole writes, no replacing, flushing, locks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from toolkit.custody import lock, write
from toolkit.custody.digest import Unreadable, file_digest, files_under
from toolkit.custody.log import Log, append, read
from toolkit.errors import CaseLocked, IntegrityError
from toolkit.steps.assertions.bench import Assertion, Bench, Unchecked

AT = "2026-01-05T09:30:00+00:00"
_HOLD = (
    "import sys, pathlib; from toolkit.custody import lock\n"
    "with lock.locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def _replaced(bench: Bench) -> str:
    path = bench.file(b"old")
    write.write_bytes(path, b"new")
    return f"{path.read_bytes().decode()}, {len(_temps(path.parent))} left over"


def _not_replaced(bench: Bench) -> str:
    path = bench.file(b"old")
    try:
        write.write_new(path, b"new")
    except FileExistsError:
        return f"refused, {path.read_bytes().decode()}, {len(_temps(path.parent))} left over"
    return f"accepted, {path.read_bytes().decode()}"


def _broken_off(bench: Bench) -> str:
    path = bench.file(b"old")
    try:
        with write.writing(path) as stream:
            stream.write(b"half of it")
            raise KeyboardInterrupt  # noqa: TRY301 - what a person or the system does in the middle of a write
    except KeyboardInterrupt:
        return f"{path.read_bytes().decode()}, {len(_temps(path.parent))} left over"


def _temps(folder: Path) -> list[str]:
    return [name.name for name in folder.iterdir() if write.is_temp(name.name)]


def _flushed(bench: Bench) -> str:
    path = bench.file(b"kept")
    for name, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(name, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return "file and folder flushed"


def _second_process(bench: Bench) -> str:
    case = bench.place()
    with _holding(case) as holder:
        try:
            with lock.locked(case):
                return "both held it"
        except CaseLocked as error:
            named = f"process {holder.pid}" in str(error)
            return f"refused with exit code {error.exit_code}, {'naming' if named else 'not naming'} the holder"
        finally:
            holder.communicate("")


def _killed_holder(bench: Bench) -> str:
    case = bench.place()
    with _holding(case) as holder:
        os.kill(holder.pid, signal.SIGKILL)
        holder.communicate()
    with lock.locked(case):
        return "free again"


def _holding(case: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _HOLD, str(case)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    if started.stdout is None or started.stdout.readline() != "held\n":
        raise Unchecked("a second process could not be started")
    return started


def _link(bench: Bench) -> str:
    target, link = bench.file(b"elsewhere"), bench.place()
    try:
        link.symlink_to(target)
    except OSError as error:
        raise Unchecked(f"this file system has no links: {error.strerror}") from error
    try:
        file_digest(link)
    except Unreadable as error:
        return error.code
    return "followed"


def _odd_names(bench: Bench) -> str:
    folder = bench.place()
    folder.mkdir()
    names = ["a\nb", "-rf", "=cmd", "caf\u00e9", "x" * 255, os.fsdecode(b"not-utf-8-\xe9")]
    for name in names:
        try:
            (folder / name).write_bytes(name[:1].encode())
        except (OSError, ValueError) as error:
            raise Unchecked(f"this file system refuses the name {ascii(name)[:30]}: {error}") from error
    return f"{len(set(files_under(folder)) & set(names))} of {len(names)}"


def _log_of(bench: Bench, lines: int = 6) -> Path:
    path = bench.place() / "custody/log.jsonl"
    log = Log(path)
    for number in range(lines):
        log.append({"event": "intent" if number % 2 == 0 else "outcome", "step": "seal", "value": number}, AT)
    return path


def _edited_log(bench: Bench) -> str:
    path = _log_of(bench)
    whole, lines = path.read_bytes(), path.read_bytes().split(b"\n")[:-1]
    edits = []
    for at in range(len(lines)):
        edits += [[*lines[:at], *lines[at + 1 :]], [*lines[:at], lines[at], *lines[at:]]]
        edits += [[*lines[:at], lines[at].replace(b"seal", b"sael"), *lines[at + 1 :]], lines[:at]]
        edits += [[*lines[:at], *lines[at + 1 : at + 2], lines[at], *lines[at + 2 :]]] if at + 1 < len(lines) else []
    refused = 0
    for edited in edits:
        path.write_bytes(b"".join(line + b"\n" for line in edited))
        try:
            read(path)
        except IntegrityError:
            refused += 1
    path.write_bytes(whole)
    return f"{refused} of {len(edits)} refused, whole: {len(read(path))} lines"


def _torn_tail(bench: Bench) -> str:
    path = _log_of(bench)
    with path.open("ab") as file:
        file.write(b'{"at":"2026-')
    append(path, {"event": "intent", "step": "seal"}, AT)
    kept = [entry["event"] for entry in read(path)][-2:]
    [torn] = (path.parent / "torn").iterdir()
    return f"{', '.join(kept)}; {torn.read_bytes().decode()}"


ASSERTIONS = (
    Assertion("W01", "a file is replaced whole, and nothing is left over", "new, 0 left over", _replaced),
    Assertion("W02", "a file that is there is not replaced", "refused, old, 0 left over", _not_replaced),
    Assertion("W03", "a write that breaks off leaves what was there", "old, 0 left over", _broken_off),
    Assertion("W04", "this file system flushes files and folders when asked", "file and folder flushed", _flushed),
    Assertion("W05", "a second process is kept out", "refused with exit code 6, naming the holder", _second_process),
    Assertion("W06", "a killed process leaves no lock", "free again", _killed_holder),
    Assertion("W07", "a link is not followed", "F401", _link),
    Assertion("W08", "names of any bytes are kept as they are", "6 of 6", _odd_names),
    Assertion(
        "W09",
        "each line of a log edited, deleted, doubled, swapped, cut",
        "29 of 29 refused, whole: 6 lines",
        _edited_log,
    ),
    Assertion(
        "W10", "a torn line of the log is kept aside, and said", 'recovered_tail, intent; {"at":"2026-', _torn_tail
    ),
)
