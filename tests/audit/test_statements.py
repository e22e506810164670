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
EIGHT = SEVEN + "E8,2017-08-03,2017-08-03,out,facial_recognition,I8\n"
LATE = SEVEN + "E8,2018-06-03,2018-06-03,out,facial_recognition,I8\n"
CAME_BACK = SEVEN + "E9,2017-08-03,2017-08-03,in,facial_recognition,I1\n"
CAME_BACK_LATER = SEVEN + "E9,2018-08-03,2018-08-03,in,facial_recognition,I1\n"
MATCHED = {"recorded_matches.csv": "match_ref,image_ref,occurred\nM1,I1,2017-05-01\n"}
NUMBER, WHEN, BACK, BACK_LATER, MATCH = "ST-p9-1", "ST-p9-2", "ST-p10-1", "ST-p12-2", "ST-p11-1"
OTHER = "the records give another number: 8"
FOUND = "records have been found"
ASKED = ["Q01", "Q10", "Q40", "Q49", "Q50"]
EXPECTED = [
    ("the same number", {"entries.csv": SEVEN}, NUMBER, "Q01", ("confirms", "the records give the same number")),
    ("another number", {"entries.csv": EIGHT}, NUMBER, "Q01", ("contradicts", OTHER)),
    ("times within", {"entries.csv": SEVEN}, WHEN, "Q10", ("confirms", "the records give a time within it")),
    ("one outside", {"entries.csv": LATE}, WHEN, "Q10", ("contradicts", "the records give another time: 2018-06-03")),
    ("nothing came back", {"entries.csv": SEVEN}, BACK, "Q49", ("confirms", "none was found in what was examined")),
    ("something came back", {"entries.csv": CAME_BACK}, BACK, "Q49", ("supersedes", FOUND)),
    (
        "later, too",
        {"entries.csv": CAME_BACK_LATER},
        BACK_LATER,
        "Q50",
        ("contradicts", "the records show what it denies"),
    ),
    ("an alert log", {"entries.csv": SEVEN} | MATCHED, MATCH, "Q40", ("supersedes", FOUND)),
]


def checks(folder, files):
    """Return (statement, question or rule) -> what is done to it, of the report's sentences and registers."""
    registers = folder / "registers"
    registers.mkdir()
    (registers / "public_statements.csv").write_text(as_csv(COLUMNS, sentences("2019-10-04")), "utf-8")
    for name, text in files.items():
        (registers / name).write_text(text, "utf-8")
    write_case(registers, folder)
    with open_views(folder, PERIOD) as tables:
        found = statement_checks(tables, answers_table(tables, ASKED), verdicts_table(tables, ["R3", "R4"]))
    return {(row["statement_ref"], row["topic"], row["bearing"]): row for row in found.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("files", "statement", "topic", "expected"), [row[1:] for row in EXPECTED], ids=[row[0] for row in EXPECTED]
)
def test_a_sentence_is_superseded_contradicted_or_confirmed(files, statement, topic, expected, tmp_path):
    """By a number, a time, a denial, or by records where none were held; document, paragraph and date go with it."""
    bearing, why = expected

    found = checks(tmp_path, files)[statement, topic, bearing]

    place = (found["document_ref"], found["paragraph"], found["issued"])
    assert (found["why"], *place) == (why, "DOC-REPORT", statement.split("-")[1][1:], "2019-10-04")


def test_the_report_alone_does_nothing_to_its_own_sentences(tmp_path):
    """An answer that rests on a sentence cannot confirm it."""
    assert checks(tmp_path, {}) == {}


def test_a_rule_that_was_not_kept_contradicts_the_sentence_that_says_it_was(tmp_path):
    """One disclosure after March 2018 does; those within are not counted against it."""
    found = checks(tmp_path, {"entries.csv": LATE})

    assert (found["ST-p9-2", "R3", "contradicts"]["subjects"], found["ST-p9-2", "R3", "contradicts"]["answers"]) == (
        ["E8"],
        1,
    )
    assert ("ST-p9-2", "R3", "confirms") not in found
