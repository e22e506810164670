"""`toolkit ingest`: every source row verbatim, and the tables that are read from them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from importlib import resources
from pathlib import Path

import polars as pl

import toolkit
from toolkit.case import Case, Progress, Run
from toolkit.custody import erasure, manifest, write
from toolkit.custody.digest import file_digest, shown
from toolkit.errors import UsageError, not_utf8
from toolkit.readers.crosschecks import Changes, Frames, crosscheck, lasting
from toolkit.readers.declarations import NOTHING_DECLARED, SOURCES_FILE, Declaration
from toolkit.readers.entries import Entry, coverage, unread
from toolkit.readers.faults import PROBLEMS, problem
from toolkit.readers.indexes import INDEXES, is_index, unpaired
from toolkit.readers.profiles import Profile, read_profile
from toolkit.readers.readings import READINGS_FILE, Readings
from toolkit.registers import KINDS
from toolkit.steps import workers as lanes
from toolkit.steps.job import Job, job, shard_name
from toolkit.steps.undecided import people_read, write_undecided
from toolkit.steps.units import KEPT, Kept, Sealed, declared_in, earlier, is_intact, limits, read_file
from toolkit.tables import TABLES, input_tables

IN_PROCESS_BYTES = 32 * 1024 * 1024
"""Up to this much, starting workers takes longer than reading."""

_NOT_SEALED = {"F401", "F404", "F405", "F406"}
_PROBLEMS = "tables/ingest/problems.parquet"
_KEEPERS = {".gitkeep"}
"""Files that only keep an empty folder in a repository."""


def ingest(case: Case, *, workers: int | None = None, progress: Progress | None = None) -> Run:
    """
    Keep every source row verbatim, parse it into the tables, and count: rows in = accepted + quarantined + blank.

    What `raw/sources.csv` declares of a source is kept with it; `profiles/*.toml` say how a system spells its exports,
    `hand/readings.csv` what people read in cells that the tool cannot. Nothing is dropped: a row that cannot be read
    stays in `records`, with a coded problem, and what is legible of it in `unread_rows`. Only sources that are new, or
    whose declaration, profile or readings changed, are read.

    Args:
        case: The case; sealed.
        workers: Processes; all cores where None; 0: this one, where a parser that hangs or dies ends all.
        progress: Told how many sources are read.

    Raises:
        UsageError: If the case was never sealed, or a profile or a line of `hand/readings.csv` cannot be understood.
        IntegrityError: If a source is not what was sealed.
        CaseLocked: If another process is working on the case.
    """
    if not (case.root / manifest.MANIFEST).exists():
        raise UsageError("not sealed yet: run 'toolkit seal CASE' first")
    if workers != 0:
        lanes.warm("toolkit.readers.source")
    sealed = manifest.read(case.root)
    profiles, digests = _profiles(case)
    kinds = {shown(entry.path): _kind(case, case.root / entry.path, shown(entry.path)) for entry in sealed}
    read_by_hand = people_read(case, kinds)
    lost = sorted({found.origin.source for found in case.problems("seal") if found.code in _NOT_SEALED})
    probes = case.settings.mandate.probes if case.settings.mandate else []
    destroyed = {shown(stone.source) for stone in erasure.tombstones(case.root)}
    inputs = {
        "manifest": [[shown(entry.path), entry.sha256] for entry in sealed],
        "lost": lost,
        "outside": [[source.kind, source.path] for source in case.settings.sources],
        "probes": [probe.image for probe in probes],
        "profiles": digests,
        "destroyed": sorted(destroyed),
        "memory_mib": case.settings.ingest.memory_mib,
        "readings": file_digest(by_hand) if (by_hand := case.root / READINGS_FILE).exists() else None,
    }
    with job(case, "ingest", inputs) as work:
        if not work.up_to_date:
            declared, faults = _declared(case, sealed, workers)
            files = _sealed(case, sealed, declared, read_by_hand)
            read, failed = _read_all(work, files, profiles, workers, progress)
            present = {source for found in read for source, _ in found.sources} | {file.entry.source for file in files}
            rest = [*failed, *_not_registers(files), *_never_read(lost, declared, present, files)]
            problems = _write(work, read, read_by_hand, [{"problems": faults}, {"problems": _loose(files)}, *rest])
            problems += [_checked(work, read), *_paired(work, files, {probe.image for probe in probes}, destroyed)]
            line = pl.col("locator").str.extract("([0-9]+)").cast(pl.Int64)
            found = pl.concat(problems).unique()
            work.write("problems", found.sort("source", line, "locator", "code", "message", "kept"))
    work.sources += _balances(case)
    return replace(work.result(), all_refused=_all_refused(case))


def _profiles(case: Case) -> tuple[list[Profile], dict[str, str]]:
    """Return the profiles of the case and of the tool, and the digests of the case's; a case's goes before."""
    own = {path.name: path for path in sorted((case.root / "profiles").glob("*.toml"))}
    built_in = resources.files("toolkit.readers") / "profiles"
    contents = {f"profiles/{name}": path.read_bytes() for name, path in own.items()}
    contents |= {
        f"toolkit/{path.name}": path.read_bytes()
        for path in sorted(built_in.iterdir(), key=lambda path: path.name)
        if path.name.endswith(".toml") and path.name not in own
    }
    digests = {f"profiles/{name}": sha256(contents[f"profiles/{name}"]).hexdigest() for name in own}
    return [read_profile(name, _text(name, content)) for name, content in contents.items()], digests


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(name, error) from None


def _declared(
    case: Case, sealed: list[manifest.Entry], workers: int | None
) -> tuple[dict[str, Declaration], pl.DataFrame]:
    """Return what `raw/sources.csv` declares, if there is one."""
    asked = [(case.root / entry.path, entry.sha256) for entry in sealed if entry.path == SOURCES_FILE]
    most = limits(case)
    for _, found in lanes.run(asked, declared_in, 0 if workers == 0 else 1, limits=lambda _: most):
        if isinstance(found, lanes.Failed):
            return {}, problem("W501", SOURCES_FILE, "", f"tried twice: {found.why}", "nothing is declared")
        return found
    return {}, PROBLEMS.to_frame()


def _sealed(
    case: Case, sealed: list[manifest.Entry], declared: dict[str, Declaration], readings: Readings
) -> list[Sealed]:
    """Return every file with what is declared of it and of its parts, and what people read in them, by path."""
    in_force = readings.in_force()
    digests = {shown(entry.path): entry.sha256 for entry in sealed}
    files = []
    for entry in sealed:
        path, source = case.root / entry.path, shown(entry.path)
        kind = _kind(case, path, source)
        known = Entry(source, kind, entry.sha256, declared.get(entry.path, NOTHING_DECLARED))
        parts = {name: said for name, said in declared.items() if name.startswith(f"{source}/")}
        media = {}
        if kind is not None and is_index(kind, source):
            media = {name: sha256 for name, sha256 in digests.items() if name.startswith(f"raw/{kind}/")}
        read = {name: frame for name, frame in in_force.items() if name == source or name.startswith(f"{source}/")}
        files.append(Sealed(known, path, parts, media, read))
    return sorted(files, key=lambda file: file.entry.source)


def _kind(case: Case, path: Path, source: str) -> str | None:
    """Return the folder under raw/, or the kind that case.toml gives an outside source."""
    for outside in case.settings.sources:
        top = Path(os.path.abspath(case.root / outside.path))  # noqa: PTH100 - `resolve` would follow links
        if path.is_relative_to(top):
            return outside.kind
    parts = source.split("/")
    return parts[1] if parts[0] == "raw" and len(parts) > 2 and parts[-1] not in _KEEPERS else None  # noqa: PLR2004


def _read_all(
    work: Job, files: list[Sealed], profiles: list[Profile], workers: int | None, progress: Progress | None
) -> tuple[list[Kept], list[dict[str, pl.DataFrame]]]:
    """Return what each register gave, now or in an earlier run, by path; and the frames of those that failed."""
    registers = [file for file in files if file.is_register]
    inputs = {file.entry.source: file.depends_on(profiles) for file in registers}
    known = {file.entry.source: earlier(work, file, inputs[file.entry.source]) for file in registers}
    found = {source: kept for source, kept in known.items() if kept}
    size = {file.entry.source: file.path.stat().st_size for file in registers}
    # Large files first, so that no worker is left with a large one at the end.
    left = [file for file in registers if file.entry.source not in found]
    left.sort(key=lambda file: (-size[file.entry.source], file.entry.source))
    in_process = sum(size[file.entry.source] for file in left) <= IN_PROCESS_BYTES
    failed: list[dict[str, pl.DataFrame]] = []
    read_it, most = partial(read_file, work.case, profiles), limits(work.case)
    n_workers = 1 if in_process and workers != 0 else workers
    for file, read in lanes.run(left, read_it, n_workers, limits=lambda _: most):
        source = file.entry.source
        if isinstance(read, lanes.Failed):
            failed.append(_failed(file, size[source], read.why))
            continue
        work.unit(source, inputs[source], read.outputs, read.facts())
        found[source] = read
        if progress:
            progress("ingest", len(found), len(registers))
    if failed:
        write.sweep_temps(work.case.root)  # what those that died were writing
    for kept in found.values():
        work.outputs |= kept.outputs
    return [found[source] for source in sorted(found)], failed


def _failed(file: Sealed, size: int, why: str) -> dict[str, pl.DataFrame]:
    """Return what is known of a file that no worker could read."""
    found = problem("W501", file.entry.source, "", f"tried twice: {why}", "file kept as it is, not searched")
    read = unread(file.entry, size, found, "cannot_read")
    return {"problems": read.problems, "coverage": read.coverage, "sources": read.row}


def _not_registers(files: list[Sealed]) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield what is known of pictures and footage (no registers), and of files of no known kind (not searched)."""
    for file in files:
        if not file.is_register:
            unknown = file.entry.kind is not None and file.entry.kind not in KINDS
            size, cause = file.path.stat().st_size, "unsupported_type" if unknown else None
            read = unread(file.entry, size, PROBLEMS.to_frame(), cause)
            yield {"coverage": read.coverage, "sources": read.row}


def _loose(files: list[Sealed]) -> pl.DataFrame:
    """Return a problem for each file that lies in raw/ itself."""
    message = f"expected a folder raw/<kind>/ and {SOURCES_FILE}, found a file beside them"
    loose = [source for source in (file.entry.source for file in files) if source.count("/") == 1]
    found = [
        problem("F408", source, "", message, "sealed, not read")
        for source in loose
        if source.startswith("raw/") and source != SOURCES_FILE and Path(source).name not in _KEEPERS
    ]
    return pl.concat([PROBLEMS.to_frame(), *found])


def _never_read(
    lost: list[str], declared: dict[str, Declaration], present: set[str], files: list[Sealed]
) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield problems and coverage of what was not sealed, was declared and is not there, or was not supplied."""
    for source in lost:
        kind = source.split("/")[1] if source.startswith("raw/") else None
        yield {"coverage": coverage(Entry(source, kind), [("files", "cannot_read", 1)])}
    for path, said in sorted(declared.items()):
        if path not in present | set(lost):
            kind = path.split("/")[1] if path.startswith("raw/") else None
            message = f"expected {shown(path)}, found no such file"
            found = problem("F409", SOURCES_FILE, f"line {said.line}", message, "row kept")
            missing = coverage(Entry("", kind, "", said), [("rows", "not_supplied", said.declared_rows)])
            yield {"problems": found, "coverage": missing}
    supplied = {file.entry.kind for file in files if file.is_register}
    for kind in KINDS:
        if kind not in supplied | {"footage"}:
            yield {"coverage": coverage(Entry("", kind), [("rows", "not_supplied", None)])}


def _write(work: Job, read: list[Kept], readings: Readings, rest: list[dict[str, pl.DataFrame]]) -> list[pl.DataFrame]:
    """Write what no source can write alone, and an empty shard of each table that has none; return the problems."""
    parts = {name: [schema.to_frame()] for name, schema in KEPT.items()}
    for kept in read:
        for name in kept.kept:
            parts[name.split(".")[-2]].append(pl.read_parquet(work.case.root / name))
    for frames in rest:
        for name, frame in frames.items():
            parts[name].append(frame)
    order = ("source", "system", "unit_ref", "method", "measure", "cause")
    work.write("coverage", pl.concat(parts["coverage"]).sort(order, maintain_order=True))
    work.write("sources", pl.concat(parts["sources"]).sort("source"))
    write_undecided(work, parts, readings, _scanned(work.case, _of_registers(work)))
    written = {Path(name).parent.name for name in work.outputs}
    for wanted in TABLES:
        if wanted.step == "ingest" and wanted.sharded and wanted.name not in written:
            work.write(wanted.name, wanted.schema().to_frame(), "none")
    return parts["problems"]


def _checked(work: Job, read: list[Kept]) -> pl.DataFrame:
    """Return the problems between rows: those that an earlier run found and that hold still, and those that are new."""
    case, inputs, now = work.case, _inputs(), _of_registers(work)
    frames = _scanned(case, now)
    last = work.log.last(event="outcome", step="ingest")
    before = last["outputs"] if last and last["tool"] == toolkit.__version__ else {}
    if not is_intact(case, _PROBLEMS, before.get(_PROBLEMS)):
        return crosscheck(frames)
    before = {name: sha256 for name, sha256 in before.items() if Path(name).parent.name in inputs}
    fresh = {name for name, sha256 in now.items() if before.get(name) != sha256}
    changed = {Path(name).parent.name for name in fresh | (before.keys() - now.keys())}
    unchanged = {
        source: name
        for kept in read
        for source, name in kept.sources
        if name in inputs and f"tables/ingest/{name}/{shard_name(source)}.parquet" not in fresh
    }
    still = lasting(pl.read_parquet(case.root / _PROBLEMS), changed, unchanged)
    return pl.concat([still, crosscheck(frames, Changes(changed, _scanned(case, fresh)))])


def _inputs() -> set[str]:
    """Return the names of the tables that registers feed."""
    return {wanted.name for kind in KINDS for wanted in input_tables(kind)}


def _of_registers(work: Job) -> dict[str, str]:
    """Return the shards of those tables, and their digests."""
    inputs = _inputs()
    return {name: sha256 for name, sha256 in work.outputs.items() if Path(name).parent.name in inputs}


def _scanned(case: Case, shards: Iterable[str]) -> Frames:
    """Return the tables that these shards make up."""
    paths: dict[str, list[Path]] = {}
    for name in sorted(shards):
        paths.setdefault(Path(name).parent.name, []).append(case.root / name)
    return {name: pl.scan_parquet(files) for name, files in paths.items()}


def _paired(work: Job, files: list[Sealed], named: set[str], destroyed: set[str]) -> Iterator[pl.DataFrame]:
    """Yield the problems of pictures and footage that lie there without a row, and of rows without a file."""
    for kind, (name, _) in INDEXES.items():
        media = [file.entry.source for file in files if file.entry.kind == kind and not file.is_register]
        listed = [path for path in media if path.startswith(f"raw/{kind}/") and Path(path).name not in _KEEPERS]
        frame = _scanned(work.case, (path for path in work.outputs if Path(path).parent.name == name))[name].collect()
        yield unpaired(kind, frame, listed, named, destroyed)


def _all_refused(case: Case) -> bool:
    """Return whether there are sources, and each has a problem and no row that was accepted; none is not a refusal."""
    problems = [*case.problems("seal"), *case.problems("ingest")]
    refused = {found.origin.source for found in problems if found.code != "T214"}
    given = case.table("sources").filter(pl.col("source") != SOURCES_FILE).select("source", "accepted").rows()
    return bool(given) and all(source in refused and not accepted for source, accepted in given)


def _balances(case: Case) -> list[dict[str, object]]:
    """Return the balance of each source that was read: rows in = accepted + quarantined + blank."""
    counts = ("rows_in", "accepted", "quarantined", "blank")
    return case.table("sources").filter(pl.col("rows_in").is_not_null()).select("source", "table", *counts).to_dicts()
