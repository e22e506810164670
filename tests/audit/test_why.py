"""From a sentence back to the records: the state's rule, what was examined, fields, digests, what to collect next."""

import re
from functools import partialmethod

import polars as pl
import pytest
from ledgers import PERIOD, cells, write_tables

import toolkit
from toolkit.answers import STATES
from toolkit.audit.asking import answer, judge
from toolkit.audit.counting import Counter
from toolkit.audit.in_force import CLAUSES, FORM
from toolkit.audit.queries import queries
from toolkit.audit.views import open_views
from toolkit.audit.why import STATE_RULES, why_answer, why_verdict
from toolkit.audit.why_text import parts
from toolkit.errors import UsageError
from toolkit.tables import table

SHARED = """
    entries:
    entry_ref | occurred | direction | use                | image_refs | unit_ref | recipient_ref | channel
    E1        | 2017-03  | out       | facial_recognition | I1;I2      | U        | CO            | encrypted_usb

    records:
    source          | locator | status   | verbatim
    raw/entries.csv | line 2  | accepted | E1,2017-03,...

    agreement_versions:
    agreement_ref | version | unit_ref | recipient_ref | begins     | ends       | text_held
    AG            | 1       | U        | CO            | 2016-05-01 | 2018-03-31 | yes

    clauses:
    agreement_ref | version | clause | topic   | text
    AG            | 1       | 3.1    | channel | By encrypted USB.
    AG            | 1       | 4.1    | purpose | To prevent crime.
"""
SOURCES = """
    sources:
    source          | table   | kind      | complete | covers            | sha256
    raw/entries.csv | entries | share_log | {}       | 2016-05/2018-03   | aaaa
"""
DIGESTS = {"raw/entries.csv": (7, "aaaa")}


def explained(folder, question, page, manifest=DIGESTS):
    """Return why the first answer to a question is what it is."""
    write_tables(folder, cells(page), ("ingest", "link", "sweep"))
    with open_views(folder, PERIOD) as tables:
        return why_answer(tables, answer(tables, [question])[0], manifest)


def test_the_way_from_a_sentence_to_the_byte(tmp_path):
    """State and its rule, the fields as they were written, the row, and the digest of its source in the manifest."""
    why = explained(tmp_path, "Q01", SHARED + SOURCES.format("yes"))

    assert (why.outcome, why.sentence) == ("established", "2 images.")
    assert why.because == ("rule 2 of 9 of the vocabulary: a contemporaneous record says so; the first does not apply",)
    [record] = why.records
    assert (record.table, record.fields["occurred"], record.fields["image_refs"]) == ("entries", "2017-03", "I1;I2")
    assert (str(record.origin), record.verbatim) == ("raw/entries.csv line 2", "E1,2017-03,...")
    [sealed] = why.sealed
    assert (sealed.line, sealed.sha256, sealed.same) == (7, "aaaa", True)


def test_a_source_that_was_read_from_other_bytes_is_said_so(tmp_path):
    """The manifest's digest is not the one the tables were read from; a source outside the manifest has no line."""
    page = SHARED + SOURCES.format("yes")
    other = explained(tmp_path / "other", "Q01", page, {"raw/entries.csv": (7, "bbbb")})
    lost = explained(tmp_path / "lost", "Q01", page, {})

    assert [(one.line, one.same) for one in (*other.sealed, *lost.sealed)] == [(7, False), (None, False)]


@pytest.mark.parametrize(
    ("question", "complete", "expected"),
    [
        (
            "Q40",
            "yes",
            ("recorded_matches", "alert log of the recognition system for 2016-05/2018-03, declared complete"),
        ),
        ("Q01", "yes", ("receipts", "recipient's receipts for 2016-05/2018-03 would test it most: none is held")),
        ("Q49", "no", ("entries", "declared complete, would settle it: what is held is not; those held cover 2016-05")),
        (
            "Q49",
            "yes",
            ("clauses", "whether it had to be recorded would say most: the register is complete and silent"),
        ),
        ("Q50", "yes", ("entries", "intelligence system for 2018-03/2019-10-04, declared complete, would settle it")),
        ("Q53", "yes", ("disposals", "The register of disposals for 2016-05/2018-03, declared complete")),
    ],
)
def test_the_one_source_that_would_most_change_it(question, complete, expected, tmp_path):
    """Silence waits for its register, for that to be complete, then for a duty; records wait for the other side's."""
    decider = explained(tmp_path, question, SHARED + SOURCES.format(complete)).decider

    assert (decider.register, expected[1] in decider.sentence) == (expected[0], True), decider.sentence


def test_a_file_nobody_could_read_comes_first(tmp_path):
    """What may hold the record lies there already."""
    page = (
        SHARED
        + """
        sources:
        source                | kind      | table
        raw/recipient/log.xls | recipient |

        ingest.coverage:
        source                | method        | system    | measure | cause       | n
        raw/recipient/log.xls | record_search | recipient | files   | cannot_read | 1
    """
    )

    why = explained(tmp_path, "Q40", page)

    assert why.decider.sentence.startswith("raw/recipient/log.xls, in a form that can be read, would say most")
    assert [(row.source, row.not_examined) for row in why.examined] == [("raw/recipient/log.xls", {"cannot_read": 1})]


def test_dates_that_cannot_be_ordered_wait_for_the_day(tmp_path):
    """The coarsest date among the records is named."""
    source = "raw/agreement_versions.csv | agreement_versions | agreements | yes | 2016/2018 | bbbb\n"
    page = SHARED.replace("2016-05-01", "2017") + SOURCES.format("yes").rstrip() + "\n" + source

    why = explained(tmp_path, "Q24", page)

    assert why.outcome == "conflicting"
    assert why.decider.sentence == (
        "A record that gives the day would settle it: raw/agreement_versions.csv line 2 says '2017' (begins)."
    )


def test_a_verdict_names_the_clause_that_was_applied_and_when_it_held(tmp_path):
    """R15 is stated by the clause on channels of the version that covers the occasion; its header is how it is read."""
    write_tables(tmp_path, cells(SHARED + SOURCES.format("yes")), ("ingest", "link"))
    with open_views(tmp_path, PERIOD) as tables:
        why = why_verdict(tables, judge(tables, ["R15"])[0], DIGESTS)

    [text] = why.in_force
    assert (text.text, text.words) == ("agreement AG/1, clause 3.1", "By encrypted USB.")
    assert (text.begins, text.ends, text.cover) == ("2016-05-01", "2018-03-31", "definite")
    assert why.rule_text[0] == "Images travel by encrypted USB, hard drive or secure e-mail."
    assert (why.outcome, [str(record.origin) for record in why.records]) == ("conforms", ["raw/entries.csv line 2"])


def test_every_state_has_a_rule_and_every_rule_a_text():
    """A state or a rule that is added is added here; topics are those of clauses."""
    topics = next(column.words for column in table("clauses", "ingest").columns if column.name == "topic")

    assert (list(STATE_RULES)[-1], set(STATE_RULES)) == ("not_searched", set(STATES))
    assert {topic for found in CLAUSES.values() for topic in found} <= set(topics)
    assert set(CLAUSES) | set(FORM) <= set(queries("rules"))


def test_why_on_the_sample(sample, run_cli):
    """A verdict explained to people: the row as it stands, the clause, and what was examined."""
    shown = run_cli("check", sample[0], "R12", "--why", "--subject", "MED-T-14").stdout

    assert "verbatim: MED-T-14,2017-06-08" in shown
    assert "in force  agreement AG-KX-1/2, clause 4.1: 2017-03-01 to" in shown
    assert "raw/transfers/media_register.csv (media_register, CAMDEN, covers 2017-01/2018-12" in shown


def test_why_of_the_sample_as_data(sample):
    """The same as frozen data: the alert log that is lacking, and digests that are those of the tables."""
    [found] = toolkit.why(toolkit.open_case(sample[0]), "Q40", subject="KX-01")

    assert (found.outcome, found.reach.held, found.decider.register) == ("not_searched", False, "recorded_matches")
    assert [one.same for one in found.sealed] == [True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"group": "Z"}, "the groups are A What was shared; B When;"),
        ({"question": "Q01", "as_at": "2015-01-01"}, "before the period of the case, which begins 2016-05"),
        ({"question": "Q01", "as_at": "2020-01-01"}, "the case speaks as at 2019-10-04"),
        ({"question": "Q01", "as_at": "2017-05"}, "expected a day as YYYY-MM-DD, found '2017-05'"),
        ({"question": "Q71"}, "no question 'Q71': they are Q01 to Q70"),
    ],
)
def test_what_cannot_be_asked_is_refused(sample, arguments, message):
    """An unknown group lists those there are; a day that the case cannot speak as at is no day of it."""
    with pytest.raises(UsageError, match=re.escape(message)):
        toolkit.ask(toolkit.open_case(sample[0]), **arguments)


def test_a_group_and_a_day_of_the_sample(sample):
    """Group G is four questions; in February 2017 two disclosures of three images were on record."""
    case = toolkit.open_case(sample[0])
    [then] = toolkit.ask(case, "Q01", as_at="2017-02-01")

    assert [one.question for one in toolkit.questions(case, group="by which channel")] == ["Q35", "Q36", "Q37", "Q38"]
    assert (then.value, then.caveats[-1].startswith("as at 2017-02-01: rows written later are left out: ")) == (3, True)


def test_the_coverage_of_the_sample_is_by_unit_system_period_and_method(sample):
    """Memory is apart from a search of records; what a row counts adds up."""
    found = toolkit.coverage(toolkit.open_case(sample[0]))
    whole = found.filter(found["declared"].is_not_null())

    assert set(found["method"]) == {"both", "memory", "record_search", "sweep"}
    assert found.filter(method="memory")["examined"].to_list() == [0, 0, 0, 0]
    assert [
        row["declared"] - row["examined"] - sum(cause["n"] for cause in row["not_examined"])
        for row in whole.iter_rows(named=True)
    ] == [0] * whole.height


def test_a_subject_that_is_only_counted_is_explained_from_the_table_of_each(new_case, monkeypatch):
    """Three occasions, where two would be listed: the third has its own value and records."""
    monkeypatch.setattr("toolkit.audit.counting.Counter.__init__", partialmethod(Counter.__init__, listed=2))
    entries = "entry_ref,occurred,direction,use,unit_ref\n"
    rows = "".join(f"E{n},2017-03-0{n},out,facial_recognition,U\n" for n in (1, 2, 3))
    case = new_case({"raw/share_log/entries.csv": entries + rows})
    for step in (toolkit.seal, toolkit.ingest, toolkit.link, toolkit.reconstruct):
        step(case)

    [counted] = toolkit.ask(case, "Q14")
    [found] = toolkit.why(case, "Q14", subject="E3")

    [group] = toolkit.why(case, "Q14")
    assert ("records", ["3, of several subjects: the table answer_evidence has those of each"]) in list(parts(group))
    assert (counted.subject, counted.subjects, counted.records) == ("group 1: 3 subjects", 3, 3)
    assert (found.subject, counted.evidence) == ("E3", ())
    assert [str(record.origin) for record in found.records] == ["raw/share_log/entries.csv line 4"]


def test_the_page_says_of_an_image_what_is_only_counted_elsewhere(new_case, monkeypatch):
    """Five images, where two would be listed: their row shows the channel that each occasion has of its own."""
    channels = ("email", "email", "paper", "paper", "usb")
    monkeypatch.setattr("toolkit.audit.counting.Counter.__init__", partialmethod(Counter.__init__, listed=2))
    entries = "entry_ref,occurred,direction,use,image_refs,channel\n"
    rows = "".join(f"E{n},2017-03-0{n},out,facial_recognition,I{n},{kind}\n" for n, kind in enumerate(channels, 1))
    case = new_case({"raw/share_log/entries.csv": entries + rows})
    for step in (toolkit.seal, toolkit.ingest, toolkit.link, toolkit.reconstruct, toolkit.report):
        step(case)

    [page] = (case.root / "reports").glob("*/report.html")
    table = page.read_text("utf-8").split('<table class="images">')[1].split("</table>")[0]
    said = [re.search(r"channel: (\w+)", row) for row in table.split('<th scope="row">')[1:]]
    assert [found and found[1] for found in said] == list(channels)
    assert "answers_each.parquet of the case: toolkit ask CASE Q35 --why --subject SUBJECT." in page.read_text("utf-8")


def test_an_answer_names_the_first_of_very_many_records_and_all_are_kept(new_case):
    """1,100 entries: it says how many it rests on, and each has its row in `answer_evidence`."""
    entries = "entry_ref,occurred,direction,use,image_refs\n"
    rows = "".join(f"E{n},2017-03-01,out,facial_recognition,I{n}\n" for n in range(1100))
    case = new_case({"raw/share_log/entries.csv": entries + rows})
    for step in (toolkit.seal, toolkit.ingest, toolkit.link, toolkit.reconstruct):
        step(case)

    [answer] = toolkit.ask(case, "Q01")
    [why] = toolkit.why(case, "Q01")
    kept = case.table("answer_evidence").filter(pl.col("topic") == "Q01")

    assert (answer.value, answer.records, len(answer.evidence), len(why.records)) == (1100, 1100, 1000, 1000)
    assert "... and 1,092 more; --json has 1,000, the table answer_evidence all" in [
        line for _, lines in parts(why) for line in lines
    ]
    assert kept["locator"].to_list() == [f"line {n}" for n in range(2, 1102)]
    assert kept.select("subject", "source").unique().rows() == [(None, "raw/share_log/entries.csv")]
