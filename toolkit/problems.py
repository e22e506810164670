"""Faulty evidence as data: what was wrong, where, what was kept. Nothing is dropped silently."""

import re
from dataclasses import dataclass

CODES = {
    # media
    "M101": "footage that no decoder can open (cut short before its index, or not indexed at all)",
    "M102": "empty file",
    "M103": "content is of no known type, whatever its name says",
    "M104": "damaged picture; refused",
    "M105": "picture larger than the limit; refused before it is decoded",
    "M106": "footage that declares frames larger than the limit; refused before it is decoded",
    "M107": "list of other files (playlist); refused, and none of them opened",
    "M108": "document, workbook or message that cannot be opened, or only in part",
    "M109": "document or workbook that is encrypted; not read",
    "M110": "timestamps jump back or repeat",
    "M111": "footage in a codec that is not on the list of those that are decoded; held, not searched",
    "M112": "no face found in a probe",
    "M113": "more than one face in a probe; the largest is used",
    "M114": "footage damaged or cut short part of the way; what decodes is kept",
    "M115": "footage without a camera or a start time",
    "M116": "document larger than the limit, packed or unpacked, or parts within parts beyond it; refused",
    "M117": "document, or pages of it, without text (scans); held, not searched",
    # tables
    "T201": "not in the declared encoding",
    "T202": "encoding that was not declared but detected",
    "T203": "NUL bytes, or a byte-order mark of an encoding that was not declared",
    "T204": "row with more or fewer fields than the header",
    "T205": "quote that never closes",
    "T206": "header with duplicate, blank or missing columns",
    "T207": "date whose order of day and month is not declared",
    "T208": "local time that does not exist or exists twice",
    "T209": "date that is out of range or impossible",
    "T211": "value that cannot be read as its column requires",
    "T212": "required value is blank",
    "T213": "word outside the column's vocabulary",
    "T214": "no records in the file",
    "T215": "reference that nothing else in the case knows",
    "T216": "rows declared and rows found differ",
    "T217": "more than one profile for a source",
    "T218": "text that is no JSON, or none that is rows",
    "T219": "hidden sheet; read like any other",
    "T220": "column that is like one of ours by its name and is not used",
    "T221": "no reference where one should be: N/A, see attached, 2 images, a range",
    "T222": "characters that nobody sees, or spaces, in or around a reference; read without them",
    "T223": "reading in hand/readings.csv that is not in force: of no cell, of a readable one, or disagreed with",
    # contradictions
    "C301": "dates that contradict each other",
    "C302": "one reference, different contents; both kept",
    "C303": "line of the log with an earlier time than the line before it: a clock was set back, or had been ahead",
    # files
    "F401": "link; not followed, wherever it leads",
    "F404": "not a regular file; not read",
    "F405": "file that changed while it was read",
    "F406": "file that cannot be read",
    "F407": "file that was moved or renamed; found by its content",
    "F408": "folder under raw/ that is no known kind of source",
    "F409": "file listed in an index but not present, or present and not listed",
    "F410": "file name that is not UTF-8; sealed under its exact bytes, shown escaped",
    "F411": "file that was destroyed by an erasure and is there again; refused",
    "F412": "file that was destroyed by an erasure; its tombstone is kept",
    # workers
    "W501": "unit of work that failed twice; quarantined",
}
"""Stable codes. A code is never reused; `tests/faults/` holds a fixture for each."""


@dataclass(frozen=True)
class Origin:
    """
    Where something comes from: a source, by its path in the case, and a place in it. Ordered as people count.

    >>> Origin("raw/a.csv", "line 9") < Origin("raw/a.csv", "line 10")
    True
    """

    source: str
    locator: str = ""

    def __lt__(self, other: "Origin") -> bool:
        """Whether it comes before *other*: by source, then by the numbers in the locator."""
        return (self.source, _counted(self.locator)) < (other.source, _counted(other.locator))

    def __str__(self) -> str:
        """Return 'raw/share_log/2017.csv line 3'."""
        return f"{self.source} {self.locator}".rstrip()


def _counted(locator: str) -> list[tuple[int, str]]:
    """Return a locator's parts, numbers by their value."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", locator)]


@dataclass(frozen=True, order=True)
class Problem:
    """
    One fault in the evidence.

    Args:
        code: One of `CODES`.
        origin: Source and locator ("line 3", "frame 120", "byte 4096").
        message: What was expected and what was found.
        kept: What became of it ("row kept in quarantine", "nothing to keep").

    >>> print(Problem("T211", Origin("raw/log.csv", "line 3"), "not a date: 'May?'", "row kept in quarantine"))
    T211 raw/log.csv line 3: not a date: 'May?'; row kept in quarantine
    """

    code: str
    origin: Origin
    message: str
    kept: str

    def __post_init__(self) -> None:
        """Refuse a code that is not in the list."""
        if self.code not in CODES:
            raise ValueError(f"unknown problem code {self.code!r}")

    def __str__(self) -> str:
        """Return the line a person reads."""
        return f"{self.code} {self.origin}: {self.message}; {self.kept}"
