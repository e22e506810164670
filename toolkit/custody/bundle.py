"""Is a bundle what was recorded: the bag, the case in it without its sources, and every statement's proof."""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from toolkit.custody import access, bag, chain, checkpoint, grammar, mandate, manifest, note, proofs, verify
from toolkit.custody.chain import LOG
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import file_digest, files_under, read_regular, shown
from toolkit.custody.heads import Trust
from toolkit.custody.signing import SIGNERS
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
        data, entries = folder / "data", chain.load(folder / "data" / LOG).entries
        failures += _check_places(data, entries)
        try:
            count = _check_statements(data, entries)
        except (IntegrityError, ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
            failures.append(Failure("V519", STATEMENTS, str(error)))
    found = sorted({*case.failures, *failures})
    return replace(case, checked=case.checked + count, failures=found)


def _check_places(data: Path, entries: list[chain.Entry]) -> Iterator[Failure]:
    """Yield what stands where nothing may, and what is not as it is vouched for; outputs were compared before."""
    models, sealed = verify.expected_models(entries), dict(manifest.read(data))
    known = {"models": models, "manifest": sealed, "access": {}}
    accessed = [entry for entry in entries if entry["event"] == "access"]
    if accessed:
        known["access"] = {access.ACCESS: accessed[-1]["sha256"]}
    torn = {entry["torn"] for entry in entries if entry["event"] == "recovered_tail"}
    there = files_under(data)
    for path in sorted({*there, *models}):
        by = grammar.place_of(path)
        if by is None or (by == "torn" and path not in torn):
            yield Failure("V529", shown(path), "stands where nothing may, or nothing in the log names it")
        elif by in known and path not in known[by]:
            yield Failure("V529", shown(path), "nothing in the log vouches for it")
        elif by in known and path not in there:
            yield Failure("V529", shown(path), "missing; the log names it")
        elif by in known and file_digest(data / path) != known[by][path]:
            yield Failure("V529", shown(path), f"expected {known[by][path][:12]}, found another")
    if mandate.MANDATE_NOTE in there and not _is_signed_mandate(data, entries):
        yield Failure("V529", mandate.MANDATE_NOTE, "a signature of a mandate, and no mandate that is signed")


def _is_signed_mandate(data: Path, entries: list[chain.Entry]) -> bool:
    """Whether the case is signed and states a mandate: only then may a signature of one stand there."""
    signed = any(entry["event"] == SIGNERS for entry in entries)
    return signed and "mandate" in tomllib.loads(read_regular(data / "case.toml").decode())


def _check_statements(data: Path, entries: list[chain.Entry]) -> int:
    """Return how many statements there are, each with its proof, and nothing else; raise where that is not so."""
    head, lines = read_regular(data / CHECKPOINT), read_regular(data / LOG).split(b"\n")
    size = checkpoint.parse(note.parse(head, CHECKPOINT).text, CHECKPOINT).size
    made = proofs.all_statements(data, entries[:size], dict(manifest.read(data)))
    if read_regular(data / STATEMENTS) != made.content:
        raise IntegrityError("not the statements that follow from reports, manifest and log")
    wanted = {f"{index}.tlog-proof" for index in made.rests_on} | {Path(STATEMENTS).name}
    if (there := set(files_under(data / "proofs"))) != wanted:
        raise IntegrityError(f"proofs that no statement needs, or that are missing: {sorted(there ^ wanted)[:3]}")
    for index in made.rests_on:
        name = f"{index}.tlog-proof"
        if proofs.check_tlog_proof(read_regular(data / "proofs" / name), lines[index], head, name) != index:
            raise IntegrityError(f"{name}: is of another line")
    return made.rows
