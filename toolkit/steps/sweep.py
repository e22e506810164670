"""`toolkit sweep`: the probes against every face that was found."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from toolkit.case import Case, Progress, Run
from toolkit.custody import erasure
from toolkit.custody.digest import digest_of
from toolkit.errors import AuthorityError, UsageError
from toolkit.faces.engine import engine_named
from toolkit.faces.pictures import Described, describe_probe
from toolkit.faces.search import counts_below
from toolkit.faces.sweep import Probe, ranked
from toolkit.problems import Origin, Problem
from toolkit.settings import Mandate
from toolkit.steps import comparisons, forget
from toolkit.steps import workers as lanes
from toolkit.steps.describing import described_again
from toolkit.steps.gate import children, standing_mandate, within_budget
from toolkit.steps.job import Job, job
from toolkit.steps.limits import Limits
from toolkit.steps.looking import flags_of, how_to_look
from toolkit.steps.reconstruct import outcomes
from toolkit.steps.refusal import logged
from toolkit.steps.units import sealed
from toolkit.tables import table


@dataclass(frozen=True)
class Wanted:
    """An image that may be searched for: its reference, file, digest, and why it may."""

    probe_id: str
    source: str | None
    sha256: str | None
    basis: str


def sweep(
    case: Case,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> Run:
    """
    Compare the probes with every face and write `candidates`: the pairs no farther apart than the mandate's threshold.

    Probes are the images of the case's disclosures, and those that the mandate names with a reason. Nothing above the
    threshold is kept. A candidate is worth a person's look; it is not a match. What was compared earlier is not
    compared again: a new probe meets all faces, new footage all probes. Memory: see `faces.search`; beside it the
    candidates, and the face_id of one footage file.

    When it is done, the descriptors are forgotten but for those of candidates, unless the mandate states
    `keep_descriptors_until`. A new probe then means describing the faces again: see `describing`.

    Args:
        case: The case; indexed.
        workers: Processes; this one where None and the work is small; pictures are opened in another, but with 0.
        scheduler: Address of a Dask scheduler, see `steps.workers`.
        again: Try again what is in quarantine, though no input has changed.
        progress: Told how many faces are done.

    Raises:
        AuthorityError: If there is no mandate, it has expired, or there is nothing to search for, or too much.
        IntegrityError: If the index or a probe is not what was logged or sealed.
        UsageError: If the case has not been indexed, or the mandate names a probe that is not sealed.
    """
    mandate = standing_mandate(case)
    if not (case.folder("index") / "faces").exists():
        case.table("faces")  # says which step to run
    wanted = sought(case, mandate)
    within_budget(case, mandate, probes=[each.probe_id for each in wanted])
    refused = children(case, mandate, {each.probe_id: each.sha256 for each in wanted if each.sha256})
    wanted = [replace(each, sha256=None) if each.probe_id in refused else each for each in wanted]
    digests, engine = outcomes(case, "sweep"), how_to_look(case, flags_of(case)).engine
    depends_on = {
        "index": digests,
        "probes": [
            [str(part) for part in (found.probe_id, found.source, found.sha256, found.basis)] for found in wanted
        ],
        "threshold": str(mandate.threshold),
        "engine": engine_named(engine).name,
    }
    with job(case, "sweep", depends_on, again=again) as work:
        if not work.up_to_date:
            _search(work, wanted, digests, (mandate, engine), (workers, scheduler), progress)
    return forget.after(work.result(), case, mandate)


@logged
def sought(case: Case, mandate: Mandate) -> list[Wanted]:
    """
    Return the images that may be searched for: those that were disclosed, and those that the mandate names.

    Raises:
        AuthorityError: If there is none.
        UsageError: If the mandate names an image that is not sealed.
    """
    wanted = list({each.probe_id: each for each in (*_disclosed(case), *_named(case, mandate))}.values())
    if not wanted:
        raise AuthorityError("nothing to search for: no disclosed image is on record and the mandate names no probe")
    return wanted


def _search(
    work: Job,
    wanted: list[Wanted],
    digests: dict[str, str],
    by: tuple[Mandate, str],
    how: tuple[int | None, str | None],
    progress: Progress | None,
) -> None:
    mandate, engine = by
    threshold, described = mandate.threshold, _Probes(work, wanted, 0 if how[0] == 0 else 1, engine)
    shards = comparisons.shards(work, digests, described.with_face, [str(threshold), engine_named(engine).name])
    missing = sorted(frozenset[str]().union(*(shard.missing for shard in shards)))
    probes = [described.probe(sha256) for sha256 in missing]
    failed: list[tuple[comparisons.Shard, str]] = []
    ready = _sound(described_again(work, mandate, shards, how, progress), failed)
    finished = _sound(comparisons.compared(work, ready, probes, threshold, how, progress), failed)
    problems = [
        Problem("W501", Origin(work.case.relative(shard.faces)), f"tried twice: {why}", "its faces were not compared")
        for shard, why in failed
    ]
    asked = pl.DataFrame([(each.probe_id, each.source, each.sha256) for each in wanted], schema=_ASKED, orient="row")
    candidates = ranked(comparisons.near(work.case, finished), asked)
    searched = {each.probe_id for each in wanted if each.sha256 in described.with_face}
    work.write("candidates", candidates)
    work.write("probes", _probes(wanted, searched, candidates, threshold))
    codes = {found.origin.source: found.code for found in described.problems}
    n_compared = sum(shard.n_faces for shard in finished)
    n_failed = sum(shard.n_faces for shard in shards) - n_compared
    n_erased = comparisons.erased(work, shards)
    destroyed = {stone.image_ref for stone in erasure.tombstones(work.case.root)}
    gone = frozenset(each.probe_id for each in wanted if each.source is None and each.probe_id in destroyed)
    work.write(
        "coverage", _coverage(wanted, searched, codes | dict.fromkeys(gone, _GONE), (n_compared, n_failed, n_erased))
    )
    work.write_problems([*described.problems, *problems])


def _sound(
    results: Iterable[tuple[comparisons.Shard, str | None]], failed: list[tuple[comparisons.Shard, str]]
) -> list[comparisons.Shard]:
    """Return the shards that are done, and note the others in *failed*."""
    sound = []
    for shard, why in results:
        if why is None:
            sound.append(shard)
        else:
            failed.append((shard, why))
    return sound


_ASKED = {"probe_id": pl.String, "probe_source": pl.String, "sha256": pl.String}


class _Probes:
    """The images to search for: which have a face, from the log or by looking, and their descriptors when needed."""

    def __init__(self, work: Job, wanted: list[Wanted], workers: int, engine: str) -> None:
        self._work, self._workers, self._engine = work, workers, engine
        self._files = {each.sha256: each for each in wanted if each.source is not None and each.sha256 is not None}
        self._probes: dict[str, Probe] = {}
        self.problems: list[Problem] = []
        with_face = {sha256 for sha256 in self._files if self._has_face(sha256)}
        self.with_face = frozenset(with_face)

    def probe(self, sha256: str) -> Probe:
        """Return a probe that has a face."""
        if sha256 not in self._probes:
            self._look(sha256)
        return self._probes[sha256]

    def _has_face(self, sha256: str) -> bool:
        wanted, inputs = self._files[sha256], digest_of([sha256, engine_named(self._engine).name])
        unit = f"probe {wanted.source}"
        if done := self._work.done(unit, inputs):
            found = done["found"]
        else:
            problems = self._look(sha256)
            listed = [[p.code, p.origin.source, p.origin.locator, p.message, p.kept] for p in problems]
            found = {"face": sha256 in self._probes, "problems": listed}
            self._work.unit(unit, inputs, {}, found)
        self.problems += [
            Problem(code, Origin(source, place), *rest) for code, source, place, *rest in found["problems"]
        ]
        return bool(found["face"])

    def _look(self, sha256: str) -> tuple[Problem, ...]:
        """
        Describe a probe, in another process: what opens pictures may die of one.

        Raises:
            IntegrityError: If the file is not what was sealed.
        """
        source = str(self._files[sha256].source)
        asked = [(self._work.case.root / source, source, sha256, self._engine)]
        [(_, described)] = lanes.run(asked, describe_sealed, self._workers, limits=lambda _: Limits())
        if isinstance(described, lanes.Failed):
            why = f"tried twice: {described.why}"
            return (Problem("W501", Origin(source), why, "kept and sealed; not searched for"),)
        if len(described.descriptors):
            engine = engine_named(self._engine).name
            self._probes[sha256] = Probe(sha256, described.descriptors[0], engine)
        return described.problems


def describe_sealed(asked: tuple[Path, str, str, str]) -> Described:
    """
    Describe a picture that is what was sealed: path, source, SHA-256, and the engine that described the faces.

    Raises:
        IntegrityError: If it is not.
    """
    path, source, sha256, engine = asked
    with sealed(path, source, sha256, "not opened") as file:
        return describe_probe(file, source, engine_named(engine))


def _disclosed(case: Case) -> list[Wanted]:
    """Return the images of the case's disclosures, by reference."""
    with case.connect(wanted=["entered_disclosures"], before="sweep") as tables:
        select = "select distinct unnest(image_refs) as image_ref from entered_disclosures order by 1"
        refs = [ref for (ref,) in tables.sql(select).fetchall()]
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
    destroyed = {stone.source for stone in erasure.tombstones(case.root)}
    found = []
    for probe in mandate.probes:
        places = [f"raw/{probe.image}", f"raw/images/{probe.image}", probe.image]
        source = next((place for place in places if place in sealed), None)
        if source is None and destroyed & {*places}:
            found.append(Wanted(probe.image, None, None, "mandate"))
            continue
        if source is None:
            raise UsageError(
                f"case.toml: mandate.probes.image: expected a sealed file below raw/, found {probe.image!r}"
            )
        found.append(Wanted(source, source, sealed[source], "mandate"))
    return found


def _probes(wanted: list[Wanted], searched: set[str], candidates: pl.DataFrame, threshold: float) -> pl.DataFrame:
    rows = []
    for probe in wanted:
        distances = candidates.filter(pl.col("probe_id") == probe.probe_id)["distance"]
        counts = counts_below(distances.to_numpy(), threshold) if probe.probe_id in searched else (None, None, None)
        basis = (probe.basis, probe.probe_id in searched)
        rows.append((probe.probe_id, probe.source, probe.sha256, *basis, *counts))
    return pl.DataFrame(rows, schema=table("probes").schema(), orient="row").sort("probe_id", "probe_source")


def _coverage(
    wanted: list[Wanted], searched: set[str], codes: dict[str, str], n_faces: tuple[int, int, int]
) -> pl.DataFrame:
    """Return how many probes were searched for, and why others were not; and how many faces each was compared with."""

    def cause(probe: Wanted) -> str | None:
        if probe.probe_id in searched:
            return None
        if probe.source is None:
            return codes.get(probe.probe_id, "not_supplied")
        if probe.sha256 is None:
            return "excluded_by_rule"  # a child's
        return "no_face_detected" if codes.get(probe.source) == "M112" else "cannot_read"

    files = [(probe.source or "raw/images", "files", cause(probe), 1) for probe in wanted]
    compared, failed, erased = n_faces
    faces = [(None, "faces", None, compared), (None, "faces", "cannot_read", failed), (None, "faces", _GONE, erased)]
    rows = [*files, *(row for row in faces if row[2] is None or row[3])]
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


_GONE = "destroyed_before_search"
_GIVEN = ("source", "measure", "cause", "n", "method", "complete")
