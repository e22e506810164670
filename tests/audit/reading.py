"""A folder of small CSV files as the tables of a case: named by table, read as `toolkit ingest` reads sources."""

import csv
import hashlib
from pathlib import Path

import polars as pl
from ledgers import typed

from toolkit.audit.links import HAND, REGISTERS, links, read_judgements
from toolkit.audit.views import open_views
from toolkit.readers.declarations import NOTHING_DECLARED, read_declarations
from toolkit.readers.entries import Entry, Part, Reader, ReadSource
from toolkit.readers.known import unread_rows
from toolkit.readers.legible import CANDIDATES
from toolkit.readers.readings import NO_READINGS, Readings, read_readings
from toolkit.readers.source import read_source
from toolkit.readers.undecided import APPLIED_IN
from toolkit.tables import TABLES, Table, table

RESULTS = {"problems": "problems", "sources": "row", "coverage": "coverage"}
"""Tables of the ingest step that every source adds to, and the part of `ReadSource` that adds."""


def write_case(folder: Path, case_dir: Path) -> None:
    """
    Write the tables of a case from a folder.

    `<table>.csv` is a source of that table, `<table>/<name>.csv` another of its kind; `sources.csv` declares sources
    (`path` is the file's name).
    `hand/readings.csv` is what people read in cells of them, by their paths under `raw/`.
    `<step>.<table>.csv` is a table that a later step computes, and says that the step has run.
    """
    declared = folder / "sources.csv"
    declarations = read_declarations(declared.read_bytes())[0] if declared.exists() else {}
    by_hand = folder / "hand" / "readings.csv"
    readings = read_readings(by_hand.read_bytes(), {}) if by_hand.exists() else NO_READINGS
    sources: list[ReadSource] = []
    parts: list[Part] = []
    computed: dict[tuple[str, str], pl.DataFrame] = {}
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*/*.csv")]):
        if path.parent.name == "hand":
            continue
        *step, name = (path.stem if path.parent == folder else path.parent.name).split(".")
        if step:
            rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
            computed[step[0], name] = typed(table(name, step[0]), rows)
        elif name != "sources":
            kind = table(name).kind or name
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            source = f"raw/{path.relative_to(folder).as_posix()}"
            entry = Entry(source, kind, digest, declarations.get(source, NOTHING_DECLARED))
            sources += read_source(path, entry, Reader(parts.append, readings=readings.in_force()))
    for wanted in TABLES:
        if wanted.step == "link":
            continue
        if wanted.step == "ingest" or any(step == wanted.step for step, _ in computed):
            frame = computed.get((wanted.step, wanted.name))
            _write(case_dir, wanted, _ingested(wanted, sources, parts, readings) if frame is None else frame)
    judged = folder / "hand" / "links.csv"
    if {part.table for part in parts} & {*REGISTERS}:
        _link(case_dir, read_judgements(judged.read_text("utf-8")) if judged.exists() else HAND.to_frame())
    else:  # nothing that could be linked to an entry: half the time of a case of a few rows
        _write(case_dir, table("links"), table("links").schema().to_frame())


def _link(case_dir: Path, judgements: pl.DataFrame) -> None:
    """Write the links, as `toolkit link` does."""
    with open_views(case_dir, shared="linking") as connection:
        found = [rows for _, frames in links(connection, judgements) for rows in frames]
    _write(case_dir, table("links"), pl.concat([table("links").schema().to_frame(), *found]))


def _ingested(wanted: Table, sources: list[ReadSource], parts: list[Part], readings: Readings) -> pl.DataFrame:
    empty = wanted.schema().to_frame()
    if wanted.step != "ingest":
        return empty
    if part := RESULTS.get(wanted.name):
        return pl.concat([empty, *(getattr(read, part) for read in sources)])
    if wanted.name == "records":
        return pl.concat([empty, *(part.records for part in parts)])
    if wanted.name == "unread_cells":
        return pl.concat([empty, *(part.unread for part in parts if part.unread is not None)])
    if wanted.name in {"unread_rows", "blank_columns", "readings"}:
        return _undecided(wanted, sources, parts, readings)
    frames = (part.frame for part in parts if part.table == wanted.name)
    return pl.concat([empty, *(frame for frame in frames if frame is not None)])


def _undecided(wanted: Table, sources: list[ReadSource], parts: list[Part], readings: Readings) -> pl.DataFrame:
    """Return what is unread or unsaid, now that every source is read."""
    found = [read.undecided[wanted.name] for read in sources if wanted.name in read.undecided]
    match wanted.name:
        case "unread_rows":
            known = {part.table: [] for part in parts if part.frame is not None}
            for part in parts:
                if part.frame is not None:
                    known[part.table].append(part.frame)
            frames = {str(name): pl.concat(each).lazy() for name, each in known.items()}
            return unread_rows(pl.concat([CANDIDATES.to_frame(), *found]), frames)
        case "readings":
            feeds = {read.source: read.table for read in sources}
            return readings.table(pl.concat([APPLIED_IN.to_frame(), *found]), feeds)
    return pl.concat([wanted.schema().to_frame(), *found])


def _write(case_dir: Path, wanted: Table, frame: pl.DataFrame) -> None:
    folder = case_dir / "tables" / wanted.step / (wanted.name if wanted.sharded else "")
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / f"{wanted.name}.parquet")
