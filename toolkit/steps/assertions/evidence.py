"""Whether a change is noticed: in a source, a table, the log, a bundle; and what the gate refuses."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import toolkit
from toolkit.case import open_case
from toolkit.custody.chain import LOG
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.log import read
from toolkit.errors import AuthorityError, IntegrityError
from toolkit.footage.container import probe
from toolkit.problems import Problem
from toolkit.steps import gate
from toolkit.steps.assertions.bench import Assertion, Bench

SOURCE, TABLE = "raw/share_log/crimint.csv", "tables/ingest/coverage.parquet"


def _flip(path: Path, at: int = -7) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def _append_text(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"# edited\n")


def _noticed(edit: Callable[[Path], object]) -> Callable[[Bench], str]:
    """Return a check: what `verify` says of a copy of the case that was edited."""

    def check(bench: Bench) -> str:
        root = bench.copy()
        edit(root)
        found = toolkit.verify(root)
        return "; ".join(f"{failure.code} {failure.path}" for failure in found.failures) or "nothing"

    return check


def _rolled_back(bench: Bench) -> str:
    root = bench.copy()
    kept = bench.file((root / CHECKPOINT).read_bytes())
    for name in ("custody", "tables", "cache"):
        shutil.rmtree(root / name, ignore_errors=True)
    toolkit.seal(open_case(root))
    alone, compared = toolkit.verify(root), toolkit.verify(root, heads=[kept])
    codes = ", ".join(sorted({failure.code for failure in compared.failures}))
    return f"alone: {'ok' if alone.ok else 'not ok'}; with a head kept elsewhere: {codes or 'ok'}"


def _bundle(bench: Bench) -> str:
    out = bench.place()
    toolkit.bundle(bench.case, out)
    said = [_standalone(out)]
    _flip(out / "data" / TABLE)
    said.append(_standalone(out))
    return f"whole: {said[0]}, edited: {said[1]}; toolkit verify: {'ok' if toolkit.verify(out).ok else 'not ok'}"


def _standalone(bundle: Path) -> int:
    command = [sys.executable, "-I", str(bundle / "verify.py"), str(bundle)]
    return subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603 - ours


def _asked(was: str, now: str) -> Callable[[Bench], str]:
    """Return a check: what the gate says where the mandate is another."""

    def check(bench: Bench) -> str:
        root = bench.copy()
        text = (root / "case.toml").read_text("utf-8")
        (root / "case.toml").write_text(text.replace(was, now) if was else text.split("[mandate]")[0], "utf-8")
        case = open_case(root)
        try:
            listed = [unit.cause for unit in gate.work_list(case, gate.standing_mandate(case))]
        except AuthorityError as refusal:
            logged = read(root / LOG)[-1]["event"]
            return f"exit code {refusal.exit_code}, last line of the log: {logged}"
        return f"may be looked at: {listed.count(None)} of {len(listed)}"

    return check


def _other_content(bench: Bench) -> str:
    root = bench.copy()
    _flip(root / "raw/footage/clip.mp4")
    case = open_case(root)
    try:
        gate.work_list(case, gate.standing_mandate(case))
    except IntegrityError as error:
        return f"exit code {error.exit_code}"
    return "opened"


def _playlist(bench: Bench) -> str:
    found = probe(bench.file(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"), "raw/footage/list.mp4")
    return found.code if isinstance(found, Problem) else "opened"


_REFUSED = "exit code 5, last line of the log: refusal"
ASSERTIONS = (
    Assertion("V01", "verify finds nothing where nothing changed", "nothing", _noticed(lambda _: None)),
    Assertion("V02", "one bit of a source", f"V506 {SOURCE}", _noticed(lambda root: _flip(root / SOURCE))),
    Assertion("V03", "a source that is gone", f"V505 {SOURCE}", _noticed(lambda root: (root / SOURCE).unlink())),
    Assertion(
        "V04",
        "a source that was never sealed",
        "V508 raw/share_log/new.csv",
        _noticed(lambda root: (root / "raw/share_log/new.csv").write_text("a\n")),
    ),
    Assertion("V05", "one bit of a table", f"V510 {TABLE}", _noticed(lambda root: _flip(root / TABLE))),
    Assertion(
        "V06",
        "a table that no line of the log names",
        "V511 tables/ingest/new.parquet",
        _noticed(lambda root: (root / "tables/ingest/new.parquet").write_text("a")),
    ),
    Assertion(
        "V07", "case.toml edited since", "V512 case.toml", _noticed(lambda root: _append_text(root / "case.toml"))
    ),
    Assertion("V08", "one byte more in the log", f"V501 {LOG}", _noticed(lambda root: _flip(root / LOG, 40))),
    Assertion(
        "V09",
        "the log written anew: what only a head that was kept elsewhere shows",
        "alone: ok; with a head kept elsewhere: V516",
        _rolled_back,
    ),
    Assertion(
        "V10",
        "a bundle by its own verifier, and with one bit of it flipped (exit codes)",
        "whole: 0, edited: 4; toolkit verify: not ok",
        _bundle,
    ),
    Assertion("G01", "footage that the mandate covers may be looked at", "may be looked at: 1 of 1", _asked("x", "x")),
    Assertion("G02", "no mandate: refused, and logged", _REFUSED, _asked("", "")),
    Assertion("G03", "a mandate that expired: refused, and logged", _REFUSED, _asked("2098-12-31", "2019-10-03")),
    Assertion("G04", "a camera outside the mandate: refused, and logged", _REFUSED, _asked('"KB-1"', '"KB-2"')),
    Assertion("G05", "a time outside the mandate: refused, and logged", _REFUSED, _asked('"2017-01"', '"2016"')),
    Assertion("G06", "footage that is not what was sealed is not opened", "exit code 4", _other_content),
    Assertion("G07", "a list of other files is not opened", "M107", _playlist),
)
