"""`toolkit reconstruct`: the answers and the verdicts."""

from collections.abc import Callable, Collection, Iterator
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
                with _written(work, "answer_evidence", ("subject", "locator")) as rows:
                    places = origins.places(tables)

                    def rests(topic: str, said: pl.DataFrame) -> None:
                        for found in origins.rows_of(topic, said, places):
                            rows(found)

                    with _written(work, "answers_each", ("subject",)) as each:
                        answers = asking.answers_keyed(tables, many=_counter(tables, "answers_each", each, rests))
                    with _written(work, "verdicts_each", ("subject",)) as each:
                        verdicts = asking.verdicts_keyed(tables, many=_counter(tables, "verdicts_each", each, rests))
                work.write("examinations", examined.examinations(tables))
                work.write("statement_checks", statements.statement_checks(tables, answers, verdicts))
            work.write("answers", answers.drop("evidence"))
            work.write("verdicts", verdicts.drop("evidence"))
    return work.result()


Put = Callable[[pl.DataFrame], None]
"""Takes rows of a table, some at a time."""


@contextmanager
def _written(work: Job, name: str, ordered: Collection[str]) -> Iterator[Put]:
    """Give what takes the rows of a table; see `write.writing_table` for *ordered*."""
    path = work.case.folder("reconstruct") / f"{name}.parquet"
    with write.writing_table(path, table(name).arrow_schema(), ordered) as stream:

        def put(rows: pl.DataFrame) -> None:
            for batch in rows.to_arrow().to_batches():
                stream.add(batch)

        yield put
    work.keep(path, stream.sha256)


def _counter(tables: duckdb.DuckDBPyConnection, name: str, each: Put, rests: counting.Sink) -> counting.Counter:
    """Return what counts subjects that are too many, and gives away a row for each of them."""
    schema = table(name).schema()
    return asking.counter(tables, lambda topic, said: each(counting.each(said, topic, schema)), rests)


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
