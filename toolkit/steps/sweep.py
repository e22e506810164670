"""`toolkit sweep`: the probes against every face that was found."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.custody.digest import file_digest
from toolkit.errors import AuthorityError, IntegrityError, UsageError
from toolkit.faces.engine import engine_named
from toolkit.faces.pictures import describe_probe
from toolkit.faces.search import counts_below
from toolkit.faces.sweep import Probe, ranked, sweep_shard
from toolkit.problems import Problem
from toolkit.settings import Mandate
from toolkit.steps.gate import standing_mandate
from toolkit.steps.index import ENGINE
from toolkit.steps.job import Job, job
from toolkit.steps.reconstruct import outcomes
from toolkit.tables import table


@dataclass(frozen=True)
class Wanted:
    """An image that may be searched for: its reference, file, digest, and why it may."""

    probe_id: str
    source: str | None
    sha256: str | None
    basis: str


def sweep(case: Case, *, workers: int | None = None, progress: Progress | None = None) -> Run:
    """
    Compare the probes with every face and write `candidates`: the pairs no farther apart than the mandate's threshold.

    Probes are the images of the case's disclosures, and those that the mandate names with a reason. Nothing above the
    threshold is kept. A candidate is worth a person's look; it is not a match.

    Args:
        case: The case; indexed.
        workers: Not used yet: one process searches 100,000 faces in well under a second.
        progress: Told how many footage files are done.

    Raises:
        AuthorityError: If there is no mandate, it has expired, or there is nothing to search for.
        UsageError: If the case has not been indexed, or the mandate names a probe that is not sealed.
    """
    del workers
    mandate = standing_mandate(case)
    case.table("faces")  # says which step to run where it has not
    wanted = [*_disclosed(case), *_named(case, mandate)]
    if not wanted:
        raise AuthorityError("nothing to search for: no disclosed image is on record and the mandate names no probe")
    depends_on = {
        "index": outcomes(case, "sweep"),
        "probes": [
            [str(part) for part in (found.probe_id, found.source, found.sha256, found.basis)] for found in wanted
        ],
        "threshold": str(mandate.threshold),
        "engine": engine_named(ENGINE).name,
    }
    with job(case, "sweep", depends_on) as work:
        if not work.up_to_date:
            _search(work, wanted, mandate.threshold, progress)
    return work.result()


def _search(work: Job, wanted: list[Wanted], threshold: float, progress: Progress | None) -> None:
    described = [_described(work.case, probe) for probe in wanted]
    probes = [probe for probe, _ in described if probe is not None]
    shards, n_faces = [], 0
    for done, total, faces, descriptors in _shards(work.case):
        shards.append(sweep_shard(probes, faces, descriptors, threshold))
        n_faces += faces.height
        if progress:
            progress("sweep", done, total)
    candidates = ranked(shards)
    work.write("candidates", candidates)
    searched = {probe.probe_id for probe in probes}
    work.write("probes", _probes(wanted, searched, candidates, threshold))
    problems = [problem for _, found in described for problem in found]
    work.write(
        "coverage", _coverage(wanted, searched, {found.origin.source: found.code for found in problems}, n_faces)
    )
    work.write_problems(problems)


def _disclosed(case: Case) -> list[Wanted]:
    """Return the images of the case's disclosures, by reference."""
    with case.connect() as tables:
        refs = [ref for (ref,) in tables.sql("select distinct image_ref from disclosed_images order by 1").fetchall()]
    files = case.table("images").unique("image_ref", keep="first", maintain_order=True)
    known = {row["image_ref"]: row for row in files.iter_rows(named=True)}
    found = [(ref, known.get(ref, {})) for ref in refs]
    return [
        Wanted(ref, f"raw/images/{row['file']}" if row.get("sha256") else None, row.get("sha256"), "disclosed")
        for ref, row in found
    ]


def _named(case: Case, mandate: Mandate) -> list[Wanted]:
    """Return the probes that the mandate names beside them."""
    sealed = dict(case.table("sources").select("source", "sha256").iter_rows())
    found = []
    for probe in mandate.probes:
        places = [f"raw/{probe.image}", f"raw/images/{probe.image}", probe.image]
        source = next((place for place in places if place in sealed), None)
        if source is None:
            raise UsageError(
                f"case.toml: mandate.probes.image: expected a sealed file below raw/, found {probe.image!r}"
            )
        found.append(Wanted(source, source, sealed[source], "mandate"))
    return found


def _described(case: Case, wanted: Wanted) -> tuple[Probe | None, tuple[Problem, ...]]:
    """
    Return the probe with its descriptor; None where it has none.

    Raises:
        IntegrityError: If the file is not what was sealed.
    """
    if wanted.source is None:
        return None, ()
    path = case.root / wanted.source
    if (now := file_digest(path)) != wanted.sha256:
        raise IntegrityError(f"{wanted.source}: expected the sealed digest {wanted.sha256}, found {now}; not opened")
    described = describe_probe(path, wanted.source, engine_named(ENGINE))
    if not len(described.descriptors):
        return None, described.problems
    return Probe(wanted.probe_id, wanted.source, described.descriptors[0]), described.problems


def _shards(case: Case) -> Iterator[tuple[int, int, pl.DataFrame, pl.DataFrame]]:
    """
    Yield (number, how many, faces, descriptors) of each footage file.

    Raises:
        UsageError: If faces have lost their descriptors.
    """
    files = sorted((case.folder("index") / "faces").glob("*.parquet"))
    for number, faces in enumerate(files, 1):
        descriptors = case.folder("index") / "descriptors" / faces.name
        if not descriptors.exists():
            raise UsageError(f"{case.relative(faces)} has no descriptors: run 'toolkit index CASE' again")
        yield number, len(files), pl.read_parquet(faces), pl.read_parquet(descriptors)


def _probes(wanted: list[Wanted], searched: set[str], candidates: pl.DataFrame, threshold: float) -> pl.DataFrame:
    rows = []
    for probe in wanted:
        distances = candidates.filter(pl.col("probe_id") == probe.probe_id)["distance"]
        counts = counts_below(distances.to_numpy(), threshold) if probe.probe_id in searched else (None, None, None)
        basis = (probe.basis, probe.probe_id in searched)
        rows.append((probe.probe_id, probe.source, probe.sha256, *basis, *counts))
    return pl.DataFrame(rows, schema=table("probes").schema(), orient="row").sort("probe_id", "probe_source")


def _coverage(wanted: list[Wanted], searched: set[str], codes: dict[str, str], n_faces: int) -> pl.DataFrame:
    """Return how many probes were searched for, and why others were not; and how many faces each was compared with."""

    def cause(probe: Wanted) -> str | None:
        if probe.probe_id in searched:
            return None
        if probe.source is None:
            return "not_supplied"
        return "no_face_detected" if codes.get(probe.source) == "M112" else "cannot_read"

    files = [(probe.source or "raw/images", "files", cause(probe), 1) for probe in wanted]
    rows = [*files, (None, "faces", None, n_faces)]
    schema = table("coverage", "sweep").schema()
    frame = pl.DataFrame(
        rows, schema={name: schema[name] for name in ("source", "measure", "cause", "n")}, orient="row"
    )
    filled = frame.with_columns(
        pl.lit("sweep").alias("method"),
        pl.lit("unknown").alias("complete"),
        *(pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in _GIVEN),
    )
    return filled.select(schema.names()).sort(*_GIVEN[:4], nulls_last=True)


_GIVEN = ("source", "measure", "cause", "n", "method", "complete")
