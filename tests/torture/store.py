"""
G4, second half: flipped bits in a whole store; `verify` notices each, and no reader answers wrongly.

A store is a case of about 20 MB that was taken all the way: a made-up force, its registers, tables, log and report. A
flip is one bit of one file that the tool sealed or wrote: half of them anywhere in the bytes (so mostly in what is
large), half in a folder of four and a file in it, all alike (so that small ones get theirs). In
`custody/access.jsonl` only what the log has committed to is flipped.

After each flip:

- `verify` as a person calls it, whole, must name the file; in the tenth of the default suite every tenth flip, and the
  others by the function that it compares sources and outputs with (`digest.file_digest`) against what log and manifest
  have, or whole where the file is one that it reads otherwise (`custody/`).
- a table is read through `Case.table`, which must refuse, or give the frame that it gave before. For anything else a
  small table is read, which asks the log.
- every 50th time, and wherever `ask` reads the file itself, `ask` and `connect` answer too: the same, or not at all.
"""

import os
import random
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

import toolkit
from toolkit.case import Case, open_case
from toolkit.custody import access, chain, manifest
from toolkit.custody.digest import file_digest
from toolkit.custody.verify import expected_outputs
from toolkit.errors import IntegrityError, ToolkitError
from toolkit.synthetic.force import write_force
from toolkit.tables import TABLES

FLIPS = 2_000
DISCLOSURES = 450
FOLDERS = ("raw", "tables", "custody", "reports")
ASKED = tuple(f"tables/reconstruct/{name}.parquet" for name in ("answers", "answer_evidence", "statement_checks"))
ALL_THE_WAY = 50
"""Every so many flips all answers are asked for, whatever was flipped."""
COUNTED = """
    select 'entries', count(*), min(occurred_earliest) from entries
    union all select 'links', count(*), null from links
    order by 1
"""


class Found(NamedTuple):
    """How many bits were flipped and noticed, how often a reader refused or answered, and how often wrongly."""

    flips: int
    noticed: int
    refused: int
    answered: int
    wrong: int
    whole: int
    store_bytes: int
    kinds: dict[str, int]


def store(root: Path, disclosures: int = DISCLOSURES) -> Path:
    """Make a force and take it all the way; somebody asks in between, so that the log commits to that too."""
    os.environ |= {"TOOLKIT_AS": "POST-1", "TOOLKIT_REASON": "torture"}
    write_force(root, disclosures, seed=4)
    case = open_case(root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)
    toolkit.link(case)
    toolkit.reconstruct(case)
    toolkit.ask(case, "Q01")
    toolkit.report(case)
    return root


def flips(root: Path, count: int = FLIPS, whole: int = 1) -> Found:
    """Flip bits one after another, each put back; *whole*: how often all of `verify` runs, every so many flips."""
    case = open_case(root)
    files = _files(root)
    listed = _listed(root)
    before = _answers(case)
    tables: dict[str, pl.DataFrame] = {}
    chance = random.Random(20)  # noqa: S311 - the same bits each time
    by_size = chance.choices(list(files), weights=list(files.values()), k=count)
    folders = [[name for name in files if name.startswith(f"{folder}/")] for folder in FOLDERS]
    alike = [chance.choice(chance.choice(folders)) for _ in range(count)]
    tally = dict.fromkeys(("noticed", "refused", "answered", "wrong", "whole"), 0)
    kinds = dict.fromkeys(FOLDERS, 0)
    for turn in range(count):
        name = (by_size if turn % 2 else alike)[turn]
        at = chance.randrange(files[name] * 8)
        if (wanted := _table_of(name)) and name not in tables:
            tables[name] = case.table(*wanted)
        _flip(root / name, at)
        try:
            entire = turn % whole == 0 or name not in listed
            tally["whole"] += entire
            tally["noticed"] += _noticed(root, name) if entire else file_digest(root / name) != listed[name]
            for answer in _read(case, name, tables, before, everything=name in ASKED or turn % ALL_THE_WAY == 0):
                tally[answer] += 1
        finally:
            _flip(root / name, at)
        kinds[name.split("/")[0]] += 1
    assert toolkit.verify(root).ok
    assert _answers(case) == before
    return Found(count, **tally, store_bytes=sum(files.values()), kinds=kinds)


def told(found: Found) -> str:
    """Return what was found, in a sentence."""
    return (
        f"{found.noticed:,}/{found.flips:,} flipped bits of a store of {found.store_bytes / 1e6:.0f} MB noticed "
        f"({found.whole:,} by all of verify), {found.wrong} wrong answers: {found.refused:,} readings refused, "
        f"{found.answered:,} answered as before; by folder: {found.kinds}"
    )


def _files(root: Path) -> dict[str, int]:
    """Return path -> bytes of every file that a flip may be in."""
    found = {
        path.relative_to(root).as_posix(): path.stat().st_size
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.stat().st_size
    }
    committed = [entry["bytes"] for entry in chain.load(root / chain.LOG).entries if entry["event"] == "access"]
    found |= {access.ACCESS: committed[-1]} if committed else {}
    if not committed:
        found.pop(access.ACCESS, None)
    return found


def _listed(root: Path) -> dict[str, str]:
    """Return path -> digest, of what `verify` compares digest by digest."""
    outputs = expected_outputs(chain.load(root / chain.LOG).entries)
    outputs.pop(manifest.MANIFEST)
    return outputs | dict(manifest.read(root))


def _flip(path: Path, bit: int) -> None:
    """Turn one bit over, where it lies."""
    with path.open("r+b") as file:
        file.seek(bit // 8)
        [byte] = file.read(1)
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


def _noticed(root: Path, name: str) -> bool:
    """Whether `verify` says that something is wrong with the file, or with what it commits to."""
    try:
        found = toolkit.verify(root)
    except ToolkitError:
        return True
    named = {failure.path for failure in found.failures}
    return name in named or (name.startswith("custody/") and bool(named))


def _table_of(name: str) -> tuple[str, str] | None:
    """Return table and step that a file is of; None where it is of none."""
    parts = name.removesuffix(".parquet").split("/")
    if parts[0] != "tables":
        return None
    return next((known.name, known.step) for known in TABLES if [known.step, known.name] == parts[1:3])


def _answers(case: Case) -> Any:
    with case.connect() as tables:
        counted = tables.sql(COUNTED).fetchall()
    return toolkit.ask(case), counted


def _read(
    case: Case,
    name: str,
    tables: dict[str, pl.DataFrame],
    before: Any,
    *,
    everything: bool,
) -> list[str]:
    """Return what became of each reading: refused, answered as before, or wrong."""
    said = []
    try:
        frame = case.table(*(_table_of(name) or ("statement_checks", "reconstruct")))
        said.append("answered" if name not in tables or frame.equals(tables[name]) else "wrong")
    except IntegrityError:
        said.append("refused")
    if everything:
        try:
            said.append("answered" if _answers(case) == before else "wrong")
        except IntegrityError:
            said.append("refused")
    return said
