"""Run with a copy of the package that has one register more, `loans`: prints where it is found, as JSON."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import toolkit
from toolkit.audit.deciders import decider_of_answer
from toolkit.audit.queries import queries
from toolkit.dates import interval
from toolkit.readers.describe import describe_tables
from toolkit.readers.propose import propose
from toolkit.registers.page import describe_registers
from toolkit.tables import table

EXPORT = b"Loan No,Borrower,Lent On\nL-1,BCU-1,01/05/2017\n"


def found(root: Path) -> dict[str, object]:
    """Return where the register is found, of a case whose registers lie in `raw/`."""
    case = toolkit.open_case(root)
    for step in (toolkit.seal, toolkit.ingest, toolkit.link, toolkit.reconstruct):
        step(case)
    [answer] = toolkit.ask(case, "Q23")
    [why] = toolkit.why(case, "Q23")
    cited = replace(answer, state="established", unit=None)
    with case.connect() as tables:
        decider = decider_of_answer(tables, queries("questions")["Q23"], cited, {"loans"})
    with case.connect(as_at=interval("2017-06-01")) as tables:
        known = tables.sql("select loan_ref, returned_text from loans order by 1").fetchall()
    return {
        "package": Path(toolkit.__file__).parent.as_posix(),
        "row": case.table("loans").select("loan_ref", "remarks", "lent_precision").row(0),
        "schema": list(table("loans").schema())[:6],
        "page": "### loans" in describe_tables(),
        "matrix": [line for line in describe_registers().splitlines() if line.startswith("| [loans]")],
        "problems": sorted(case.table("problems", "ingest").select("code", "message").rows()),
        "as_at": known,
        "asked_for": why.decider.sentence,
        "collect_next": [each.subject for each in toolkit.ask(case, "Q70") if each.subject == "loans"],
        "corroborated_by": (decider.register, decider.sentence),
        "proposed": propose(EXPORT, "export.csv").toml.splitlines()[-4:],
        "searched": [(passage.field, passage.ref) for passage in toolkit.search(case, "stick").asked[0].found],
    }


if __name__ == "__main__":
    print(json.dumps(found(Path(sys.argv[1]))))  # noqa: T201
