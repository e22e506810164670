"""`toolkit link`: which records of independent registers speak of one event."""

from pathlib import Path

from toolkit.audit import asking, links
from toolkit.case import Case, Run
from toolkit.custody.digest import file_digest
from toolkit.errors import not_utf8
from toolkit.steps.job import job
from toolkit.steps.reconstruct import outcomes
from toolkit.steps.spilling import connected

HAND = "hand/links.csv"


def link(case: Case) -> Run:
    """
    Link transfers, receipts, enrolments, custody records and disposals to the entries they belong to; write `links`.

    Exact keys first, then references that look alike, of the same time and recipient, weighed. A link is positive,
    unsure or negative; what people decide in `hand/links.csv` rules, and an unsure link identifies nothing.

    Raises:
        UsageError: If nothing has been ingested yet, or a line of `hand/links.csv` cannot be understood.
    """
    case.table("sources")
    judged = case.root / HAND
    tables = {name: digest for name, digest in outcomes(case, "link").items() if name.startswith("tables/ingest/")}
    inputs = {"tables": tables, "hand": file_digest(judged) if judged.exists() else None, "models": asking.models()}
    with job(case, "link", inputs) as work:
        if not work.up_to_date:
            judgements = links.read_judgements(_text(judged)) if judged.exists() else links.HAND.to_frame()
            with connected(case, "linking", before="link") as connection:
                for register, found in links.links(connection, judgements):
                    work.write_some_at_a_time("links", found, register)
    return work.result()


def _text(judged: Path) -> str:
    """Return what people wrote."""
    try:
        return judged.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(HAND, error) from None
