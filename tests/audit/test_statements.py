"""What the answers do to earlier public statements, with the sentences of the report of 2019 themselves."""

import pytest
from ledgers import PERIOD
from reading import write_case

from toolkit.audit.asking import answers_table, verdicts_table
from toolkit.audit.statements import statement_checks
from toolkit.audit.views import open_views
from toolkit.synthetic.published import COLUMNS, sentences
from toolkit.synthetic.registers import as_csv

HEADER = "entry_ref,occurred,recorded,direction,use,image_refs\n"
SEVEN = HEADER + "".join(f"E{n},2017-0{n}-03,2017-0{n}-03,out,facial_recognition,I{n}\n" for n in range(1, 8))
MORE = """\
E8,2018-06-03,2018-06-03,out,facial_recognition,I8
E9,2017-08-03,2017-08-03,in,facial_recognition,I1
E10,2018-08-03,2018-08-03,in,facial_recognition,I1
"""
AGREEING = {"entries.csv": SEVEN}
DIFFERING = {"entries.csv": SEVEN + MORE, "recorded_matches.csv": "match_ref,image_ref,occurred\nM1,I1,2017-05-01\n"}
ASKED = ["Q01", "Q10", "Q40", "Q49", "Q50"]


def checks(folder, files):
    """Return (statement, question or rule, bearing) -> the row, of the report's sentences and registers."""
    registers = folder / "registers"
    registers.mkdir(parents=True)
    (registers / "public_statements.csv").write_text(as_csv(COLUMNS, sentences("2019-10-04")), "utf-8")
    for name, text in files.items():
        (registers / name).write_text(text, "utf-8")
    write_case(registers, folder)
    with open_views(folder, PERIOD) as tables:
        found = statement_checks(tables, answers_table(tables, ASKED), verdicts_table(tables, ["R3"]))
    return {(row["statement_ref"], row["topic"], row["bearing"]): row for row in found.iter_rows(named=True)}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What registers that agree with the report do to its sentences, and what those do that differ."""
    folder = tmp_path_factory.mktemp("statements")
    return {name: checks(folder / name, files) for name, files in (("agree", AGREEING), ("differ", DIFFERING))}


@pytest.mark.parametrize(
    ("registers", "statement", "topic", "bearing", "why"),
    [
        ("agree", "ST-p9-1", "Q01", "confirms", "the records give the same number"),
        ("differ", "ST-p9-1", "Q01", "contradicts", "the records give another number: 8"),
        ("agree", "ST-p9-2", "Q10", "confirms", "the records give a time within it"),
        ("differ", "ST-p9-2", "Q10", "contradicts", "the records give another time: 2018-06-03"),
        ("agree", "ST-p10-1", "Q49", "confirms", "none was found in what was examined"),
        ("differ", "ST-p10-1", "Q49", "supersedes", "records have been found"),
        ("differ", "ST-p12-2", "Q50", "contradicts", "the records show what it denies"),
        ("differ", "ST-p11-1", "Q40", "supersedes", "records have been found"),
    ],
)
def test_a_sentence_is_superseded_contradicted_or_confirmed(done, registers, statement, topic, bearing, why):
    """By a number, a time, a denial, or by records where none were held; document, paragraph and date go with it."""
    found = done[registers][statement, topic, bearing]

    place = (found["document_ref"], found["paragraph"], found["issued"])
    assert (found["why"], *place) == (why, "DOC-REPORT", statement.split("-")[1][1:], "2019-10-04")


def test_a_rule_that_was_not_kept_contradicts_the_sentence_that_says_it_was(done):
    """One disclosure after March 2018 does; those within are not counted against it."""
    found = done["differ"]["ST-p9-2", "R3", "contradicts"]

    assert (found["subjects"], found["answers"]) == (["E8"], 1)
    assert ("ST-p9-2", "R3", "confirms") not in done["differ"]


def test_the_report_alone_does_nothing_to_its_own_sentences(tmp_path):
    """An answer that rests on a sentence cannot confirm it."""
    assert checks(tmp_path, {}) == {}
