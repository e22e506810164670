"""`hand/proposals.csv`: what people decided about passages that may record a disclosure. The last word stands."""

from dataclasses import dataclass

from toolkit.errors import UsageError
from toolkit.readers.delimited import read_blocks, read_header

PROPOSALS_FILE = "hand/proposals.csv"
COLUMNS = ("source", "locator", "accepted", "who", "when", "why")


@dataclass(frozen=True)
class Judgement:
    """Whether a proposal is accepted, and who said so, when and why."""

    accepted: bool
    who: str
    when: str
    why: str


def read_judgements(text: bytes) -> dict[tuple[str, str], Judgement]:
    """
    Return the judgement on each passage, by source and locator.

    Args:
        text: Content of the file.

    Raises:
        UsageError: If a row lacks something or says neither yes nor no; names its line.
    """
    header = read_header(text)
    if header.names != list(COLUMNS):
        raise UsageError(
            f"{PROPOSALS_FILE}: expected the columns {', '.join(COLUMNS)}, found {', '.join(header.names)}"
        )
    found: dict[tuple[str, str], Judgement] = {}
    for block in read_blocks(text, header):
        for _, line, why in block.faults.rows():
            raise UsageError(f"{PROPOSALS_FILE} line {line}: {why}")
        for line, row in zip(block.lines, block.cells.iter_rows(), strict=True):
            source, locator, accepted, who, when, why = (cell.strip() for cell in row)
            if accepted not in {"yes", "no"}:
                raise UsageError(f"{PROPOSALS_FILE} line {line}: accepted: expected yes or no, found {accepted!r}")
            if not (source and locator and who and when and why):
                raise UsageError(f"{PROPOSALS_FILE} line {line}: expected all of {', '.join(COLUMNS)}, found blanks")
            found[source, locator] = Judgement(accepted == "yes", who, when, why)
    return found
