"""CASE/UCO: the document says what the tables say, its names are the same each time, and CASE's shapes accept it."""

import json

import polars as pl
import pytest

from toolkit.audit.case_uco import case_uco
from toolkit.shown import visible_json
from toolkit.tables import table

ABOUT = {"origin": "toolkit/case/28a3a18f6cd6406b", "title": "A case", "legal_basis": "authority 7"}
SOURCES = {
    "raw/share_log/2017.csv": {"bytes": 12, "system": "crimint", "covers_text": "2017", "complete": "yes"},
    "raw/footage/a.mp4": {"bytes": 7, "complete": "unknown"},
}
AT = "2026-01-05T09:30:0{}+00:00"
TABLE = {"tables/sweep/candidates.parquet": "c" * 64}


def rows(name, *found):
    """Return a table with these cells, all others null."""
    schema = table(name).schema()
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in found], schema=schema)


def document(candidates=True):
    """Return the document of a case: sealed, swept once in vain and once to its end, and refused once."""
    events = [("intent", "seal"), ("outcome", "seal"), ("refusal", "work_list"), ("intent", "sweep"),
              ("intent", "sweep"), ("unit", "sweep"), ("outcome", "sweep")]  # fmt: skip
    outputs = {1: {"custody/manifest.sha256": "b" * 64}, 6: TABLE}
    entries = [
        {"event": event, "step": step, "tool": "0.1.0", "at": AT.format(n)} | {"outputs": outputs.get(n, {})}
        for n, (event, step) in enumerate(events)
    ]
    sources = rows("sources", *({"source": path, "sha256": "a" * 64, **row} for path, row in SOURCES.items()))
    compared = {"probe_id": "KX-01", "probe_source": "raw/images/KX-01.jpg", "source": "raw/footage/a.mp4"}
    found = rows("candidates", compared | {"face_id": "f-1", "frame": 7, "pts_s": 0.25, "distance": 0.41, "rank": 1})
    return case_uco(ABOUT, sources, entries, found if candidates else None)


def of_kind(made, kind):
    """Return the nodes of a kind."""
    return [node for node in made["@graph"] if kind in str(node["@type"])]


def test_a_source_is_a_file_with_its_digest_and_its_provenance():
    """Path, size and SHA-256 as sealed; the record points to the file, and the seal has it as result."""
    made = document()
    file = next(node for node in of_kind(made, "observable:File") if "2017.csv" in json.dumps(node))
    facet, content = file["core:hasFacet"]
    [record] = [node for node in of_kind(made, "ProvenanceRecord") if node["core:object"]["@id"] == file["@id"]]
    seal = of_kind(made, "InvestigativeAction")[0]

    assert ("raw/share_log/2017.csv", 12) == (facet["observable:filePath"], facet["observable:sizeInBytes"])
    assert "a" * 64 == content["observable:hash"]["types:hashValue"]["@value"]
    assert record["core:description"] == "Sealed as received. System: crimint. Covers: 2017. Declared complete: yes."
    assert {"@id": record["@id"]} in seal["action:result"]
    assert {"@id": file["@id"]} in seal["action:object"]


def test_what_was_done_stands_in_its_order_and_what_was_not_finished_says_so():
    """Each intent is an action, informed by the one before; times are the log's."""
    actions = of_kind(document(), "InvestigativeAction")

    assert [action["core:description"] for action in actions] == [
        "Line 1 of the log: toolkit seal.",
        "Line 3 of the log: asked for outside the mandate and refused; nothing was done.",
        "Line 4 of the log: toolkit sweep, started, not finished.",
        "Line 5 of the log: toolkit sweep.",
    ]
    ended = [action.get("action:endTime", {}).get("@value") for action in actions]
    assert ended == [AT.format(1), None, None, AT.format(6)]
    assert [action["@id"] for action in actions[:3]] == [
        action["investigation:wasInformedBy"]["@id"] for action in actions[1:]
    ]


def test_a_candidate_is_a_hypothesis():
    """It says so, in words and by its tag, and nothing in the document calls it more."""
    made = document()
    [found] = of_kind(made, "AnalyticResult")

    assert "hypothesis" == found["core:tag"]
    assert "lie 0.4100 apart" in found["core:statement"]
    assert "it identifies nobody" in found["core:statement"]
    assert of_kind(made, "analysis:Analysis")[1]["@id"] == found["analysis:originatingAnalysis"]["@id"]
    assert "No sweep has run" in json.dumps(document(candidates=False))
    assert "No sweep has run" not in json.dumps(made)


def test_the_same_case_has_the_same_names_and_another_case_others():
    """Version 5: made of the log's origin and of what is named; two files of one digest are two."""
    made = document()
    names = [node["@id"] for node in made["@graph"]]

    assert made == document()
    assert len(names) == len(set(names))
    assert {name.split(":")[-1][14] for name in names} == {"5"}
    other = case_uco({**ABOUT, "origin": "toolkit/case/0"}, rows("sources"), [], None)
    assert {node["@id"] for node in other["@graph"]} & set(names) == set()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own
def test_the_shapes_of_case_accept_it(tmp_path):
    """CASE 1.4.0 as `case_validate` ships it, without a network: conforms, and no term is unknown to it."""
    pytest.importorskip("case_utils", reason="case-utils is not installed: not validated")
    from case_utils.case_validate import validate  # noqa: PLC0415

    (tmp_path / "case.jsonld").write_text(visible_json(document()))
    result = validate(str(tmp_path / "case.jsonld"), case_version="case-1.4.0")

    assert (True, set()) == (result.conforms, result.undefined_concepts), result.text
