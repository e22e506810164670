"""Every table of a case: what its columns mean, which step writes it, which kind of source feeds it.

A column of an *input* table is one source column. It is stored verbatim as text and, where its type says so, parsed
beside it: a `when` becomes seven columns, a `word` two. `toolkit tables` prints this page.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

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

KINDS = {
    "share_log": "entries of the intelligence system (CRIMINT-style)",
    "custody": "custody imaging, CRIS and PNC extracts",
    "agreements": "sharing agreements: register and texts; authorities relied on",
    "posts": "post-holders: SPOC, signatories, vetting",
    "transfers": "media register, e-mail gateway",
    "recipient": "the recipient system's receipts, enrolments, alerts, access",
    "disposals": "collection, destruction, deletion, verification",
    "attestations": "returns of BCUs and OCUs",
    "units": "organisational units and companies",
    "cameras": "cameras and recognition systems",
    "statements": "public statements and guidance",
    "images": "images that were shared, and their index images.csv",
    "footage": "archived footage, and its index footage.csv",
}
"""Folders under raw/."""


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
    """

    name: str
    holds: str | DType
    doc: str
    required: bool = False
    words: tuple[str, ...] = ()

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


def _ref(name: str, doc: str, *, required: bool = False) -> Column:
    return Column(name, "ref", doc, required)


USES = ("facial_recognition", "identification_appeal", "poster", "briefing", "investigation", "other")
CHANNELS = ("encrypted_usb", "usb", "hard_drive", "secure_email", "email", "paper", "other")
REASONS_FOR_SHARING = ("prevent_crime", "protect_vulnerable", "support_safety_strategy", "other")
RECORDED = (
    "disclosures",
    "transfers",
    "receipts",
    "enrolments",
    "matches",
    "notifications",
    "decisions",
    "actions",
    "inbound",
    "disposals",
    "verifications",
    "accesses",
)
"""Events that a clause may require somebody to record: the duty without which silence tells nothing."""
COUNT_UNITS = ("images", "files", "occasions", "records", "persons", "units", "cameras", "other")

_REGISTERS = (
    Table(
        "entries",
        "ingest",
        "an entry of the intelligence system, whatever it is about",
        (
            _ref("entry_ref", "the entry's own reference", required=True),
            Column("occurred", "when", "when it happened"),
            Column("recorded", "when", "when the entry was made"),
            _ref("unit_ref", "unit that made it"),
            _ref("post_ref", "post-holder who made it (pseudonym)"),
            _ref("occasion_ref", "occasion it belongs to; blank: the entry is its own occasion"),
            Column("direction", "word", "out: sent to a third party; in: received from one", words=("out", "in")),
            Column("use", "word", "what the images were for", words=USES),
            _ref("recipient_ref", "who received or sent (a unit_ref of kind company)"),
            Column("image_refs", "refs", "images concerned"),
            Column("reasons", "words", "purposes stated", words=REASONS_FOR_SHARING),
            _ref("authority_ref", "power relied on"),
            _ref("authorised_by", "post-holder who authorised it"),
            _ref("agreement_ref", "agreement named in the entry"),
            Column("channel", "word", "how the images travelled", words=CHANNELS),
            Column("encrypted", "yes_no", "whether the entry says that it was encrypted"),
            _ref("carrier_post_ref", "post-holder who carried or sent it; blank: the author"),
            Column("names_included", "yes_no", "whether names went with the images"),
            Column("other_personal_data", "yes_no", "whether anything beyond image and reference went with them"),
            Column("narrative", "text", "free text of the entry"),
        ),
        "share_log",
    ),
    Table(
        "notifications",
        "ingest",
        "the SPOC being told of a facial recognition match",
        (
            _ref("notification_ref", "its reference", required=True),
            _ref("match_ref", "the match"),
            Column("occurred", "when", "when the SPOC was told"),
            _ref("to_post_ref", "who was told"),
            Column("decision", "text", "what was decided, and why"),
        ),
        "share_log",
    ),
    Table(
        "actions",
        "ingest",
        "a police action that cites facial recognition",
        (
            _ref("action_ref", "its reference", required=True),
            _ref("match_ref", "the match it followed"),
            _ref("image_ref", "the image concerned"),
            Column("occurred", "when", "when"),
            _ref("unit_ref", "unit that acted"),
            Column("action", "text", "what was done"),
        ),
        "share_log",
    ),
    Table(
        "custody_records",
        "ingest",
        "a custody, CRIS or PNC record of a person whose image exists",
        (
            _ref("custody_ref", "its reference", required=True),
            _ref("subject_ref", "person (reference number, never a name)", required=True),
            _ref("image_ref", "image taken"),
            Column("system", "word", "where it is held", words=("custody_imaging", "cris", "pnc", "other")),
            Column("category", "word", "category", words=("wanted", "known_offender", "missing", "other")),
            Column(
                "disposal",
                "word",
                "how the case was disposed of",
                words=("charged", "cautioned", "reprimanded", "formal_warning", "no_further_action", "none"),
            ),
            Column("disposed", "when", "date of the disposal"),
            Column("age_status", "word", "recorded age status at capture", words=("adult", "under_18", "unknown")),
        ),
        "custody",
    ),
    Table(
        "agreement_versions",
        "ingest",
        "a version of a sharing agreement",
        (
            _ref("agreement_ref", "the agreement", required=True),
            _ref("version", "the version", required=True),
            _ref("unit_ref", "police unit"),
            _ref("recipient_ref", "the other party"),
            Column("signed", "when", "signature"),
            Column("begins", "when", "begin of validity"),
            Column("ends", "when", "end of validity"),
            Column("amended", "when", "amendment"),
            Column("status", "word", "status", words=("in_force", "lapsed", "in_error")),
            Column("registered", "when", "entered in the central register"),
            Column("text_held", "yes_no", "whether its text is among the sources"),
        ),
        "agreements",
    ),
    Table(
        "clauses",
        "ingest",
        "a clause of a version of an agreement",
        (
            _ref("agreement_ref", "the agreement", required=True),
            _ref("version", "the version", required=True),
            _ref("clause", "paragraph number in the agreement", required=True),
            Column(
                "topic",
                "word",
                "what it is about",
                words=(
                    "purpose",
                    "data_class",
                    "channel",
                    "retention",
                    "access",
                    "vetting",
                    "oversight",
                    "reporting",
                    "other",
                ),
            ),
            Column("use", "word", "use it speaks of", words=USES),
            Column("permits", "yes_no", "whether it permits that use"),
            _ref("system_ref", "recognition system it names"),
            _ref("carried_from", "agreement_ref/version whose text it repeats"),
            Column("in_error", "yes_no", "whether it is acknowledged to be an error"),
            Column("must_record", "words", "events that it requires somebody to record", words=RECORDED),
            Column("amended", "when", "when it was amended; blank: not stated"),
            Column("text", "text", "its words"),
        ),
        "agreements",
    ),
    Table(
        "documents",
        "ingest",
        "a document about the sharing that is not itself an agreement",
        (
            _ref("document_ref", "its reference", required=True),
            Column(
                "document_kind",
                "word",
                "what it is",
                required=True,
                words=(
                    "impact_assessment",
                    "necessity",
                    "authorisation",
                    "review",
                    "training",
                    "accuracy_test",
                    "notification",
                    "onward_transfer",
                    "procedure",
                    "other",
                ),
            ),
            Column("dated", "when", "its date"),
            _ref("about_ref", "agreement, system, post, image or occasion it is about"),
            _ref("by_ref", "unit or post-holder who made it"),
            _ref("to_ref", "unit or post-holder it went to"),
            Column("outcome", "text", "what it says, in a few words"),
        ),
        "agreements",
    ),
    Table(
        "authorities",
        "ingest",
        "a power or judgment relied on",
        (
            _ref("authority_ref", "its reference", required=True),
            Column("citation", "text", "citation"),
            Column("authority_kind", "word", "what it is", words=("common_law", "statute", "case")),
            Column("in_force", "when", "from when it stood (a case: when decided)"),
            Column("cited_by", "refs", "statements or entries that cite it"),
        ),
        "agreements",
    ),
    Table(
        "posts",
        "ingest",
        "a tenure of a post-holder",
        (
            _ref("post_ref", "post-holder (pseudonym)", required=True),
            Column(
                "post",
                "word",
                "post",
                words=("spoc", "authorised_operator", "senior_manager", "bcu_commander", "other"),
            ),
            _ref("unit_ref", "unit or company"),
            Column("tenure_from", "when", "begin of tenure"),
            Column("tenure_to", "when", "end of tenure"),
            Column("signatory_of", "refs", "agreements signed"),
            Column("vetting_level", "text", "vetting level, NPPV2"),
            Column("vetted_from", "when", "begin of vetting"),
            Column("vetted_to", "when", "end of vetting"),
        ),
        "posts",
    ),
    Table(
        "transfers",
        "ingest",
        "a transfer in a register that is independent of the intelligence system",
        (
            _ref("transfer_ref", "its reference", required=True),
            Column("occurred", "when", "when it happened"),
            Column("recorded", "when", "when it was written down"),
            _ref("unit_ref", "unit that sent it"),
            _ref("post_ref", "post-holder who sent it"),
            _ref("recipient_ref", "who received it"),
            Column("use", "word", "what for", words=USES),
            Column("channel", "word", "how", words=CHANNELS),
            Column("encrypted", "yes_no", "whether encrypted"),
            _ref("medium_ref", "medium"),
            Column("image_refs", "refs", "images on it"),
            _ref("entry_ref", "intelligence entry that it names"),
        ),
        "transfers",
    ),
    Table(
        "receipts",
        "ingest",
        "a receipt of images by the recipient",
        (
            _ref("receipt_ref", "its reference", required=True),
            Column("occurred", "when", "when received"),
            _ref("recipient_ref", "recipient"),
            _ref("post_ref", "post-holder who received it"),
            Column("image_refs", "refs", "images received"),
            _ref("transfer_ref", "transfer it answers"),
        ),
        "recipient",
    ),
    Table(
        "enrolments",
        "ingest",
        "an image on the recipient's watchlist",
        (
            _ref("enrolment_ref", "its reference", required=True),
            _ref("image_ref", "image", required=True),
            _ref("system_ref", "recognition system"),
            Column("enrolled", "when", "when put on"),
            Column("removed", "when", "when taken off"),
            _ref("post_ref", "post-holder who did it"),
        ),
        "recipient",
    ),
    Table(
        "recorded_matches",
        "ingest",
        "a match recorded at the time by a recognition system",
        (
            _ref("match_ref", "its reference", required=True),
            _ref("image_ref", "enrolled image", required=True),
            Column("occurred", "when", "when"),
            _ref("camera_id", "camera"),
            _ref("system_ref", "recognition system"),
            Column("alerted", "yes_no", "whether an operator was alerted"),
        ),
        "recipient",
    ),
    Table(
        "accesses",
        "ingest",
        "an access to the recipient's server",
        (
            _ref("access_ref", "its reference", required=True),
            Column("occurred", "when", "when"),
            _ref("system_ref", "recognition system"),
            _ref("post_ref", "account's post-holder"),
            Column("action", "text", "what was done"),
        ),
        "recipient",
    ),
    Table(
        "disposals",
        "ingest",
        "a collection, destruction or deletion",
        (
            _ref("disposal_ref", "its reference", required=True),
            Column("act", "word", "what was done", words=("collection", "destruction", "deletion")),
            Column("occurred", "when", "when"),
            Column("image_refs", "refs", "images concerned"),
            _ref("medium_ref", "medium concerned; blank: an electronic file"),
            _ref("post_ref", "post-holder who did it"),
            _ref(
                "witness_post_ref", "post-holder who watched; 'none': the record says nobody did; blank: not recorded"
            ),
            Column("method", "text", "how"),
        ),
        "disposals",
    ),
    Table(
        "verifications",
        "ingest",
        "a check that images are no longer held",
        (
            _ref("verification_ref", "its reference", required=True),
            Column("occurred", "when", "when"),
            _ref("post_ref", "post-holder who checked"),
            Column("method", "text", "how"),
            Column("image_refs", "refs", "images checked"),
            Column("result", "word", "outcome", words=("none_held", "copy_found")),
        ),
        "disposals",
    ),
    Table(
        "attestations",
        "ingest",
        "a return of a unit that was asked",
        (
            _ref("attestation_ref", "its reference", required=True),
            _ref("unit_ref", "unit asked", required=True),
            Column("asked", "when", "when asked"),
            Column("replied", "when", "when it replied; blank: no reply"),
            Column("method", "word", "how it looked", words=("record_search", "memory", "both")),
            Column("answer", "word", "what it said", words=("none_found", "found", "not_stated")),
            Column("covers", "when", "time it speaks about"),
            Column("systems", "refs", "systems searched"),
            _ref("post_ref", "post-holder who replied"),
        ),
        "attestations",
    ),
    Table(
        "units",
        "ingest",
        "a unit or company in a time",
        (
            _ref("unit_ref", "its reference", required=True),
            Column("name", "text", "name"),
            Column("unit_kind", "word", "what it is", words=("borough", "bcu", "ocu", "company", "other")),
            Column("exists_from", "when", "begin"),
            Column("exists_to", "when", "end"),
            Column("predecessor_refs", "refs", "units it succeeded"),
            _ref("parent_ref", "parent company or unit"),
        ),
        "units",
    ),
    Table(
        "systems",
        "ingest",
        "a recognition system",
        (
            _ref("system_ref", "its reference", required=True),
            Column("vendor", "text", "vendor"),
            _ref("owner_ref", "owner (a unit_ref)"),
            Column("operated_from", "when", "begin of operation"),
            Column("operated_to", "when", "end of operation"),
        ),
        "cameras",
    ),
    Table(
        "cameras",
        "ingest",
        "a camera",
        (
            _ref("camera_id", "its reference", required=True),
            _ref("system_ref", "recognition system that it feeds"),
            Column("location", "text", "where"),
            _ref("owner_ref", "owner (a unit_ref)"),
            Column("operated_from", "when", "begin of operation"),
            Column("operated_to", "when", "end of operation"),
        ),
        "cameras",
    ),
    Table(
        "public_statements",
        "ingest",
        "a sentence of a published statement",
        (
            _ref("statement_ref", "its reference", required=True),
            _ref("document_ref", "document it stands in"),
            _ref("paragraph", "paragraph in the document"),
            _ref("publisher_ref", "who published it (a unit_ref)"),
            Column("issued", "when", "date of the document; blank: undated"),
            Column("as_at", "when", "date it speaks as at; blank: not stated"),
            Column("tense", "word", "tense of the claim", words=("present", "past", "future")),
            Column("topic", "refs", "questions and rules it speaks to (Q01;R12)"),
            Column(
                "claim",
                "word",
                "what it does about them; no_records_held speaks about records, not about what happened",
                words=("asserts", "denies", "no_records_held", "from_memory", "in_error"),
            ),
            Column("about", "when", "time the claim is about"),
            _ref("about_ref", "unit, post, agreement, version or system the claim is about"),
            Column("value", "text", "what it claims, in a few words, where that is neither a number nor a time"),
            Column("count", "count", "number stated"),
            Column("count_unit", "word", "what the number counts", words=COUNT_UNITS),
            _ref("supersedes", "statement that it replaces"),
            Column("text", "text", "its words"),
        ),
        "statements",
    ),
    Table(
        "guidance",
        "ingest",
        "a guidance to units",
        (
            _ref("guidance_ref", "its reference", required=True),
            Column("issued", "when", "when"),
            _ref("to_units", "who was told"),
            Column("forbids", "word", "use that it forbids", words=USES),
            Column("text", "text", "its words"),
        ),
        "statements",
    ),
    Table(
        "images",
        "ingest",
        "an image reference and the file that bears it",
        (
            Column("file", "text", "path below raw/images", required=True),
            _ref("image_ref", "reference of the image", required=True),
            _ref("subject_ref", "person (reference number, never a name)"),
            Column("captured", "when", "when it was taken"),
            Column("sha256", pl.String, "digest of the file; null: not present"),
        ),
        "images",
    ),
    Table(
        "footage_files",
        "ingest",
        "a footage file",
        (
            Column("file", "text", "path below raw/footage", required=True),
            _ref("camera_id", "camera"),
            Column("starts", "when", "time of the first frame, by the camera's clock"),
            Column("zone", "text", "zone of `starts`; blank: Europe/London, assumed"),
            Column("sha256", pl.String, "digest of the file; null: not present"),
        ),
        "footage",
    ),
)

_ORIGIN = (
    Column("source", pl.String, "path of the source in the case"),
    Column("locator", pl.String, "place in it"),
)

_INPUT = tuple(replace(register, sharded=True) for register in _REGISTERS)
"""One shard for each source, written again only when the source changes."""


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
            *_ORIGIN,
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
