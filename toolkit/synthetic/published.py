"""
The sentences of the Metropolitan Police Service's report to the Mayor of London (October 2019), as claims.

One row of `published.txt` is a sentence, or the part of one that speaks to the questions and rules named. A published
sentence asserts; what it says about holding records ("we do not hold records of ...") says nothing about what happened.
"""

from pathlib import Path

PRESS = {
    "statement_ref": "ST-press-1",
    "document_ref": "DOC-PRESS",
    "publisher_ref": "MPS",
    "tense": "present",
    "claim": "asserts",
    "text": "We are in contact with the estate and share no images with it.",
}
"""A statement of no date that speaks in the present tense."""

COLUMNS = (
    "statement_ref",
    "document_ref",
    "paragraph",
    "publisher_ref",
    "issued",
    "as_at",
    "tense",
    "topic",
    "claim",
    "about",
    "about_ref",
    "value",
    "count",
    "count_unit",
    "text",
)


def sentences(as_at: str) -> list[dict[str, str]]:
    """
    Return the report's sentences as rows of `public_statements`.

    Args:
        as_at: Date of the report; blank: undated, as it was published.
    """
    document = {"document_ref": "DOC-REPORT", "publisher_ref": "MPS", "issued": as_at, "as_at": as_at}
    rows = page(Path(__file__).with_name("published.txt").read_text("utf-8"))
    return [row | document | {"statement_ref": f"ST-{row['statement_ref']}"} for row in rows]


def page(text: str) -> list[dict[str, str]]:
    r"""
    Return the rows of a page of cells between bars, by its header; a line that starts with # is for the reader.

    >>> page("a | b\n1, 2 | \n")
    [{'a': '1, 2', 'b': ''}]
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rows]
