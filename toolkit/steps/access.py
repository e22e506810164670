"""`toolkit access`: who collected, altered, consulted, disclosed, combined or erased what, when, why."""

from dataclasses import dataclass

from toolkit.case import Case
from toolkit.custody import access as custody
from toolkit.custody import chain
from toolkit.custody.commitments import opened

_OPERATION = {
    "seal": "collection",
    "link": "combination",
    "sweep": "combination",
    "search": "consultation",
    "erase": "erasure",
    "not_held": "erasure",
}
"""Step -> operation; what is not here alters."""
UNSTATED = "not stated"


@dataclass(frozen=True, order=True)
class Access:
    """
    One thing that was done with the case. Ordered by person, operation and time.

    Args:
        by: Post of who did it; 'not stated'.
        operation: One of `custody.access.OPERATIONS`.
        at: When (UTC).
        what: The command, as far as it names nobody; 'refused: ' before what was asked for and not done.
        to: Post or body that something was given to; blank: nobody.
        reason: Why; blank: not stated, or erased.
        kept: Whether the log commits to the line.
    """

    by: str
    operation: str
    at: str
    what: str
    to: str = ""
    reason: str = ""
    kept: bool = True


def access(case: Case) -> list[Access]:
    """
    Return what was done with the case, by person and operation: readings by `custody/access.jsonl`, steps by the log.

    Reading it is not logged in turn. Whoever opened the files without this tool is not in it.

    Raises:
        IntegrityError: If the log does not hold together.
    """
    entries, reasons = chain.load(case.root / chain.LOG).entries, opened(case.root)
    done = [_of_step(entry, reasons) for entry in entries if entry["event"] in ("intent", "refusal")]
    lines = custody.read(case.root)
    _, loose = custody.check(case.root, entries)
    read = [_of_line(line, kept=number < len(lines) - loose) for number, line in enumerate(lines)]
    return sorted([*done, *read])


def _of_step(entry: chain.Entry, reasons: dict[str, str]) -> Access:
    step, refused = str(entry["step"]), entry["event"] == "refusal"
    why = "; ".join(reasons[each] for each in entry.get("reason", ()) if each in reasons)
    what = f"refused: {step}" if refused else step
    return Access(entry.get("by", UNSTATED), _OPERATION.get(step, "alteration"), entry["at"], what, "", why)


def _of_line(line: dict[str, str], *, kept: bool) -> Access:
    if "torn" in line:
        return Access(UNSTATED, "consultation", "", "a line that was not written whole", kept=kept)
    given = (line.get("to", ""), line.get("reason", ""))
    return Access(line.get("by", UNSTATED), line["operation"], line["at"], line["what"], *given, kept=kept)
