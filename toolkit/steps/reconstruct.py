"""`toolkit reconstruct`: the answers and the verdicts."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import joblib
import msgspec
import polars as pl

from toolkit.audit import asking, counting, examined, origins, statements
from toolkit.case import STEPS, Case, Run
from toolkit.custody import chain, erasure, write
from toolkit.custody.digest import digest_once
from toolkit.custody.tombstones import FORGETTABLE
from toolkit.steps.job import Job, job
from toolkit.steps.spilling import connected
from toolkit.tables import table

RESOLVED = 10_000
"""Rows whose keys are resolved at a time: each may name 1,000 records."""


def reconstruct(case: Case) -> Run:
    """
    Answer every question and judge every rule from the tables, and write them, with what was examined.

    Raises:
        UsageError: If nothing has been ingested yet.
    """
    with job(
        case,
        "reconstruct",
        {"tables": outcomes(case, "reconstruct"), "settings": facts(case), "models": asking.models()},
    ) as work:
        if not work.up_to_date:
            work.said["models"] = {f"models/{name}": sha256 for name, sha256 in asking.models().items()}
            with connected(case, before="reconstruct", threads=joblib.cpu_count()) as tables:
                places = origins.places(tables)
                with _counted(work, "answers", tables) as many:
                    answers = asking.answers_keyed(tables, many=many)
                with _counted(work, "verdicts", tables) as many:
                    verdicts = asking.verdicts_keyed(tables, many=many)
                work.write("examinations", examined.examinations(tables))
                work.write("statement_checks", statements.statement_checks(tables, answers, verdicts))
            work.write("origin_places", places)
            for name, keyed in (("answers", answers), ("verdicts", verdicts)):
                some = keyed.iter_slices(RESOLVED)
                work.write_some_at_a_time(name, (origins.with_records(places, rows) for rows in some))
    return work.result()


@contextmanager
def _counted(work: Job, name: str, tables: duckdb.DuckDBPyConnection) -> Iterator[counting.Counter]:
    """Give what counts subjects that are too many, and write a row for each of them beside."""
    each = table(f"{name}_each")
    path = work.case.folder("reconstruct") / f"{each.name}.parquet"
    with write.writing_table(path, each.arrow_schema(), ("subject",)) as stream:

        def put(asked: str, rows: pl.DataFrame) -> None:
            for batch in counting.each(rows, asked, each.schema()).to_arrow().to_batches():
                stream.add(batch)

        yield asking.counter(tables, put)
    work.keep(path, stream.sha256)


def outcomes(case: Case, before: str) -> dict[str, str]:
    """
    Return the digest of every table that the steps before this one have written.

    Not of descriptors: they are forgotten, no answer reads them, and `faces` says whose they were. Of a table that an
    erasure took something from it is the digest that its step wrote: what went is no reason to do a step again. Answers
    and reports depend on tombstones too.
    """
    earlier = STEPS[: STEPS.index(before)] + ((erasure.STEP,) if before in ("reconstruct", "report") else ())
    files = sorted(path for step in earlier for path in case.folder(step).rglob("*.parquet"))
    names = {case.relative(path): path for path in files}
    found = {name: digest_once(path) for name, path in names.items() if not name.startswith(FORGETTABLE)}
    written = erasure.as_written(chain.load(case.root / chain.LOG).entries) if erasure.certificates(case.root) else {}
    return {name: written.get((name, sha256), sha256) for name, sha256 in found.items()}


def facts(case: Case) -> dict[str, object]:
    """Return what answers depend on beside tables, as JSON without floats."""
    settings = case.settings
    mandate = settings.mandate
    return {
        "about": msgspec.to_builtins(settings.about),
        "as_at": case.as_at.text,
        "rules": msgspec.to_builtins(settings.rules),
        "threshold": None if mandate is None else str(mandate.threshold),
    }
