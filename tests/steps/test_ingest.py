"""The step `ingest`: from sealed sources to tables."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from toolkit.case import Case, open_case
from toolkit.errors import IntegrityError, UsageError
from toolkit.steps import ingest as step
from toolkit.steps import units
from toolkit.steps.ingest import ingest
from toolkit.steps.new import new
from toolkit.steps.seal import seal
from toolkit.tables import TABLES

SOURCES = {
    "sources.csv": (
        "path,system,unit,covers,complete,date_order\nshare_log/a.csv,crimint,BCU-1,2016-05/2018-03,yes,dmy\n"
    ),
    "share_log/a.csv": "entry_ref,occurred,image_refs\nCR/1,03/04/2016,IMG-1\nCR/2,2017,IMG-1\nragged\n",
    "share_log/b.csv": "action_ref,image_ref\nACT/1,IMG-1\n",
    "posts/posts.csv": "post_ref,vetted_to\nP-1,2018-03-31\n",
    "images/images.csv": "file,image_ref\none.png,IMG-1\ngone.png,IMG-2\n",
    "images/one.png": "a picture",
    "images/.gitkeep": "",
    "footage/clip.mp4": "footage",
    "emails/note.txt": "text",
}


def make(root: Path, sources: dict[str, str] = SOURCES) -> Case:
    """Return a sealed case with these files under raw/."""
    case = new(root, title="T", from_="2016-05", to="2018-03")
    for path, text in sources.items():
        (root / "raw" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "raw" / path).write_text(text)
    seal(case)
    return case


def digests(case: Case) -> dict[str, str]:
    """Return the digest of every file of the step."""
    files = sorted(case.folder("ingest").rglob("*.parquet"))
    return {case.relative(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Case:
    """Return a case, ingested."""
    made = make(tmp_path_factory.mktemp("ingest") / "case")
    ingest(made, workers=1)
    return made


def test_every_table_of_the_step_is_written(case):
    """Also the empty ones: a table that is missing was never written."""
    for table in TABLES:
        if table.step == "ingest":
            assert case.table(table.name, "ingest").schema == table.schema()


def test_the_balance_of_each_source_is_returned(tmp_path):
    """Rows in = accepted + quarantined + blank; the same when there was nothing to do."""
    made = make(tmp_path / "case")
    first, again = ingest(made, workers=1), ingest(made, workers=1)

    log = {
        "source": "raw/share_log/a.csv",
        "table": "entries",
        "rows_in": 3,
        "accepted": 2,
        "quarantined": 1,
        "blank": 0,
    }
    assert log in first.sources
    assert (first.did_work, again.did_work) == (True, False)
    assert (first.sources, first.exit_code) == (again.sources, again.exit_code)
    assert first.exit_code == 3


def test_a_declaration_goes_with_its_source(case):
    """What it covers, and the order of its dates."""
    row = case.table("sources").row(by_predicate=pl.col("source") == "raw/share_log/a.csv", named=True)
    assert (row["system"], row["unit_ref"], row["covers_text"], row["complete"]) == (
        "crimint",
        "BCU-1",
        "2016-05/2018-03",
        "yes",
    )
    assert case.table("entries")["occurred_earliest"].dt.date().cast(pl.String).to_list() == [
        "2016-04-02",
        "2017-01-01",
    ]


def test_images_have_the_digests_of_their_files(case):
    """As sealed; null and a problem where there is no file."""
    sealed = dict(case.table("sources").select("source", "sha256").rows())
    assert case.table("images").select("file", "sha256").rows() == [
        ("one.png", sealed["raw/images/one.png"]),
        ("gone.png", None),
    ]
    assert ("F409", "raw/images/images.csv") in case.table("problems", "ingest").select("code", "source").rows()


def test_every_sealed_file_is_a_source(case):
    """Pictures and footage feed no table; what only keeps a folder is of no kind; an unknown folder is not searched."""
    sources = case.table("sources").select("source", "kind", "table").rows()

    assert ("raw/footage/clip.mp4", "footage", None) in sources
    assert ("raw/images/.gitkeep", None, None) in sources
    assert ("raw/share_log/b.csv", "share_log", "actions") in sources
    unread = case.table("coverage", "ingest").filter(source="raw/emails/note.txt")
    assert unread.select("measure", "cause", "n").rows() == [("files", "unsupported_type", 1)]


def test_a_kind_without_a_source_was_not_supplied(case):
    """Nobody can say how many rows it would have."""
    missing = case.table("coverage", "ingest").filter(pl.col("source").is_null())

    assert missing.select("cause", "n").unique().rows() == [("not_supplied", None)]
    assert {"custody", "recipient", "attestations"} <= set(missing["system"])
    assert {"share_log", "posts", "images", "footage"}.isdisjoint(missing["system"])


def test_workers_do_not_change_a_byte(case, tmp_path, monkeypatch):
    """In this process or in two others."""
    monkeypatch.setattr(step, "IN_PROCESS_BYTES", -1)
    other = make(tmp_path / "case")
    ingest(other, workers=2)

    assert digests(other) == digests(case)


def test_a_case_must_be_sealed_first(tmp_path):
    """And a source that changed since must be sealed again."""
    with pytest.raises(UsageError, match="not sealed yet"):
        ingest(new(tmp_path / "new", title="T", from_="2016", to="2018"))
    made = make(tmp_path / "case")
    (made.root / "raw/posts/posts.csv").write_text("post_ref\nP-2\n")
    with pytest.raises(IntegrityError, match=r"raw/posts/posts\.csv: expected the sealed digest"):
        ingest(made, workers=1)


def test_an_outside_source_is_read_where_it_lies(tmp_path):
    """With the kind that case.toml gives it."""
    outside = tmp_path / "mount" / "log.csv"
    outside.parent.mkdir()
    outside.write_text("entry_ref\nCR/9\n")
    made = make(tmp_path / "case", {})
    with (made.root / "case.toml").open("a") as file:
        file.write(f'\n[[sources]]\nkind = "share_log"\npath = "{outside}"\n')
    made = open_case(made.root)
    seal(made)
    ingest(made, workers=1)

    assert made.table("entries").select("source", "entry_ref").rows() == [(outside.as_posix(), "CR/9")]


MORE = {
    "share_log/c.csv": "entry_ref,image_refs,unit_ref\nCR/1,IMG-7,U-9\nCR/9,IMG-8,U-1\n",
    "units/units.csv": "unit_ref,unit_kind\nU-1,bcu\n",
    "custody/c.csv": "custody_ref,image_ref\nCU/1,IMG-8\n",
}


@pytest.mark.parametrize("order", [list(MORE), list(reversed(MORE))])
def test_evidence_that_arrives_in_instalments_gives_the_tables_of_all_at_once(tmp_path, order):
    """Byte for byte, problems between rows included; a source that is taken away again leaves nothing behind."""
    made = make(tmp_path / "case")
    ingest(made, workers=1)
    for name in order:
        path = made.root / "raw" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(MORE[name])
        seal(made)
        ingest(made, workers=1)
    whole = make(tmp_path / "whole", SOURCES | MORE)
    ingest(whole, workers=1)

    assert digests(made) == digests(whole)
    assert {"T215", "C302"} <= set(made.table("problems", "ingest")["code"])
    for name in order:
        (made.root / "raw" / name).unlink()
    seal(made)
    ingest(made, workers=1)
    bare = make(tmp_path / "bare")
    for name in MORE:
        (bare.root / "raw" / name).parent.mkdir(exist_ok=True)
    ingest(bare, workers=1)
    assert digests(made) == digests(bare)


def test_only_what_changed_is_read_again(tmp_path, monkeypatch):
    """A source, a declaration, a profile; what is in the cache may be deleted any time."""
    made = make(tmp_path / "case")
    read: list[str] = []
    monkeypatch.setattr(step, "read_file", lambda *given: read.append(given[-1].entry.source) or real(*given))
    real = units.read_file

    def again() -> list[str]:
        """Return what a further run reads."""
        read.clear()
        seal(made)
        ingest(made, workers=0)
        return sorted(read)

    registers = ["raw/images/images.csv", "raw/posts/posts.csv", "raw/share_log/a.csv", "raw/share_log/b.csv"]
    assert again() == registers
    assert again() == []
    (made.root / "raw/share_log/b.csv").write_text("action_ref\nACT/2\n")
    assert again() == ["raw/share_log/b.csv"]
    declared = (made.root / "raw/sources.csv").read_text()
    (made.root / "raw/sources.csv").write_text(declared + "posts/posts.csv,roster,,,,\n")
    assert again() == ["raw/posts/posts.csv"]
    (made.root / "profiles").mkdir()
    (made.root / "profiles/p.toml").write_text('table = "entries"\n[columns]\nentry_ref = "Ref"\n')
    assert again() == ["raw/share_log/a.csv", "raw/share_log/b.csv"]
    for path in (made.root / "cache/ingest").iterdir():
        path.unlink()
    (made.root / "raw/images/two.png").write_text("another")
    assert again() == registers


def test_profiles_are_inputs_and_a_broken_one_stops(tmp_path):
    """The log has the digest of each; the operator must act on one that cannot be understood."""
    made = make(tmp_path / "case", {"share_log/x.csv": "Ref,Why\nCR/1,FR\n"})
    (made.root / "profiles").mkdir()
    profile = made.root / "profiles" / "west.toml"
    profile.write_text(
        'table = "entries"\n[columns]\nentry_ref = "Ref"\nuse = "Why"\n[words.use]\nFR = "facial_recognition"\n'
    )

    ingest(made, workers=1)

    assert made.table("entries").select("entry_ref", "use_text", "use").rows() == [("CR/1", "FR", "facial_recognition")]
    digest = hashlib.sha256(profile.read_bytes()).hexdigest()
    assert made.table("sources").select("profile", "profile_sha256").rows() == [("profiles/west.toml", digest)]
    profile.write_text("table = 'entries'")
    with pytest.raises(UsageError, match=r"profiles/west.toml: "):
        ingest(made, workers=1)
    profile.write_bytes("table = 'entries'\n# café".encode("cp1252"))
    with pytest.raises(UsageError, match=r"profiles/west.toml: line 2: expected UTF-8, found byte 0xe9"):
        ingest(made, workers=1)


def test_a_source_that_no_worker_can_read_is_quarantined(tmp_path, monkeypatch):
    """W501 after the second try; the others are read."""
    made = make(tmp_path / "case")

    def fails(*given: object) -> object:
        if given[-1].entry.source.endswith("/a.csv"):
            raise MemoryError("too large")
        return units.read_file(*given)

    monkeypatch.setattr(step, "read_file", fails)
    ran = ingest(made, workers=0)

    assert [(found.code, found.origin.source) for found in ran.problems if found.code == "W501"] == [
        ("W501", "raw/share_log/a.csv")
    ]
    covered = made.table("coverage", "ingest").filter(source="raw/share_log/a.csv")
    assert covered.select("measure", "cause", "n").rows() == [("files", "cannot_read", 1)]
    assert made.table("entries").is_empty()
    assert made.table("actions").height == 1


READ = (
    "source,locator,column,reads_as,post,when,reason\n"
    "raw/share_log/a.csv,line 4,occurred,2017-05,POST-9,2019-10-01,why\n"
)


def test_taking_a_reading_back_gives_the_bytes_of_before(tmp_path):
    """The step depends on hand/readings.csv; nothing else remembers what people read."""
    case = make(tmp_path / "case")
    ingest(case, workers=1)
    before = digests(case)
    hand = case.root / "hand" / "readings.csv"
    hand.write_text(READ.replace("occurred,2017-05", "entry_ref,CR/3"))
    read = ingest(case, workers=1)
    rows = case.table("entries").filter(locator="line 4").select("entry_ref", "occurred_text").rows()
    states = case.table("readings").select("post", "state").rows()
    during = digests(case)
    again = ingest(case, workers=1)
    hand.unlink()
    ingest(case, workers=1)

    assert (read.did_work, again.did_work) == (True, False)
    assert rows == [("CR/3", None)]
    assert states == [("POST-9", "in_force")]
    assert during != before
    assert digests(case) == before


def test_a_reading_that_cannot_be_understood_stops_the_step_before_it_begins(tmp_path):
    """Nothing is logged, and the tables stay."""
    case = make(tmp_path / "case")
    (case.root / "hand" / "readings.csv").write_text(READ.replace("2017-05,", "in May,"))

    with pytest.raises(UsageError, match=r"hand/readings.csv line 2: reads_as: expected a date as YYYY-MM-DD"):
        ingest(case, workers=1)

    assert not case.folder("ingest").exists()


def test_references_of_a_row_in_pieces_are_those_that_any_source_knows(tmp_path):
    """A source that is added makes more of it legible; one that goes, less: no row has to be read again."""
    sources = {
        "share_log/a.csv": "entry_ref,unit_ref,use,image_refs,narrative\nCR/1,BCU-1,poster,IMG-1,one, two\n",
        "units/units.csv": "unit_ref,name\nBCU-2,Two\n",
    }
    case = make(tmp_path / "case", sources)
    ingest(case, workers=1)
    alone = case.table("unread_rows").select("legible").rows()
    (case.root / "raw/units/more.csv").write_text("unit_ref,name\nBCU-1,One\n")
    (case.root / "raw/recipient").mkdir(exist_ok=True)
    (case.root / "raw/recipient/x.csv").write_text("enrolment_ref,image_ref\nE/1,IMG-1\n")
    seal(case)
    ingest(case, workers=1)

    assert alone == [([],)]
    assert case.table("unread_rows").select("ref", "unit_ref", "use", "image_refs").rows() == [
        ("CR/1", "BCU-1", "poster", ["IMG-1"])
    ]
