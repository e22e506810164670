"""Words found in narratives and documents: on record, also where there are none; proposals until a person decides."""

import sqlite3

import polars as pl
import pytest

from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.readers.packs import packs
from toolkit.steps.ingest import ingest
from toolkit.steps.new import new
from toolkit.steps.seal import seal
from toolkit.steps.search import proposals, search

SOURCES = {
    "share_log/2017.csv": (
        "entry_ref,direction,use,narrative\n"
        "CR/1,out,facial_recognition,Two images shared with the estate for facial recognition.\n"
        "CR/2,,,Photo of the nominal sent to the security company for facial recogntion on their cameras.\n"
        "CR/3,,,Stolen bicycle recovered outside the caf\u00e9.\n"
        "CR/4,,,one image handed over, for facial recognition\n"
        "CR/5,,,No images were ever shared with anybody for Facial Recognition.\n"
    ),
    "agreements/clauses.csv": "agreement_ref,version,clause,text\nAG-1,1,2.1,Images shared for facial recognition.\n",
    "transfers/note.txt": "Handed over.\n\nThe pictures were provided for facial recognition, as agreed by telephone.",
    "transfers/scan.pdf": "%PDF-1.4 cut short",
}


def write(case: Case, sources: dict[str, str]) -> None:
    """Write, seal and ingest."""
    for path, text in sources.items():
        (case.root / "raw" / path).parent.mkdir(parents=True, exist_ok=True)
        (case.root / "raw" / path).write_text(text)
    seal(case)
    ingest(case, workers=1)


@pytest.fixture
def case(tmp_path) -> Case:
    """Return a case, ingested."""
    made = new(tmp_path / "case", title="T", from_="2016-05", to="2018-03")
    write(made, SOURCES)
    return made


def found(case: Case, query: str) -> list[str]:
    """Return the places that a query finds, sorted."""
    [asked] = search(case, query).asked
    return sorted(f"{passage.source.split('/')[-1]} {passage.locator}" for passage in asked.found)


def test_phrases_prefixes_nearness_and_misspellings(case):
    """Without case and accents; in rows of quarantine as well."""
    assert found(case, '"facial recognition" estate') == ["2017.csv line 2"]
    assert found(case, "CAFE") == ["2017.csv line 4"]
    assert found(case, "recogn* camera*") == ["2017.csv line 3"]
    assert found(case, "NEAR(photo facial, 3)") == []
    assert found(case, "NEAR(photo facial, 12)") == ["2017.csv line 3"]
    assert found(case, "facial recognition~ NOT images") == ["2017.csv line 3", "2017.csv line 5", "note.txt para 2"]
    assert case.table("records").filter(status="quarantined")["locator"].to_list() == ["line 5"]


def test_the_words_that_were_found_are_marked(case):
    """And the passage says whose it is."""
    [asked] = search(case, "bicycle").asked

    [passage] = asked.found
    assert (passage.field, passage.ref) == ("entries.narrative", "CR/3")
    assert passage.snippet == "Stolen \u00abbicycle\u00bb recovered outside the caf\u00e9."


def test_every_query_is_on_record_also_where_it_found_nothing(case):
    """With how much was searched, and how much could not be."""
    search(case, "bicycle")
    search(case, "zebra~")

    rows = case.table("searches").drop("at", "texts")
    assert rows.rows() == [
        (1, None, "bicycle", '"bicycle"', 8, 1, 1),
        (2, None, "zebra~", '"zebra"', 8, 0, 1),
    ]
    assert search(case, "x").not_searched == {"cannot_read": 1}


def test_a_pack_proposes_what_no_field_records(case):
    """Not the entry whose fields say so, nor clauses, which record nothing; what is denied is for a person to read."""
    done = search(case, pack="facial_recognition_sharing")

    assert len(done.asked) == len(packs()["facial_recognition_sharing"].queries)
    places = [
        f"{source.split('/')[-1]} {locator}" for source, locator in proposals(case).select("source", "locator").rows()
    ]
    assert places == ["2017.csv line 3", "2017.csv line 5", "2017.csv line 6", "note.txt para 2"]
    assert done.proposals == {"proposed": 4}
    assert set(case.table("proposals")["state"]) == {"proposed"}


def test_a_proposal_is_accepted_or_rejected_by_a_person_and_that_can_be_undone(case):
    """The last word stands; a proposal that nobody judged stays one."""
    search(case, pack="facial_recognition_sharing")
    hand = case.root / "hand" / "proposals.csv"
    hand.write_text(
        "source,locator,accepted,who,when,why\n"
        "raw/share_log/2017.csv,line 3,yes,POST-R-1,2019-09-01,read it\n"
        "raw/share_log/2017.csv,line 6,yes,POST-R-1,2019-09-01,a slip\n"
        "raw/share_log/2017.csv,line 6,no,POST-R-1,2019-09-02,it says that none were\n"
    )

    assert proposals(case).select("locator", "state", "judged_why").rows() == [
        ("line 3", "accepted", "read it"),
        ("line 5", "proposed", None),
        ("line 6", "rejected", "it says that none were"),
        ("para 2", "proposed", None),
    ]
    search(case, "bicycle")
    assert case.table("proposals").equals(proposals(case))


@pytest.mark.parametrize(
    "row",
    [
        "raw/a.csv,line 1,maybe,P,2019,why",
        "raw/a.csv,line 1,yes,,2019,why",
        "raw/a.csv,line 1,yes",
        'raw/a.csv,"line 1',
    ],
)
def test_a_judgement_that_cannot_be_read_stops(case, row):
    """A person wrote it, and a person must act."""
    (case.root / "hand" / "proposals.csv").write_text(f"source,locator,accepted,who,when,why\n{row}\n")
    with pytest.raises(UsageError, match=r"hand/proposals.csv line 2: "):
        search(case, "x")


def test_the_index_is_only_a_cache(case):
    """Deleted, damaged or behind, it is made again, and only what changed is read."""
    cached = case.root / "cache" / "text.sqlite"
    before = found(case, "recogni*")
    cached.unlink()
    assert found(case, "recogni*") == before
    cached.write_bytes(b"damaged" * 1000)
    assert found(case, "recogni*") == before

    write(
        case, {"share_log/2018.csv": "entry_ref,narrative\nCR/6,Recognised at once.\n", "transfers/note.txt": "Gone."}
    )

    after = [place for place in before if not place.startswith("note.txt")]
    assert found(case, "recogni*") == sorted([*after, "2018.csv line 2"])
    with sqlite3.connect(cached) as index:
        assert index.execute("select count(*) from texts").fetchall() == [(8,)]


def test_what_is_not_understood_is_a_mistake_of_usage(case, tmp_path):
    """And is not on record: nothing was searched."""
    for query, pack in [('"open', None), (None, None), ("x", "all"), (None, "gossip")]:
        with pytest.raises(UsageError, match="expected"):
            search(case, query, pack=pack)
    assert not (case.folder("search") / "searches.parquet").exists()
    with pytest.raises(UsageError, match="ingest"):
        search(new(tmp_path / "other", title="T", from_="2016", to="2018"), "x")


def test_the_same_passages_in_the_same_order_every_time(case):
    """Whatever the history of the index."""
    first = search(case, "facial recognition").asked[0].found
    write(case, {"a/x.txt": "x"} | {"share_log/2016.csv": "entry_ref,narrative\nCR/0,nothing\n"})
    (case.root / "raw/share_log/2016.csv").unlink()
    write(case, {})
    assert search(case, "facial recognition").asked[0].found == first
    assert pl.Series([passage.locator for passage in first]).len() == 5
