"""`toolkit report`: what people read."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import polars as pl

import toolkit
from toolkit.answers import Answer
from toolkit.audit import charts, export, page, render
from toolkit.case import Case, Run
from toolkit.custody import heads, manifest, write
from toolkit.custody.digest import file_digest
from toolkit.steps.ask import answers_of
from toolkit.steps.check import verdicts_of
from toolkit.steps.job import Job, job
from toolkit.steps.reconstruct import facts, outcomes
from toolkit.steps.records import with_records
from toolkit.steps.singles import said_of
from toolkit.tables import table

_IMAGES = f"""
    select image_ref, list(occasion_ref order by occasion_ref), count(*) over ()
    from disclosed_images
    group by image_ref
    order by image_ref
    limit {page.ON_PAGE}
"""
_VIEWS = ("disclosed_images", *page.VIEWS)
LOG_HEAD = "log_head.txt"
EXPORTED = ("answers", "verdicts", "statement_checks", "examinations", "sources")


def report(case: Case) -> Run:
    """
    Write `reports/<id>/`: the page, the timeline, the tables as CSV with a sidecar and as Parquet, the log's head.

    The id is the first 12 hex digits of the digest of everything the report depends on; the same case gives the same
    bytes, but for the head, which commits to times. Earlier reports stay.

    Raises:
        UsageError: If the case has not been reconstructed yet.
    """
    answers, verdicts = answers_of(case), verdicts_of(case)
    inputs = {
        "tables": outcomes(case, "report"),
        "settings": facts(case),
        "pages": render.pages(),
        "signed": heads.signed(case.root, heads.Trust(own=True)),
    }
    with job(case, "report", inputs) as work:
        if work.up_to_date:
            return work.result()
        folder = case.root / "reports" / work.inputs[:12]
        with case.connect(wanted=_VIEWS) as tables:
            coverage = tables.sql("select * from coverage order by all").pl()
            images = _images(case, answers, tables.sql(_IMAGES).fetchall())
            period = tables.sql("select from_earliest, to_latest from settings").fetchall()[0]
            timeline = charts.svg(charts.timeline(page.spans(tables), period))
        examinations = case.table("examinations")
        values = page.page_values(answers, verdicts, images, coverage, examinations) | _about(case, work)
        _keep_text(work, folder / "report.html", render.report_page(values, timeline=timeline))
        _keep_text(work, folder / "timeline.svg", timeline)
        head = f"{work.log.head}  line {len(work.log.entries)} of custody/log.jsonl, when this report was written\n"
        head += f"{file_digest(case.root / manifest.MANIFEST)}  {manifest.MANIFEST}\n"
        _keep_text(work, folder / LOG_HEAD, head)  # apart, so that the same case gives the same page
        for name in EXPORTED:
            _export(work, folder / "tables", name, exported(case, name), coverage)
    return work.result()


def exported(case: Case, name: str) -> pl.DataFrame:
    """Return a table as it leaves the case: an answer or a verdict with the records that it names."""
    frame = case.table(name)
    return with_records(case, frame) if name in ("answers", "verdicts") else frame


def _images(case: Case, answers: Sequence[Answer], rows: Sequence[tuple[str, list[str], int]]) -> page.Images:
    """Return the images that the page shows, and what is said of each; also where `answers` only counts them."""
    shown = {image: occasions for image, occasions, _ in rows}
    subjects = {*shown, *chain.from_iterable(shown.values())}
    listed = [answer for answer in answers if answer.question in page.IMAGE_COLUMNS]
    counted = {answer.question: answer for answer in listed if answer.subjects > 1}
    named = {(answer.question, answer.subject) for answer in listed}
    wanted = {name: {each for each in subjects if (name, each) not in named} for name in counted}
    singles = [found for name, like in counted.items() for found in said_of(case, like, wanted[name])]
    return page.Images(shown, rows[0][2] if rows else 0, [*listed, *singles])


def _about(case: Case, work: Job) -> dict[str, object]:
    """Return what the page says about itself."""
    about, problems = case.settings.about, case.problems()
    return {
        "title": about.title,
        "period": f"{about.from_} to {about.to}",
        "as_at": case.as_at.text,
        "as_at_is_today": about.as_at is None,
        "report_id": work.inputs[:12],
        "signed": heads.signed(case.root, heads.Trust(own=True)),
        "sources_read": case.table("sources").height,
        "problems": page.first(problems),
        "problem_count": len(problems),
        "problems_rest": page.rest(
            len(problems), "tables/*/problems.parquet of the case", (each.code for each in problems)
        ),
        "thin_days": charts.THIN_DAYS,
        "inputs": work.inputs,
        "version": toolkit.__version__,
    }


def _export(work: Job, folder: Path, name: str, frame: pl.DataFrame, coverage: pl.DataFrame) -> None:
    _keep_text(work, folder / f"{name}.csv", export.csv_text(frame))
    sidecar = export.sidecar(table(name), frame, coverage, work.inputs[:12])
    _keep_text(work, folder / f"{name}.csv.json", sidecar)
    parquet = folder / f"{name}.parquet"
    work.keep(parquet, write.write_table(parquet, frame.to_arrow()))


def _keep_text(work: Job, path: Path, text: str) -> None:
    work.keep(path, write.write_text(path, text))
