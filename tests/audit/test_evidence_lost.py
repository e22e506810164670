"""Properties of the sample's verdicts: what happens where evidence is taken away or a date is known less well."""

import csv
from pathlib import Path

import pytest
from ledgers import PERIOD
from reading import write_case

from toolkit.audit.asking import judge
from toolkit.audit.views import open_views
from toolkit.readers.layouts import layout
from toolkit.synthetic.registers import registers

DECIDED = {"conforms", "breach"}
SOURCES = sorted(name for name in registers() if name != "sources.csv")
LOST = [name for name in SOURCES if not name.startswith(("cameras", "custody", "attestations"))]


def page_of(name: str, text: str) -> str:
    """Return the table that a register of the sample feeds."""
    return layout(Path(name).parent.name, next(csv.reader(text.splitlines()))).name


def written(folder, without=(), changed=None):
    """Write the tables of the sample's registers, some taken away, some changed."""
    folder.mkdir()
    pages: dict[str, list[str]] = {}
    declared = ["path,unit,covers,complete"]
    rows = {row["path"]: row for row in csv.DictReader(registers()["sources.csv"].splitlines())}
    for name, text in ((name, text) for name, text in registers().items() if name in SOURCES and name not in without):
        lines = (changed or {}).get(name, text).splitlines()
        table = page_of(name, text)
        pages.setdefault(table, lines[:1]).extend(lines[1:])
        if (said := rows.get(name)) and not any(line.startswith(f"{table}.csv") for line in declared):
            declared.append(f"{table}.csv,{said['unit']},{said['covers']},{said['complete']}")
    for table, lines in pages.items():
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "sources.csv").write_text("\n".join(declared) + "\n", "utf-8")
    write_case(folder, folder)


def verdicts(folder, without=(), changed=None):
    """Return (rule, subject) -> verdict of the sample's registers, some taken away, some changed."""
    written(folder, without, changed)
    with open_views(folder, PERIOD | {"r13_days": 2, "r20_days": 30}) as tables:
        return {(found.rule, found.subject): found.verdict for found in judge(tables)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The verdicts on everything."""
    return verdicts(tmp_path_factory.mktemp("whole") / "case")


@pytest.mark.parametrize("lost", LOST)
def test_taking_a_source_away_decides_nothing(whole, lost, tmp_path):
    """What could not be determined stays so, and no verdict turns into its opposite."""
    left = verdicts(tmp_path / "case", without={lost})
    both = {key: (whole[key], verdict) for key, verdict in left.items() if key in whole}

    assert {key: pair for key, pair in both.items() if pair[0] == "cannot_determine" and pair[1] in DECIDED} == {}
    assert {key: pair for key, pair in both.items() if set(pair) == DECIDED} == {}


@pytest.mark.parametrize(
    ("column", "precision"), [("occurred", len("2016-05")), ("occurred", len("2016")), ("recorded", len("2016-05"))]
)
def test_knowing_a_date_less_well_decides_nothing(whole, column, precision, tmp_path):
    """Each date of the intelligence system cut to its month, or year: a verdict may only become cannot_determine."""
    name = "share_log/crimint.csv"
    header, *rows = csv.reader(registers()[name].splitlines())
    at = header.index(column)
    lines = [",".join(header)]
    for row in rows:
        cells = [cell[:precision] if here == at else cell for here, cell in enumerate(row)]
        lines.append(",".join(f'"{cell}"' for cell in cells))
    wide = verdicts(tmp_path / "case", changed={name: "\n".join(lines)})
    both = {key: (whole[key], verdict) for key, verdict in wide.items() if key in whole}

    assert {key: pair for key, pair in both.items() if pair[0] != pair[1] and pair[1] != "cannot_determine"} == {}
