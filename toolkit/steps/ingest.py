"""`toolkit ingest`: every source row verbatim, and the tables that are read from them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.custody import manifest
from toolkit.custody.digest import file_digest, shown
from toolkit.errors import IntegrityError, UsageError
from toolkit.readers.crosschecks import crosscheck
from toolkit.readers.declarations import NOTHING_DECLARED, SOURCES_FILE, Declaration, read_declarations
from toolkit.readers.faults import PROBLEMS, problem
from toolkit.readers.indexes import INDEXES, is_index, unpaired, with_digests
from toolkit.readers.source import Entry, ReadSource, coverage, read_source, unread
from toolkit.steps.job import Job, job, shard_name, write_frame
from toolkit.tables import KINDS, input_tables, table

IN_PROCESS_BYTES = 32 * 1024 * 1024
"""Up to this much, starting workers takes longer than reading."""

_NOT_SEALED = {"F401", "F404", "F405", "F406"}
_KEEPERS = {".gitkeep"}
"""Files that only keep an empty folder in a repository."""


@dataclass(frozen=True)
class Sealed:
    """A file of the manifest: what it is, and where it lies."""

    entry: Entry
    path: Path

    @property
    def is_register(self) -> bool:
        """Whether it is to be read as a table; else it is a picture, footage, or of no kind."""
        kind, source = self.entry.kind, self.entry.source
        return kind in KINDS and (kind not in INDEXES or is_index(kind, source))


def ingest(case: Case, *, workers: int | None = None, progress: Progress | None = None) -> Run:
    """
    Keep every source row verbatim, parse it into the tables, and count: rows in = accepted + quarantined + blank.

    What `raw/sources.csv` declares of a source is kept with it; nothing is dropped: a row that cannot be read stays in
    `records`, with a coded problem.

    Args:
        case: The case; sealed.
        workers: Processes; all cores where None.
        progress: Told how many sources are read.

    Raises:
        UsageError: If the case was never sealed.
        IntegrityError: If a source is not what was sealed.
        CaseLocked: If another process is working on the case.
    """
    if not (case.root / manifest.MANIFEST).exists():
        raise UsageError("not sealed yet: run 'toolkit seal CASE' first")
    sealed = manifest.read(case.root)
    lost = sorted({found.origin.source for found in case.problems("seal") if found.code in _NOT_SEALED})
    probes = case.settings.mandate.probes if case.settings.mandate else []
    inputs = {
        "manifest": [[shown(entry.path), entry.sha256] for entry in sealed],
        "lost": lost,
        "outside": [[source.kind, source.path] for source in case.settings.sources],
        "probes": [probe.image for probe in probes],
    }
    with job(case, "ingest", inputs) as work:
        if not work.up_to_date:
            declared, faults = _declared(case, sealed)
            files = [_sealed(case, entry, declared) for entry in sealed]
            read = _read_all(work, files, workers, progress)
            extra = _never_read(lost, declared, files)
            _write(work, read, extra, [faults, *_loose(files)], {probe.image for probe in probes})
        work.sources += _balances(case)
    return work.result()


def _declared(case: Case, sealed: list[manifest.Entry]) -> tuple[dict[str, Declaration], pl.DataFrame]:
    """Return what `raw/sources.csv` declares, if there is one."""
    for entry in sealed:
        if entry.path == SOURCES_FILE:
            _check_digest(case.root / entry.path, entry.path, entry.sha256)
            return read_declarations((case.root / entry.path).read_bytes())
    return {}, PROBLEMS.to_frame()


def _sealed(case: Case, entry: manifest.Entry, declared: dict[str, Declaration]) -> Sealed:
    path, source = case.root / entry.path, shown(entry.path)
    said = declared.get(entry.path, NOTHING_DECLARED)
    return Sealed(Entry(source, _kind(case, path, source), entry.sha256, said), path)


def _kind(case: Case, path: Path, source: str) -> str | None:
    """Return the folder under raw/, or the kind that case.toml gives an outside source."""
    for outside in case.settings.sources:
        top = Path(os.path.abspath(case.root / outside.path))  # noqa: PTH100 - `resolve` would follow links
        if path.is_relative_to(top):
            return outside.kind
    parts = source.split("/")
    return parts[1] if parts[0] == "raw" and len(parts) > 2 and parts[-1] not in _KEEPERS else None  # noqa: PLR2004


def _read_all(work: Job, files: list[Sealed], workers: int | None, progress: Progress | None) -> list[ReadSource]:
    """Return what each file gave, by path; the records are in their shards already."""
    folder, registers = work.case.folder("ingest"), [file for file in files if file.is_register]
    found = {file.entry.source: _unread(file) for file in files if not file.is_register}
    if not registers:
        work.write("records", table("records").schema().to_frame(), "none")
    for done, (read, shard, sha256) in enumerate(_in_parallel(folder, registers, workers), 1):
        work.keep(shard, sha256)
        found[read.source] = read
        if progress:
            progress("ingest", done, len(registers))
    return [found[source] for source in sorted(found)]


def _in_parallel(folder: Path, files: list[Sealed], workers: int | None) -> Iterator[tuple[ReadSource, Path, str]]:
    """Yield each file's result as it comes; large files first, so that no worker is left with one at the end."""
    size = {file.entry.source: file.path.stat().st_size for file in files}
    files = sorted(files, key=lambda file: (-size[file.entry.source], file.entry.source))
    if workers == 1 or len(files) <= 1 or sum(size.values()) <= IN_PROCESS_BYTES:
        yield from (read_file(folder, file) for file in files)
        return
    parallel = joblib.Parallel(n_jobs=workers or -1, return_as="generator_unordered", max_nbytes=None)
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        yield from parallel(joblib.delayed(read_file)(folder, file) for file in files)


def read_file(folder: Path, file: Sealed) -> tuple[ReadSource, Path, str]:
    """
    Read one source and write its records: the unit of work, a pure function of the file and its declaration.

    Returns:
        What it gave, without its records; their shard, and its digest.

    Raises:
        IntegrityError: If the file is not what was sealed.
    """
    _check_digest(file.path, file.entry.source, file.entry.sha256)
    read = read_source(file.path, file.entry)
    shard = folder / "records" / f"{shard_name(file.entry.source)}.parquet"
    return replace(read, records=read.records.clear()), shard, write_frame(shard, "records", "ingest", read.records)


def _check_digest(path: Path, source: str, sealed: str) -> None:
    now = file_digest(path)
    if now != sealed:
        raise IntegrityError(
            f"{source}: expected the sealed digest {sealed}, found {now}; run 'toolkit seal CASE' first"
        )


def _unread(file: Sealed) -> ReadSource:
    """Return a picture or footage (not a register), or a file of no known kind (not searched)."""
    unknown = file.entry.kind is not None and file.entry.kind not in KINDS
    return unread(file.entry, file.path.stat().st_size, PROBLEMS.to_frame(), "unsupported_type" if unknown else None)


def _loose(files: list[Sealed]) -> list[pl.DataFrame]:
    """Return a problem for each file that lies in raw/ itself."""
    message = f"expected a folder raw/<kind>/ and {SOURCES_FILE}, found a file beside them"
    loose = [source for source in (file.entry.source for file in files) if source.count("/") == 1]
    return [
        problem("F408", source, "", message, "sealed, not read")
        for source in loose
        if source.startswith("raw/") and source != SOURCES_FILE and Path(source).name not in _KEEPERS
    ]


def _never_read(
    lost: list[str], declared: dict[str, Declaration], files: list[Sealed]
) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """Return problems and coverage of what was not sealed, was declared and is not there, or was not supplied."""
    none, extra = PROBLEMS.to_frame(), []
    for source in lost:
        kind = source.split("/")[1] if source.startswith("raw/") else None
        extra.append((none, coverage(Entry(source, kind), [("files", "cannot_read", 1)])))
    present = {file.entry.source for file in files} | set(lost)
    for path, said in sorted(declared.items()):
        if path not in present:
            kind = path.split("/")[1] if path.startswith("raw/") else None
            found = problem(
                "F409", SOURCES_FILE, f"line {said.line}", f"expected {shown(path)}, found no such file", "row kept"
            )
            extra.append((found, coverage(Entry("", kind, "", said), [("rows", "not_supplied", said.declared_rows)])))
    supplied = {file.entry.kind for file in files if file.is_register}
    absent = [kind for kind in KINDS if kind not in supplied | {"footage"}]
    return extra + [(none, coverage(Entry("", kind), [("rows", "not_supplied", None)])) for kind in absent]


def _write(
    work: Job,
    read: list[ReadSource],
    extra: list[tuple[pl.DataFrame, pl.DataFrame]],
    faults: list[pl.DataFrame],
    named: set[str],
) -> None:
    """Write every table of the step, whole, also when it is empty."""
    digests = dict(pl.concat([found.row for found in read]).select("source", "sha256").rows()) if read else {}
    frames = _frames(read, digests)
    for kind, (name, _) in INDEXES.items():
        media = [path for path in digests if path.startswith(f"raw/{kind}/") and not is_index(kind, path)]
        faults.append(unpaired(kind, frames[name], [path for path in media if Path(path).name not in _KEEPERS], named))
    for name, frame in frames.items():
        work.write(name, frame)
    faults += [*(found.problems for found in read), *(problems for problems, _ in extra), crosscheck(frames)]
    line = pl.col("locator").str.extract("([0-9]+)").cast(pl.Int64)
    work.write(
        "problems",
        pl.concat([PROBLEMS.to_frame(), *faults]).unique().sort("source", line, "locator", "code", "message", "kept"),
    )
    covered = [*(found.coverage for found in read), *(rows for _, rows in extra)]
    empty = table("coverage", "ingest").schema().to_frame()
    work.write(
        "coverage",
        pl.concat([empty, *covered]).sort("source", "system", "unit_ref", "measure", "cause", maintain_order=True),
    )
    work.write(
        "sources", pl.concat([table("sources").schema().to_frame(), *(found.row for found in read)]).sort("source")
    )


def _frames(read: list[ReadSource], digests: dict[str, str]) -> dict[str, pl.DataFrame]:
    """Return every input table, rows in the order of their sources' paths."""
    frames = {}
    for kind in KINDS:
        for wanted in input_tables(kind):
            parts = [found.frame for found in read if found.table == wanted.name and found.frame is not None]
            frame = pl.concat([wanted.schema().to_frame(), *parts])
            indexed = kind in INDEXES and wanted.name == INDEXES[kind][0]
            frames[wanted.name] = with_digests(kind, frame, digests) if indexed else frame
    return frames


def _balances(case: Case) -> list[dict[str, object]]:
    """Return the balance of each source that was read: rows in = accepted + quarantined + blank."""
    counts = ("rows_in", "accepted", "quarantined", "blank")
    return case.table("sources").filter(pl.col("rows_in").is_not_null()).select("source", "table", *counts).to_dicts()
