"""`toolkit reconstruct`: what it writes, and how the records are told from the table of evidence."""

from functools import partialmethod

import polars as pl
import pytest

import toolkit
from toolkit.audit.counting import Counter
from toolkit.steps.job import job
from toolkit.tables import table

ENTRIES = """entry_ref,occurred,direction,use,unit_ref,image_refs
E1,2017-03-01,out,facial_recognition,U,I1
E2,2017-03-02,out,facial_recognition,U,I2
E3,2017-03-03,out,facial_recognition,U,I3
"""


def written(name, step, rows):
    """Return a table of a step: the rows' columns, and nothing in the others."""
    schema = table(name, step).schema()
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema, orient="row")


@pytest.fixture
def swept(new_case):
    """A linked case of three entries, whose sweep found the person of I1 in frame 0 and in frame 12 of a video."""
    case = new_case({"raw/share_log/entries.csv": ENTRIES})
    for step in (toolkit.seal, toolkit.ingest, toolkit.link):
        step(case)
    seen = [{"probe_id": "I1", "source": "raw/footage/a.mp4", "camera_id": "KB-1", "frame": at} for at in (0, 12)]
    probes = [{"probe_id": "I1", "probe_source": "raw/images/I1.jpg", "searched": True}]
    looked = [{"method": "sweep", "measure": "frames", "n": 90}]
    with job(case, "index", {}) as work:
        work.write("problems", written("problems", "index", []))
        work.write("coverage", written("coverage", "index", looked))
    with job(case, "sweep", {}) as work:
        work.write("candidates", written("candidates", "sweep", seen))
        work.write("probes", written("probes", "sweep", probes))
        for name in ("problems", "coverage"):
            work.write(name, written(name, "sweep", []))
    return case


def test_a_person_in_view_when_a_clip_begins_is_a_candidate_like_any_other(swept):
    """A camera that is started by motion has the person in its frame 0: the case is answered, and names it."""
    toolkit.reconstruct(swept)

    [found] = [answer for answer in toolkit.ask(swept, "Q42") if answer.subject == "I1"]

    assert (found.state, found.value, found.unit) == ("established", 2, "candidates")
    assert ["raw/footage/a.mp4 frame 0", "raw/footage/a.mp4 frame 12"] == [
        str(origin) for origin in found.evidence if origin.source == "raw/footage/a.mp4"
    ]


@pytest.mark.parametrize("listed", [1, 10])
def test_every_record_of_every_subject_is_a_row_of_texts(swept, monkeypatch, listed):
    """Counted or listed: topic, subject, source and locator, which the log has and any reader of Parquet shows."""
    monkeypatch.setattr("toolkit.audit.counting.Counter.__init__", partialmethod(Counter.__init__, listed=listed))
    toolkit.reconstruct(swept)

    with swept.connect() as tables:
        rows = tables.sql("from answer_evidence where topic = 'Q14'").fetchall()

    assert rows == [("Q14", f"E{n}", "raw/share_log/entries.csv", f"line {n + 1}") for n in (1, 2, 3)]


def test_records_and_subjects_of_a_row_are_numbers_that_add_up(swept):
    """`records` is never blank, and over a topic it is the number of its rows of evidence; `subjects` is 1 or more."""
    toolkit.reconstruct(swept)

    evidence = dict(swept.table("answer_evidence").group_by("topic").len().rows())
    for name, topic in (("answers", "question"), ("verdicts", "rule")):
        frame = swept.table(name)
        sums = dict(frame.group_by(topic).agg(pl.col("records").sum()).rows())
        assert {known: evidence.get(known, 0) for known in sums} == sums
        assert frame["subjects"].to_list() == [1] * frame.height
