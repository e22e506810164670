"""Every register is in every place that asks, reads, shows or proposes registers."""

from functools import partial

import polars as pl
import pytest
from collecting import read_bytes
from ledgers import PERIOD, write_tables

from toolkit.audit.as_at import narrow
from toolkit.audit.deciders import reach
from toolkit.audit.views import open_views
from toolkit.dates import interval
from toolkit.readers.crosschecks import crosscheck
from toolkit.readers.describe import describe_tables
from toolkit.readers.layouts import source_columns
from toolkit.readers.likeness import name_likeness
from toolkit.readers.profiles import read_profile
from toolkit.readers.propose import propose
from toolkit.registers import FACTS, REGISTERS
from toolkit.registers.page import describe_registers
from toolkit.tables import TABLES, table

NAMES = sorted(REGISTERS)


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory):
    """Return the tables of a case without a row, as at a day."""
    folder = tmp_path_factory.mktemp("every")
    write_tables(folder, {}, ("ingest",))
    with open_views(folder, PERIOD, narrow=partial(narrow, day=interval("2017-01-01"))) as tables:
        yield tables


def test_the_input_tables_are_the_registers():
    """No table of sources is declared anywhere else."""
    assert [known.name for known in TABLES if known.kind] == list(REGISTERS)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_stored_under_a_name_that_is_taken(name):
    """Neither a table's nor a column's: `use_text` is what a word column `use` stores."""
    stored = ["source", "locator", *(stored for column in table(name).columns for stored in column.stored())]

    assert [known.name for known in TABLES].count(name) == 1
    assert sorted(stored) == sorted(table(name).schema())


@pytest.mark.parametrize("name", NAMES)
def test_a_register_is_on_both_pages(name):
    """And says of each fact whether it shows it."""
    [row] = [line for line in describe_registers().splitlines() if line.startswith(f"| [{name}](#{name}) |")]
    said = [cell.split(",")[0].strip(" *") for cell in row.strip("|").split("|")[1:]]
    facts = [REGISTERS[name].facts.get(fact) for fact in FACTS]

    assert said == [cell.how.replace("_", " ") if cell else "cannot show" for cell in facts]
    assert f"### {name}\n" in describe_tables()


@pytest.mark.parametrize("name", NAMES)
def test_a_register_stands_as_at_a_day_and_can_be_asked_for(narrowed, name):
    """It is narrowed to what stood then; how far it goes can be told, and how one asks for it."""
    assert narrowed.sql(f'select column_name from (describe "{name}")').fetchall() == [
        (column,) for column in table(name).schema()
    ]
    assert narrowed.execute("select count(*) from duckdb_views() where view_name = $1", [name]).fetchall() == [(1,)]
    assert (reach(narrowed, name, "Q01").held, bool(REGISTERS[name].asked_for)) == (False, True)


@pytest.mark.parametrize("name", NAMES)
def test_the_other_names_of_a_column_propose_it(name):
    """Each is as like the column as its own name."""
    columns = source_columns(table(name))

    assert {name_likeness(column, other) for column in columns for other in column.also_called} <= {100.0}


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_that_a_register_could_know_is_checked(name):
    """One that no register that is held has, is a problem of each column."""
    checked = {column.name: column.known_by for column in table(name).columns if column.known_by}
    frames = {each: _row(each).lazy() for each in REGISTERS}
    frames[name] = _row(name, checked).lazy()

    found = crosscheck(frames).filter((pl.col("code") == "T215") & (pl.col("source") == "raw/elsewhere.csv"))

    assert sorted(message.split(":")[0] for message in found["message"]) == sorted(checked)


def _row(name: str, unknown: dict[str, tuple[str, ...]] | None = None) -> pl.DataFrame:
    """Return a row of a register that knows "known" in every column, or says what is unknown in some."""
    holds = {column.name: column.holds for column in table(name).columns}
    values = {column: "unknown" if column in (unknown or {}) else "known" for column in holds}
    cells = {
        column: [[value]] if holds[column] == "refs" else [value]
        for column, value in values.items()
        if holds[column] in ("ref", "refs")
    }
    place = {"source": ["raw/elsewhere.csv" if unknown else "raw/a.csv"], "locator": ["line 2"]}
    schema = table(name).schema()
    return pl.concat([schema.to_frame(), pl.DataFrame(place | cells)], how="diagonal_relaxed").cast(dict(schema))


@pytest.mark.parametrize(
    ("name", "said", "silent"),
    [
        ("receipts", "receipt_ref,from_ref\nR-1,CO-1\n", "receipt_ref\nR-1\n"),
        ("enrolments", "enrolment_ref,image_ref,from_ref\nE-1,I-1,CO-1\n", "enrolment_ref,image_ref\nE-1,I-1\n"),
    ],
)
def test_a_source_says_from_whom_or_does_not(tmp_path, name, said, silent):
    """`from_ref` is the last column; a source without it reads as before."""
    read = [read_bytes(tmp_path, text.encode(), "raw/recipient/x.csv")[0] for text in (said, silent)]

    assert [(one.table, one.said) for one in read] == [(name, []), (name, [])]
    assert [one.frame["from_ref"].to_list() for one in read] == [["CO-1"], [None]]
    assert read[1].frame.columns[-1] == "from_ref"


def test_from_whom_is_known_by_other_names():
    """`toolkit profile` proposes it."""
    made = propose(b"Slip,Received,Received From\nS-1,2017-01-01,BCU-1\n", "x.csv", "recipient")

    assert read_profile("p", made.toml).columns["from_ref"] == "Received From"
