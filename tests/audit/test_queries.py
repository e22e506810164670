"""The files of SQL: each says what it reads, and reads that."""

import re

import pytest

from toolkit.audit.queries import ROOM, Query, in_order, queries, reads
from toolkit.tables import TABLES

ALWAYS = {"settings", "steps_run", "register_kinds", "answers_given", "questions_asked"} | {
    "sources_cited",
    "returns_cited",
}
WORDS = {
    "is_complete": {"complete_spans"},
    "is_held": {"registers_examined"},
    "is_duty_shown": {"duties"},
    "is_text_held": {"clauses"},
    "examined_in": {"registers_examined"},
    "examined_for_each": {"registers_examined"},
    "silence_of": {"complete_spans"},
    "elsewhere_state": {"complete_spans", "registers_examined", "duties"},
    "entry_caveats": {"complete_spans", "kept_apart", "undecided_shares"},
}
"""Words of `macros_on_views.sql` and the views they stand on, which a header names too."""
FILES = [query for folder in ("sql", "questions", "rules") for query in queries(folder).values()]


def read_by(query: Query) -> set[str]:
    """Return the tables and views behind `from` and `join` that the file does not define itself."""
    text = "\n".join(line.split("--")[0] for line in query.text.splitlines())
    own = set(re.findall(r"(?:with|,|recursive)\s+(\w+) as \(", text))
    return set(re.findall(r"\b(?:from|join)\s+(\w+)", text)) - own


@pytest.mark.parametrize("query", FILES, ids=lambda query: query.name)
def test_the_header_names_every_table_the_file_reads(query):
    """`Reads:` is what the runner trusts when a step has not run."""
    known = {table.name for table in TABLES} | set(queries("sql")) | ALWAYS

    read = read_by(query) & known
    behind = set().union(*(views for word, views in WORDS.items() if f"{word}(" in query.text))

    assert read - set(query.reads) == set()
    assert set(query.reads) - read - behind - known == set()


def test_the_names_are_those_of_the_lists():
    """37 rules and 70 questions have one file each; R8x stands between R8 and R9."""
    rules = [*(f"R{number}" for number in range(1, 9)), "R8x", *(f"R{number}" for number in range(9, 37))]

    assert rules == list(queries("rules"))
    assert [f"Q{number:02d}" for number in range(1, 71)] == list(queries("questions"))


def test_views_that_read_each_other_are_refused():
    """The order of views is their reading; a circle has none."""
    first = Query("a", "a", (), ("b",), None, None, "")
    second = Query("b", "b", (), ("a",), None, None, "")

    with pytest.raises(ValueError, match="a -> b -> a"):
        list(in_order({"a": first, "b": second}))


@pytest.mark.parametrize("query", queries("rules").values(), ids=lambda query: query.name)
def test_a_rule_says_which_registers_it_needs_complete(query):
    """`Needs:` is what a person is told to collect; it names the registers of the file, in the order of their use."""
    text = "\n".join(line.split("--")[0] for line in query.text.splitlines())

    assert list(query.needs) == list(dict.fromkeys(re.findall(r"is_complete\('(\w+)'", text)))
    assert set(query.needs) <= {table.name for table in TABLES if table.kind}


def test_the_words_on_views_say_which_views_they_read():
    """So only these views are made where a single one is wanted."""
    path = ROOM / "macros_on_views.sql"
    text = "\n".join(line.split("--")[0] for line in path.read_text("utf-8").splitlines())

    assert reads(path) == set(re.findall(r"\bfrom\s+(\w+)", text)) - {"counted"}
