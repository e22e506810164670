"""The small papers of a made-up force: who there is, what was agreed, `case.toml` and `raw/sources.csv`."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from toolkit.synthetic.force import agreements, units
from toolkit.synthetic.force.posts import roster

_CASE = """\
# A force that does not exist, for tests and measurements; planted.parquet says what was planted.

[case]
title = "A made-up force"
from = "2016-05"
to = "2018-03"
as_at = "2019-12-31"

[rules]
R13_days = 2
R20_days = 30
"""
_SOURCES = (
    "path",
    "system",
    "covers",
    "complete",
    "declared_rows",
    "clock_offset_min_s",
    "clock_offset_max_s",
    "date_order",
)


def write(case_dir: Path, exports: Iterable[tuple[str, Mapping[str, str], int]]) -> None:
    """Write what there is one of. *exports*: path, declaration and number of rows of the files already written."""
    papers = _papers()
    declared = [{"path": path, "declared_rows": str(rows), **said} for path, said, rows in exports]
    for path, rows in papers.items():
        _write(case_dir / path, rows)
        said = {"system": Path(path).stem, "covers": "2012-01/2019-12", "complete": "yes"}
        declared.append({"path": path, "declared_rows": str(len(rows)), **said})
    declared.sort(key=lambda row: row["path"])
    _write(case_dir / "raw/sources.csv", [{name: row.get(name, "") for name in _SOURCES} for row in declared])
    (case_dir / "case.toml").write_text(_CASE, "utf-8", newline="")


def _papers() -> dict[str, list[dict[str, str]]]:
    days = units.date_text(units.SYSTEM_FROM), units.date_text(units.SYSTEM_TO)
    operated = {"operated_from": days[0], "operated_to": days[1]}
    return {
        "raw/units/units.csv": units.unit_rows(),
        "raw/agreements/versions.csv": agreements.version_rows(),
        "raw/agreements/clauses.csv": agreements.clause_rows(),
        "raw/agreements/authorities.csv": agreements.AUTHORITIES,
        "raw/posts/roster.csv": roster().rows,
        "raw/cameras/systems.csv": [
            {"system_ref": f"SYS-{company}", "vendor": "made up", "owner_ref": company, **operated}
            for company in units.RECIPIENTS
        ],
        "raw/cameras/cameras.csv": [
            {
                "camera_id": f"{company}-{number}",
                "system_ref": f"SYS-{company}",
                "location": "an estate",
                "owner_ref": company,
                **operated,
            }
            for company in units.RECIPIENTS
            for number in (1, 2)
        ],
        "raw/statements/guidance.csv": [
            {
                "guidance_ref": "GUI-1",
                "issued": units.date_text(units.GUIDANCE),
                "to_units": "all units",
                "forbids": "facial_recognition",
                "text": "Images must not be shared with third parties for facial recognition.",
            }
        ],
    }


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
