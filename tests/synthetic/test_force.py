"""The made-up force as a folder: its files, its layouts and profiles, and what happens at its edges."""

import csv
import datetime as dt
import shutil
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

import toolkit
from toolkit.synthetic.force import write, write_force
from toolkit.synthetic.force.plan import plan
from toolkit.synthetic.force.references import image_refs, misspelt, record_refs
from toolkit.tables import table

DISCLOSURES, SEED = 600, 7


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """A small force, every register in our own layout."""
    folder = tmp_path_factory.mktemp("ours") / "case"
    write_force(folder, DISCLOSURES, SEED, layouts="A")
    return folder


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The same force in all five layouts."""
    folder = tmp_path_factory.mktemp("theirs") / "case"
    write_force(folder, DISCLOSURES, SEED)
    return folder


def files(folder):
    """Return every file of a folder with its bytes."""
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def declared(folder):
    """Return the rows of raw/sources.csv."""
    with (folder / "raw/sources.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_arguments_make_the_same_bytes(ours, tmp_path):
    """A force is a function of its size, seed and layouts."""
    write_force(tmp_path / "again", DISCLOSURES, SEED, layouts="A")

    assert files(tmp_path / "again") == files(ours)


def test_another_seed_makes_another_force(ours, tmp_path):
    """The seed is the only chance there is."""
    write_force(tmp_path / "other", DISCLOSURES, SEED + 1, layouts="A")

    entries = Path("raw/share_log/crimint_2016-05_2016-10.csv")
    assert files(tmp_path / "other")[entries] != files(ours)[entries]


def test_every_register_is_declared_with_the_rows_it_has(theirs):
    """What `raw/sources.csv` declares of a source is what lies there."""
    found = {}
    for path in (theirs / "raw").rglob("*.csv"):
        if path.name != "sources.csv":
            found[path.relative_to(theirs).as_posix()] = len(path.read_text().splitlines()) - 1

    assert found == {row["path"]: int(row["declared_rows"]) for row in declared(theirs)}


def test_ours_is_read_whole(ours, tmp_path):
    """In our own layout the toolkit reads every row but those that were damaged on purpose."""
    case = toolkit.open_case(shutil.copytree(ours, tmp_path / "case"))
    toolkit.seal(case)
    toolkit.ingest(case)

    apart = case.table("records").filter(pl.col("status") == "quarantined")
    damaged = pl.read_parquet(ours / "planted.parquet").filter(pl.col("how") == "its entry is in quarantine")
    assert damaged.height == apart.height == 3
    tables = case.table("sources").filter(pl.col("source") != "raw/sources.csv")["table"]
    assert tables.null_count() == 0


def read_back(path, profile):
    """Read an export by its profile, as simply as can be; return our columns and spelling."""
    shape = tomllib.loads(profile.read_text())
    words = shape.get("words", {})
    when = {column.name for column in table(shape["table"]).columns if column.holds == "when"}
    yes_no = {column.name for column in table(shape["table"]).columns if column.holds == "yes_no"}
    with path.open(newline="") as file:
        for row in csv.DictReader(file, delimiter=shape["dialect"]["delimiter"]):
            cells = {ours: row[theirs] for ours, theirs in shape["columns"].items()}
            for name, cell in cells.items():
                known = words.get("yes_no", {}) if name in yes_no else words.get(name, {})
                is_day = name in when and len(cell) > len("2016-05")
                cells[name] = as_written_by_us(cell, shape["dates"]) if is_day else known.get(cell, cell)
            yield cells


def as_written_by_us(text, dates):
    """Return a date of a layout as ISO in London's time."""
    day, _, clock = text.replace("T", " ").partition(" ")
    form = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}.get(dates.get("order"), "%Y-%m-%d")
    if not clock:
        return dt.datetime.strptime(day, form).replace(tzinfo=dt.UTC).strftime("%Y-%m-%d")
    moment = dt.datetime.strptime(f"{day} {clock}", f"{form} %H:%M").replace(tzinfo=ZoneInfo(dates["zone"]))
    return moment.astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m-%dT%H:%M")


def test_a_profile_says_all_that_is_needed_to_read_a_layout(ours, theirs):
    """Read by its profile, an export in any layout is the export in ours."""
    compared = []
    for profile in sorted((theirs / "profiles").glob("*.toml")):
        name, layout = profile.stem.rsplit("_", 1)
        for path in exports_of(theirs, profile):
            with (ours / path.relative_to(theirs)).open(newline="") as file:
                expected = list(csv.DictReader(file))
            assert expected == list(read_back(path, profile)), (name, layout, path.name)
            compared.append((name, layout))

    six_periods, six_registers, custody = 6, 6, 2
    assert len(compared) == six_periods * six_registers + custody


def exports_of(folder, profile):
    """Return the files that have the columns of a profile."""
    shape = tomllib.loads(profile.read_text())
    header = shape["dialect"]["delimiter"].join(shape["columns"].values())
    return [path for path in sorted((folder / "raw").rglob("*.csv")) if path.read_text().splitlines()[0] == header]


def test_parts_join_without_a_seam(tmp_path, monkeypatch):
    """However many parts a force is made in, no reference repeats but those that were planted twice."""
    monkeypatch.setattr(write, "PART", 200)
    write_force(tmp_path / "case", DISCLOSURES, SEED, layouts="A")

    entries = pl.concat(
        pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
        for path in sorted((tmp_path / "case/raw/share_log").glob("*.csv"))
    )
    planted = pl.read_parquet(tmp_path / "case/planted.parquet")
    twice = planted.filter(pl.col("how") == "in two exports")["subject"].sort()
    again = entries.filter(pl.col("entry_ref").is_duplicated())["entry_ref"].unique().sort()
    assert again.to_list() == twice.to_list()
    assert len(twice) > 0


def test_references_never_repeat():
    """Ten million of them would differ; a million are looked at."""
    numbers = np.arange(0, 40_000_000, 40)

    assert [image_refs(numbers).n_unique(), record_refs("CRIM-", numbers, 3).n_unique()] == [1_000_000, 1_000_000]


def test_a_misspelt_reference_is_one_slip_away():
    """Six in ten are misspelt, and none of them is the reference of another image."""
    numbers = np.arange(3000)
    right, typed = image_refs(numbers), misspelt(numbers, np.random.default_rng(1))

    wrong = (right != typed).mean()
    lengths = (typed.str.len_chars().cast(int) - right.str.len_chars().cast(int)).abs().max()
    assert 0.5 < wrong < 0.65
    assert lengths == 1
    assert len(set(typed) & set(right)) == (right == typed).sum()


def test_a_disclosure_is_made_of_its_number_and_the_seed():
    """A part of the plan can be made again without the others."""
    assert plan(1000, 50, 20, SEED).equals(plan(1000, 50, 20, SEED))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "disclosures: expected 1 to"), ((10, 1, "AX"), "layouts: expected some of ABCDE, found 'AX'")],
)
def test_what_cannot_be_made_is_said(tmp_path, arguments, message):
    """A size or layout out of range is named."""
    with pytest.raises(ValueError, match=message):
        write_force(tmp_path / "case", *arguments)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    """A force is never written over something else."""
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(FileExistsError, match="expected a new or an empty folder"):
        write_force(tmp_path, 10)
