"""Is a bundle what was recorded: the bag, the case in it without its sources, and every statement's proof."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from toolkit.custody import bag, chain, manifest, proofs, verify
from toolkit.custody.chain import LOG
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import digest_of, file_digest
from toolkit.custody.heads import Trust
from toolkit.custody.verify import Failure, Verification
from toolkit.errors import IntegrityError

STATEMENTS = "proofs/statements.jsonl"
"""Path of the statements in a bundle's `data/`."""


def verify_bundle(folder: Path, trust: Trust) -> Verification:
    """
    Compare everything in a bundle with what was recorded of it; `verify.py` in the bundle does the same without us.

    Args:
        folder: The bundle.
        trust: Keys and heads from outside it; none that it holds itself is relied on.
    """
    faults = bag.check_bag(folder)
    failures = [Failure("V518", path, detail) for path, detail in faults]
    case = verify.verify(folder / "data", (), trust, sources=False)
    count = 0
    if not faults and case.ok:
        try:
            count = _check_statements(folder / "data")
        except (IntegrityError, ValueError, KeyError, TypeError, OSError, csv.Error) as error:
            failures.append(Failure("V519", STATEMENTS, str(error)))
    found = sorted({*case.failures, *failures})
    return replace(case, checked=case.checked + count, failures=found)


def _check_statements(data: Path) -> int:
    """Return how many statements the log has, with every row of every table among them, or raise."""
    head, contents = (data / CHECKPOINT).read_bytes(), chain.load(data / LOG)
    lines = (data / LOG).read_bytes().split(b"\n")
    proven: dict[str, chain.Entry] = {}
    for path in sorted((data / "proofs").glob("*.tlog-proof")):
        index = int(path.stem)
        if not 0 <= index < len(contents.entries):
            raise IntegrityError(f"{path.name}: the log has no line {index + 1}")
        if proofs.check_tlog_proof(path.read_bytes(), lines[index], head, path.name) != index:
            raise IntegrityError(f"{path.name}: is of another line")
        proven[path.name] = contents.entries[index]
    sealed = dict(manifest.read(data))
    tables = {path.relative_to(data).as_posix(): _rows(path) for path in sorted(data.glob(proofs.TABLES))}
    wanted = {(name, row) for name, rows in tables.items() for row in range(1, len(rows))}
    total = len(wanted)
    for line in (data / STATEMENTS).read_bytes().split(b"\n")[:-1]:
        wanted.remove(_check_statement(data, json.loads(line), proven, sealed, tables))
    if wanted:
        raise IntegrityError(f"no statement for {sorted(wanted)[:3]}")
    return total


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text))


def _check_statement(
    data: Path,
    said: dict[str, Any],
    proven: dict[str, chain.Entry],
    sealed: dict[str, str],
    tables: dict[str, list[list[str]]],
) -> tuple[str, int]:
    """Return (file, row) of a statement that holds, or raise."""
    file, row = said["file"], said["row"]
    report, seal = (proven[said["proofs"][kind]] for kind in ("report", "seal"))
    for entry, name in ((report, file), (seal, manifest.MANIFEST)):
        if entry["outputs"][name] != file_digest(data / name):
            raise IntegrityError(f"{name}: line {entry['n'] + 1} of the log has another digest")
    if not 0 < row < len(tables[file]) or digest_of(tables[file][row]) != said["row_sha256"]:
        raise IntegrityError(f"{file} row {row}: not what the statement says")
    if wrong := [source for source, sha256 in said["sources"].items() if sealed.get(source) != sha256]:
        raise IntegrityError(f"{file} row {row}: rests on {wrong[0]}, which was sealed with another digest, or never")
    return file, row
