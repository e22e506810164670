"""Every table of a case: what its columns mean, which step writes it, which kind of source feeds it.

A column of an *input* table is one source column. It is stored verbatim as text and, where its type says so, parsed
beside it: a `when` becomes seven columns, a `word` two. `toolkit tables` prints this page. What those columns are is
declared in `toolkit/registers/`, a file for each register.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from toolkit.registers import REGISTERS
from toolkit.registers.declaration import Register

if TYPE_CHECKING:
    import pyarrow as pa

DType: TypeAlias = pl.DataType | type[pl.DataType]
UTC = pl.Datetime("us", "UTC")
SPAN: dict[str, DType] = {
    "text": pl.String,
    "earliest": UTC,
    "latest": UTC,
    "precision": pl.String,
    "zone_basis": pl.String,
    "basis": pl.String,
    "alternatives": pl.List(pl.String),
}
"""A time with its bounds: half-open, null where unbounded (or not readable: `text` not null, `precision` null)."""


@dataclass(frozen=True)
class Column:
    """
    One column.

    Args:
        name: As in the source's header and in the table.
        holds: text; ref (a reference, compared verbatim); refs (references separated by ';'); when (a date in the
            EDTF subset); word (one of `words`); words (several, separated by ';'); yes_no; count (whole number); or
            the Polars type of a column that the tool computes.
        doc: What it means.
        required: A blank puts the row in quarantine.
        words: The vocabulary of a word column.
        also_called: How other systems name it.
        known_by: "table.column" of those that define a reference; empty: nothing does.
        blank: What a blank cell says: "unknown" (nothing), or "none" (that there is none).
    """

    name: str
    holds: str | DType
    doc: str
    required: bool = False
    words: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    blank: str = "unknown"

    def stored(self) -> dict[str, DType]:
        """Return the stored columns and their types."""
        if not isinstance(self.holds, str):
            return {self.name: self.holds}
        if self.holds == "when":
            return {f"{self.name}_{part}": dtype for part, dtype in SPAN.items()}
        parsed: dict[str, DType] = {
            "refs": pl.List(pl.String),
            "word": pl.String,
            "words": pl.List(pl.String),
            "yes_no": pl.Boolean,
            "count": pl.Int64,
        }
        if self.holds in parsed:
            return {f"{self.name}_text": pl.String, self.name: parsed[self.holds]}
        return {self.name: pl.String}


@dataclass(frozen=True)
class Table:
    """
    One table.

    Args:
        name: Plural noun.
        step: The only step that writes it, to `tables/<step>/<name>.parquet`, or to a folder `<name>/` of shards.
        doc: One row is ...
        columns: In order. An input table also has `source` and `locator`, first.
        kind: The kind of source that feeds it; None for a table the tool computes.
        sharded: Whether it is a folder of Parquet files.
    """

    name: str
    step: str
    doc: str
    columns: tuple[Column, ...]
    kind: str | None = None
    sharded: bool = False

    def schema(self) -> pl.Schema:
        """Return the stored columns with their types, in order."""
        stored: dict[str, DType] = {}
        if self.kind:
            stored |= {"source": pl.String, "locator": pl.String}
        for column in self.columns:
            stored |= column.stored()
        return pl.Schema(stored)

    def arrow_schema(self) -> "pa.Schema":
        """Return the same for a file that is written some rows at a time."""
        return self.schema().to_frame().to_arrow().schema


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

_ORIGIN = (
    Column("source", pl.String, "path of the source in the case"),
    Column("locator", pl.String, "place in it"),
)


def _problems(step: str) -> Table:
    return Table(
        "problems",
        step,
        "a fault in the evidence",
        (
            Column("code", pl.String, "stable code"),
            *_ORIGIN,
            Column("message", pl.String, "expected and found"),
            Column("kept", pl.String, "what became of it"),
        ),
    )


def _coverage(step: str) -> Table:
    return Table(
        "coverage",
        step,
        "a number of rows, frames, faces or units that were examined, or were not for one cause",
        (
            Column("method", pl.String, "record_search, text_search (found by its words, no rows), sweep, memory"),
            Column("system", pl.String, "system or kind of register; sweep: the camera"),
            Column("unit_ref", pl.String, "unit"),
            Column("source", pl.String, "path of the source in the case; null: no source was supplied"),
            *(Column(f"covers_{part}", dtype, "time covered") for part, dtype in SPAN.items()),
            Column("complete", pl.String, "yes, no, unknown: whether the source is declared complete for that time"),
            Column("measure", pl.String, "what is counted: rows, files, frames, faces, units"),
            Column("cause", pl.String, "why not examined; null: examined"),
            Column("n", pl.Int64, "how many"),
        ),
    )


_COMPUTED = (
    Table(
        "sources",
        "ingest",
        "a file under raw/, or an outside source, as sealed",
        (
            Column("source", pl.String, "path in the case"),
            Column("kind", pl.String, "kind of source (folder under raw/)"),
            Column("part_of", pl.String, "source that contains it (a workbook, an e-mail); null: it is a file"),
            Column("table", pl.String, "table it feeds; null: none"),
            Column("profile", pl.String, "profile that says how; null: its columns are ours"),
            Column("profile_sha256", pl.String, "digest of the profile"),
            Column("sha256", pl.String, "digest"),
            Column("bytes", pl.Int64, "size"),
            Column("system", pl.String, "system it was exported from (raw/sources.csv)"),
            Column("unit_ref", pl.String, "unit that holds it (raw/sources.csv)"),
            *(Column(f"covers_{part}", dtype, "time it covers (raw/sources.csv)") for part, dtype in SPAN.items()),
            Column("complete", pl.String, "yes, no, unknown (raw/sources.csv)"),
            Column("declared_rows", pl.Int64, "rows its sender declared (raw/sources.csv)"),
            Column("clock_offset_min_s", pl.Int64, "its clock minus true time, least (raw/sources.csv)"),
            Column("clock_offset_max_s", pl.Int64, "and most"),
            Column("encoding", pl.String, "encoding it was read with"),
            Column("header", pl.List(pl.String), "its columns, verbatim"),
            Column("rows_in", pl.Int64, "rows = accepted + quarantined + blank"),
            Column("accepted", pl.Int64, "rows accepted"),
            Column("quarantined", pl.Int64, "rows kept apart"),
            Column("blank", pl.Int64, "blank rows"),
        ),
    ),
    Table(
        "records",
        "ingest",
        "a row of a source, verbatim",
        (
            *_ORIGIN,
            Column("line", pl.Int64, "line on which it starts, from 1; row of a sheet; item of a JSON list"),
            Column("byte", pl.Int64, "offset of its first byte in the file; null in a workbook"),
            Column("status", pl.String, "accepted, quarantined, blank"),
            Column("verbatim", pl.String, "as it stands, without the line end; of a sheet its cells, as a JSON list"),
        ),
        sharded=True,
    ),
    Table(
        "passages",
        "ingest",
        "a passage of a text that is not read as rows: a paragraph of an e-mail, a PDF or a note",
        (
            *_ORIGIN,
            Column("text", pl.String, "its words"),
        ),
        sharded=True,
    ),
    Table(
        "faces",
        "index",
        "a face found in footage",
        (
            Column("face_id", pl.String, "digest of the file, frame, number in the frame"),
            Column("source", pl.String, "footage file"),
            Column("camera_id", pl.String, "camera"),
            Column("frame", pl.Int64, "number of the frame in the file, from 0"),
            Column("pts_s", pl.Float64, "presentation time"),
            Column("seen_earliest", UTC, "when, by the camera's clock and its offset; null: undated"),
            Column("seen_latest", UTC, "and at the latest"),
            *(
                Column(f"box_{side}", pl.Int32, "box of the detector, source pixels")
                for side in ("left", "top", "right", "bottom")
            ),
            Column("track_id", pl.String, "one person passing, as far as boxes follow each other"),
            Column("engine", pl.String, "engine that found and described it"),
        ),
        sharded=True,
    ),
    Table(
        "descriptors",
        "index",
        "the descriptor of a face; forgotten when the sweep is done, unless the mandate says until when it is kept",
        (
            Column("face_id", pl.String, "the face"),
            Column("descriptor", pl.Array(pl.Float32, 128), "dlib's 128 numbers"),
        ),
        sharded=True,
    ),
    Table(
        "probes",
        "sweep",
        "a probe of the sweep",
        (
            Column("probe_id", pl.String, "image reference, or path of a [[mandate.probes]] image"),
            Column("probe_source", pl.String, "its file"),
            Column("sha256", pl.String, "digest of the file"),
            Column("basis", pl.String, "disclosed, or mandate"),
            Column("searched", pl.Boolean, "false: no descriptor could be made"),
            *(
                Column(f"candidates_at_{suffix}", pl.Int64, f"number of candidates at {text}")
                for suffix, text in (("t", "t"), ("t_05", "t - 0.05"), ("t_10", "t - 0.10"))
            ),
        ),
    ),
    Table(
        "comparisons",
        "sweep",
        "a probe that was compared with the faces of one footage file: with a face near it, or once with none",
        (
            Column("probe_sha256", pl.String, "digest of the probe's file"),
            Column("face_id", pl.String, "a face no farther away than the threshold; null: none is"),
            Column("distance", pl.Float64, "Euclidean distance of the descriptors, 0 = identical"),
        ),
        sharded=True,
    ),
    Table(
        "candidate_descriptors",
        "sweep",
        "the descriptor of a face that is near a probe: what its distance can be worked out from again",
        (
            Column("face_id", pl.String, "the face"),
            Column("descriptor", pl.Array(pl.Float32, 128), "dlib's 128 numbers"),
        ),
        sharded=True,
    ),
    Table(
        "candidates",
        "sweep",
        "a probe and a face no farther apart than the threshold: worth a person's look, not a match",
        (
            Column("probe_id", pl.String, "the probe"),
            Column("probe_source", pl.String, "its file"),
            Column("face_id", pl.String, "the face"),
            Column("source", pl.String, "footage file"),
            Column("camera_id", pl.String, "camera"),
            Column("frame", pl.Int64, "frame"),
            Column("pts_s", pl.Float64, "presentation time"),
            Column("seen_earliest", UTC, "when, at the earliest"),
            Column("seen_latest", UTC, "and at the latest"),
            *(
                Column(f"box_{side}", pl.Int32, "box of the detector, source pixels")
                for side in ("left", "top", "right", "bottom")
            ),
            Column("distance", pl.Float64, "Euclidean distance of the descriptors, 0 = identical"),
            Column("rank", pl.Int64, "1 = nearest of that probe"),
        ),
    ),
    Table(
        "searches",
        "search",
        "a query of the full text that was run, also where it found nothing",
        (
            Column("number", pl.Int64, "1 = the first of the case"),
            Column("at", UTC, "when"),
            Column("pack", pl.String, "pack it belongs to; null: typed by a person"),
            Column("query", pl.String, "as it was written"),
            Column("expression", pl.String, "as it was put to the index: misspellings spelled out"),
            Column("passages", pl.Int64, "passages that were searched"),
            Column("found", pl.Int64, "passages it found"),
            Column("not_searched", pl.Int64, "files whose text could not be searched"),
            Column("texts", pl.String, "digest of what was searched"),
        ),
    ),
    Table(
        "proposals",
        "search",
        "a passage that may record a disclosure which no field of a register does; a person decides",
        (
            *_ORIGIN,
            Column("field", pl.String, "table and column of the passage"),
            Column("ref", pl.String, "reference of what it is about"),
            Column("pack", pl.String, "pack that found it"),
            Column("queries", pl.List(pl.String), "its queries that did"),
            Column("snippet", pl.String, "the words around what was looked for, which stands between « and »"),
            Column("state", pl.String, "proposed; accepted or rejected: by a person, in hand/proposals.csv"),
            Column("judged_by", pl.String, "who"),
            Column("judged_when", pl.String, "when"),
            Column("judged_why", pl.String, "why"),
        ),
    ),
    Table(
        "links",
        "link",
        "two records of different registers that may speak of one event",
        (
            Column("left_table", pl.String, "register: transfers, receipts, enrolments, custody_records, disposals"),
            Column("left_ref", pl.String, "its record"),
            Column("left_text", pl.String, "reference in it that was compared; null: linked by a person"),
            Column("right_table", pl.String, "entries; transfers, for a receipt that names one"),
            Column("right_ref", pl.String, "its record"),
            Column("right_text", pl.String, "reference that was compared with it"),
            Column("method", pl.String, "exact (the same reference), model (one that looks alike), hand"),
            Column("weight", pl.Float64, "model: log2 of the odds that they are one, 6 decimals"),
            Column("explanation", pl.String, "what agrees and what does not"),
            Column("judgement", pl.String, "positive, unsure, negative; a person's, where judged_by is not null"),
            Column("judged_by", pl.String, "who judged it in hand/links.csv"),
            Column("judged_when", pl.String, "when"),
            Column("judged_why", pl.String, "why"),
        ),
        sharded=True,
    ),
    Table(
        "tombstones",
        "erase",
        "an image that was destroyed by `toolkit erase`",
        (
            Column("image_ref", pl.String, "its reference"),
            Column("source", pl.String, "where its file lay"),
            Column("keyed_digest", pl.String, "HMAC-SHA-256 of the file's digest, by a key that stays in the case"),
            Column("destroyed", pl.String, "when (UTC)"),
            Column("by", pl.String, "post of who did it"),
            Column("witness", pl.String, "post of who watched; none: nobody is named"),
            Column("certificate", pl.String, "path of the certificate"),
        ),
    ),
    Table(
        "answers",
        "reconstruct",
        "an answer",
        (
            Column("question", pl.String, "Q01 to Q70"),
            Column("title", pl.String, "the question"),
            Column("paragraphs", pl.List(pl.String), "paragraphs of the 2019 report"),
            Column("subject", pl.String, "what it is about; null: the case"),
            Column("state", pl.String, "one of the nine states"),
            Column("value", pl.String, "value, as JSON"),
            Column("unit", pl.String, "what a number counts"),
            Column("evidence", RECORDS, "records it rests on; of more than 1,000, the first of each place"),
            Column("records", pl.Int64, "how many it rests on; null: each subject that it counts rests on its own"),
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
            Column("subject", pl.String, "what was judged; null: the case"),
            Column("verdict", pl.String, "conforms, breach, cannot_determine, not_applicable"),
            Column("reasons", pl.List(pl.String), "why it cannot be determined"),
            Column("flags", pl.List(pl.String), "what to know beside it"),
            Column("evidence", RECORDS, "records it rests on; of more than 1,000, the first of each place"),
            Column("records", pl.Int64, "how many it rests on; null: each subject that it counts rests on its own"),
        ),
    ),
    Table(
        "answers_each",
        "reconstruct",
        "an answer about one of the many subjects that `answers` counts, or one that rests on more records than named",
        (
            Column("question", pl.String, "Q01 to Q70"),
            Column("subject", pl.String, "what it is about"),
            Column("state", pl.String, "one of the nine states"),
            Column("value", pl.String, "value, as JSON"),
            Column("unit", pl.String, "what a number counts"),
            Column("evidence", pl.List(pl.Int64), "keys of records; see origin_places"),
            Column("caveats", pl.List(pl.String), "what a reader must not miss"),
        ),
    ),
    Table(
        "verdicts_each",
        "reconstruct",
        "a verdict on one of the many subjects that `verdicts` counts, or one that rests on more records than named",
        (
            Column("rule", pl.String, "R1 to R36"),
            Column("subject", pl.String, "what was judged"),
            Column("verdict", pl.String, "conforms, breach, cannot_determine, not_applicable"),
            Column("reasons", pl.List(pl.String), "why it cannot be determined"),
            Column("flags", pl.List(pl.String), "what to know beside it"),
            Column("evidence", pl.List(pl.Int64), "keys of records; see origin_places"),
        ),
    ),
    Table(
        "origin_places",
        "reconstruct",
        "a place that keys of records speak of: key = code * 2^38 + number * 10^(10 - digits) * 16 + digits, and the"
        " record's locator is place || number (digits = 0: the place alone)",
        (
            Column("code", pl.Int64, "which place"),
            Column("source", pl.String, "path of the source"),
            Column("place", pl.String, "locator without the number at its end"),
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
            *_ORIGIN,
        ),
    ),
)

TABLES = (
    *_INPUT,
    *_COMPUTED,
    *(_problems(step) for step in ("seal", "ingest", "index", "sweep")),
    *(_coverage(step) for step in ("ingest", "index", "sweep")),
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
