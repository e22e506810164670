"""
The registers of the sample case: what each body would have handed over, with planted faults.

The public facts are those of the report of 2019 (`published.py`); everything else is made up (`registers.txt`). Nobody
is named: people are reference numbers and posts.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from toolkit.synthetic.published import COLUMNS, PRESS, page, sentences

AS_AT = "2019-10-04"
"""Date the sample gives to the report, which bears none."""
STATEMENTS = "statements/published.csv"

DAMAGED = {
    "share_log/crimint.csv": "CRIM-1750,2017-11-14,2017-11-14,CAMDEN,POST-DC-07,,out,briefing,BTP,LA-08,two, unquoted,"
    " commas,,,email,,,no,no,Briefing, with a comma nobody quoted\n",
    "custody/custody_imaging.csv": "CUST-0199,SUB-99\n",
}
"""A row each that no reader can put into columns: kept verbatim, in quarantine."""

READINGS = [
    {
        "source": "raw/share_log/crimint.csv",
        "locator": "line 15",
        "column": "use",
        "reads_as": "briefing",
        "post": "POST-REVIEW-1",
        "when": "2019-10-11",
        "reason": "Three commas too many, all behind the eighth cell: it says briefing, as does the narrative.",
    }
]
"""What a post of the review read in the row that no reader can put into columns."""

CASE = """\
# The sample case. Everything but the public facts of the report of 2019 is made up: see README.md.

[case]
title = "King's Boulevard"
from = "2016-05"
to = "2018-03"
as_at = "2019-10-04"

[index]
min_face_px = 80
looks_per_s = 2

[mandate]
requested_by = "POST-REVIEW-LEAD"
legal_basis = "made up: written authority of a review into the sharing of images"
necessity = "whether any person whose image was shared passed the two cameras cannot be learned otherwise"
purpose = "review of images shared for facial recognition"
cameras = ["KB-1", "KB-2"]
window = "2016-05/2018-03"
undated_footage = false
threshold = 0.5
expires = "2099-12-31"
reviewers = ["POST-REVIEWER-A", "POST-REVIEWER-B"]

[rules]
R13_days = 2
"""


def write(case_dir: Path) -> None:
    """Write the registers, `hand/` and `case.toml` of the sample; the same bytes each time."""
    for name, text in registers().items():
        path = case_dir / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + DAMAGED.get(name, ""), "utf-8", newline="")
    (case_dir / "case.toml").write_text(CASE, "utf-8", newline="")
    (case_dir / "hand").mkdir(exist_ok=True)
    (case_dir / "hand" / "readings.csv").write_text(as_csv(list(READINGS[0]), READINGS), "utf-8", newline="")


def registers() -> dict[str, str]:
    """Return the undamaged registers, as CSV, by their path under raw/."""
    pages = re.split(r"^(\S+\.csv):$", Path(__file__).with_suffix(".txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = {name: page(text) for name, text in zip(pages[::2], pages[1::2], strict=True)}
    texts = {name: as_csv(list(rows[0]), rows) for name, rows in found.items()}
    return texts | {STATEMENTS: as_csv(COLUMNS, [*sentences(AS_AT), PRESS])}


def as_csv(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    r"""
    Return rows as CSV; a cell that is missing is blank.

    >>> as_csv(["a", "b"], [{"a": "1, 2"}])
    'a,b\n"1, 2",\n'
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
