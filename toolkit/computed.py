"""The tables that the tool computes from sources and footage, up to the links; `tables.py` has the answers."""

import polars as pl

from toolkit.columns import ORIGIN, SPAN, UTC, Column, Table


def _problems(step: str) -> Table:
    return Table(
        "problems",
        step,
        "a fault in the evidence",
        (
            Column("code", pl.String, "stable code"),
            *ORIGIN,
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


COMPUTED = (
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
            *ORIGIN,
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
            *ORIGIN,
            Column("text", pl.String, "its words"),
        ),
        sharded=True,
    ),
    Table(
        "unread_rows",
        "ingest",
        "a row of a register that is in quarantine, with what is legible of it",
        (
            *ORIGIN,
            Column("table_name", pl.String, "table it would feed"),
            Column("ref", pl.String, "the register's own reference; null, here and below: not legible, or blank"),
            Column("direction", pl.String, "out, in"),
            Column("use", pl.String, "what the images were for"),
            Column("unit_ref", pl.String, "unit"),
            Column("from_ref", pl.String, "who the images came from"),
            Column("recipient_ref", pl.String, "who received, or sent"),
            Column("match_ref", pl.String, "match"),
            Column("image_refs", pl.List(pl.String), "images"),
            Column("occurred_text", pl.String, "time of the event: occurred, enrolled, dated, issued"),
            Column("occurred_earliest", UTC, "and at the earliest"),
            Column("occurred_latest", UTC, "and at the latest"),
            Column("occurred_precision", pl.String, "year, month, day, minute, second"),
            Column("legible", pl.List(pl.String), "names of its columns that are legible"),
        ),
        sharded=True,
    ),
    Table(
        "unread_cells",
        "ingest",
        "a cell of an accepted row that could not be read, or only in part",
        (
            *ORIGIN,
            Column("table_name", pl.String, "table that the row feeds"),
            Column("column_name", pl.String, "column"),
            Column("text", pl.String, "as it stands; null: of a row read by hand, in a cell that was not read"),
        ),
        sharded=True,
    ),
    Table(
        "blank_columns",
        "ingest",
        "a column of ours that a source never fills",
        (
            Column("source", pl.String, "path of the source in the case"),
            Column("table_name", pl.String, "table it feeds"),
            Column("column_name", pl.String, "column of the table"),
            Column("rows", pl.Int64, "rows accepted, in none of which it is filled"),
            Column("resembled_by", pl.String, "column of the source that is like it by its name and is not used"),
        ),
    ),
    Table(
        "readings",
        "ingest",
        "what a post read in a cell, by its latest line in hand/readings.csv",
        (
            *ORIGIN,
            Column("table_name", pl.String, "table that the source feeds; null: none"),
            Column("column_name", pl.String, "column"),
            Column("reads_as", pl.String, "what the post read; null: it took its reading back"),
            Column("post", pl.String, "post that read it"),
            Column("read_when", pl.String, "when"),
            Column("reason", pl.String, "why"),
            Column(
                "state",
                pl.String,
                "in_force; disagreed (another post reads it otherwise); withdrawn; readable (the cell says itself what"
                " it holds); no_such_cell",
            ),
        ),
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
            *ORIGIN,
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
)
"""In the order of the steps."""

EACH_STEP = (
    *(_problems(step) for step in ("seal", "ingest", "index", "sweep")),
    *(_coverage(step) for step in ("ingest", "index", "sweep")),
)
"""What several steps write, each its own."""
