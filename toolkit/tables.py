"""
Every table of a case: what its columns mean, which step writes it, which kind of source feeds it.

A column of an *input* table is one source column. It is stored verbatim as text and, where its type says so, parsed
beside it: a `when` becomes seven columns, a `word` two. `toolkit tables` prints this page. What those columns are is
declared in `toolkit/registers/`, a file for each register.
"""

import polars as pl

from toolkit.columns import ORIGIN, SPAN, Column, Table
from toolkit.computed import COMPUTED, EACH_STEP
from toolkit.registers import REGISTERS
from toolkit.registers.declaration import Register

RECORDS = pl.List(pl.Struct({"source": pl.String, "locator": pl.String}))
"""Places in the evidence: source and locator."""


def _input_table(register: Register) -> Table:
    """Return the table of a register: a shard for each source, written again only when the source changes."""
    columns = tuple(
        Column(
            name,
            pl.String if said.holds == "computed" else said.holds,
            said.doc,
            said.required,
            tuple(said.words),
            said.also_called,
            said.known_by,
            said.blank,
        )
        for name, said in register.columns.items()
    )
    return Table(register.name, "ingest", register.row, columns, register.kind, sharded=True)


_INPUT = tuple(map(_input_table, REGISTERS.values()))

_RECONSTRUCTED = (
    Table(
        "answers",
        "reconstruct",
        "an answer",
        (
            Column("question", pl.String, "Q01 to Q70"),
            Column("title", pl.String, "the question"),
            Column("paragraphs", pl.List(pl.String), "paragraphs of the 2019 report"),
            Column("subject", pl.String, "what it is about; null: the case; of more than one, a text that says so"),
            Column("state", pl.String, "one of the nine states"),
            Column("value", pl.String, "value, as JSON"),
            Column("unit", pl.String, "what a number counts"),
            Column(
                "by_register", pl.String, "numbers that only other registers show, by register, as JSON; null: none"
            ),
            Column("records", pl.Int64, "how many records it rests on; those of each subject, added up"),
            Column("subjects", pl.Int64, "how many subjects it counts; 1: it is about one"),
            Column("coverage", pl.String, "coverage, as JSON"),
            Column("caveats", pl.List(pl.String), "what a reader must not miss"),
        ),
    ),
    Table(
        "verdicts",
        "reconstruct",
        "a verdict",
        (
            Column("rule", pl.String, "R1 to R36"),
            Column("title", pl.String, "the rule"),
            Column("paragraphs", pl.List(pl.String), "paragraphs of the 2019 report"),
            Column("subject", pl.String, "what was judged; null: the case; of more than one, a text that says so"),
            Column("verdict", pl.String, "conforms, breach, cannot_determine, not_applicable"),
            Column("reasons", pl.List(pl.String), "why it cannot be determined"),
            Column("flags", pl.List(pl.String), "what to know beside it"),
            Column("records", pl.Int64, "how many records it rests on; those of each subject, added up"),
            Column("subjects", pl.Int64, "how many subjects it counts; 1: it is about one"),
        ),
    ),
    Table(
        "answers_each",
        "reconstruct",
        "an answer about one of the many subjects that `answers` counts",
        (
            Column("question", pl.String, "Q01 to Q70"),
            Column("subject", pl.String, "what it is about"),
            Column("state", pl.String, "one of the nine states"),
            Column("value", pl.String, "value, as JSON"),
            Column("unit", pl.String, "what a number counts"),
            Column(
                "by_register", pl.String, "numbers that only other registers show, by register, as JSON; null: none"
            ),
            Column("caveats", pl.List(pl.String), "what a reader must not miss"),
        ),
    ),
    Table(
        "verdicts_each",
        "reconstruct",
        "a verdict on one of the many subjects that `verdicts` counts",
        (
            Column("rule", pl.String, "R1 to R36"),
            Column("subject", pl.String, "what was judged"),
            Column("verdict", pl.String, "conforms, breach, cannot_determine, not_applicable"),
            Column("reasons", pl.List(pl.String), "why it cannot be determined"),
            Column("flags", pl.List(pl.String), "what to know beside it"),
        ),
    ),
    Table(
        "answer_evidence",
        "reconstruct",
        "a record that an answer or a verdict about one subject rests on, also where `answers` or `verdicts` counts it",
        (
            Column("topic", pl.String, "question or rule"),
            Column("subject", pl.String, "what it is about; null: the case"),
            *ORIGIN,
        ),
    ),
    Table(
        "examinations",
        "reconstruct",
        "a unit, system, period and method of looking, and how much was examined in that way",
        (
            Column(
                "method", pl.String, "record_search, text_search, sweep; of a return: record_search, memory, both, ..."
            ),
            Column("system", pl.String, "system or kind of register; sweep: the camera"),
            Column("unit_ref", pl.String, "unit; null: it serves every unit, or is not stated"),
            *(Column(f"covers_{part}", SPAN[part], "time covered") for part in ("text", "earliest", "latest")),
            Column("complete", pl.String, "yes, no, unknown: whether it is declared complete for that time"),
            Column("measure", pl.String, "what is counted: rows, files, frames, faces, units"),
            Column("declared", pl.Int64, "how many there are; null: nobody can say"),
            Column("examined", pl.Int64, "how many were examined"),
            Column(
                "not_examined", pl.List(pl.Struct({"cause": pl.String, "n": pl.Int64})), "and how many not, by cause"
            ),
            Column("sources", pl.List(pl.String), "paths of the sources; empty: none was supplied"),
        ),
    ),
    Table(
        "statement_checks",
        "reconstruct",
        "an earlier public statement that the answers to a question, or the verdicts on a rule, bear on",
        (
            Column("topic", pl.String, "question or rule"),
            Column("bearing", pl.String, "supersedes, contradicts, confirms"),
            Column("why", pl.String, "in a few words"),
            Column("answers", pl.Int64, "how many subjects of the question or rule it is so for"),
            Column("subjects", pl.List(pl.String), "the first 20 of them; empty: the case"),
            Column("statement_ref", pl.String, "the statement"),
            Column("document_ref", pl.String, "document it stands in"),
            Column("paragraph", pl.String, "paragraph of the document"),
            Column("issued", pl.String, "date of the document, as written; null: undated"),
            Column("text", pl.String, "its words"),
            *ORIGIN,
        ),
    ),
)

TABLES = (
    *_INPUT,
    *COMPUTED,
    *_RECONSTRUCTED,
    *EACH_STEP,
)


def input_tables(kind: str) -> list[Table]:
    """Return the tables that sources of this kind can feed; their headers tell which."""
    return [table for table in _INPUT if table.kind == kind]


def table(name: str, step: str | None = None) -> Table:
    """
    Return the table of that name (and step, for `problems` and `coverage`, which several steps write).

    Raises:
        KeyError: If there is none.
    """
    for found in TABLES:
        if found.name == name and step in (None, found.step):
            return found
    raise KeyError(name)
