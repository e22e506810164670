"""Answers and verdicts, and the closed lists of words they may use. Adding a word is a design decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from toolkit.problems import Origin

STATES = {
    "established": "contemporaneous records say so",
    "established_not": "a record says that it did not happen",
    "not_found": "looked for within the stated coverage; nothing there",
    "record_missing": "a duty to record is shown, its register covers the time and is silent",
    "no_duty": "no duty to record is shown; silence tells nothing",
    "destroyed": "a disposal record or tombstone says the evidence is gone",
    "attested": "only memory or assertion says so",
    "conflicting": "sources disagree, or their dates cannot be ordered",
    "not_searched": "no register held reaches that far",
}
VERDICTS = {
    "conforms": "the records show that the rule was kept",
    "breach": "the records show that it was not",
    "cannot_determine": "the records cannot tell",
    "not_applicable": "the rule does not reach this subject",
}
REASONS = (
    "missing_field",
    "time_precision",
    "boundary_overlap",
    "rule_text_not_held",
    "rule_ambiguous",
    "rule_conflict",
    "single_source",
    "records_disagree",
    "identity_unresolved",
    "link_unsure",
    "out_of_coverage",
    "record_destroyed",
    "memory_only",
    "threshold_not_stated",
    "rule_in_force_unknown",
    "asserted_only",
    "duty_not_shown",
    "denominator_unknown",
)
FLAGS = (
    "two_readings",
    "later_authority_cited",
    "text_in_error",
    "undated_statement",
    "single_source",
    "definite",
    "possible",
)
CAUSES = (
    "not_supplied",
    "cannot_read",
    "encrypted",
    "cannot_parse",
    "row_rejected",
    "truncated",
    "cut_short",
    "too_small_face",
    "no_face_detected",
    "frame_undecodable",
    "frame_not_sampled",
    "out_of_period",
    "unsupported_type",
    "excluded_by_rule",
    "destroyed_before_search",
    "unit_not_asked",
    "no_reply",
    "memory_only",
)
UNITS = ("images", "files", "occasions", "records", "persons", "candidates", "faces", "hours", "days")
MEASURES = ("rows", "files", "frames", "faces", "units")
"""What coverage counts."""

BEARINGS = {
    "supersedes": "it said that no records are held, or spoke from memory, and records were found",
    "contradicts": "the records give another number or time, or show what it denies or deny what it says",
    "confirms": "the records bear it out",
}
"""What an answer or a verdict does to an earlier public statement."""


@dataclass(frozen=True)
class Coverage:
    """
    How much of what was declared was looked at.

    Args:
        measure: One of `MEASURES`.
        declared: How many there are; None where nobody can say.
        examined: How many were looked at.
        not_examined: Count by cause (`CAUSES`); None where nobody knows how many.
    """

    measure: str
    declared: int | None
    examined: int
    not_examined: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class StatementCheck:
    """
    What an answer or a verdict does to an earlier public statement.

    Args:
        topic: Question or rule, "Q01", "R12".
        bearing: One of `BEARINGS`.
        why: In a few words.
        answers: How many subjects of the question or rule it is so for.
        subjects: The first of them; empty: the case.
        statement_ref: The statement.
        document_ref: Document it stands in.
        paragraph: Paragraph of the document.
        issued: Date of the document, as written; None: undated.
        text: Its words.
        origin: Where it stands in the sources.
    """

    topic: str
    bearing: str
    why: str
    answers: int
    subjects: tuple[str, ...]
    statement_ref: str
    document_ref: str | None
    paragraph: str | None
    issued: str | None
    text: str | None
    origin: Origin


@dataclass(frozen=True)
class Answer:
    """
    One answer to one question about one subject.

    Args:
        question: "Q01".."Q70", in the order of the list of questions.
        title: The question, as a person asks it.
        paragraphs: Paragraphs of the 2019 report that it serves, "p9".
        subject: What it is about; None for the case as a whole.
        state: One of `STATES`.
        value: Number, word, or date as {text, earliest, latest, precision}; None where there is none.
        unit: One of `UNITS`; None where the value is not a count.
        evidence: Records the answer rests on; of very many, the first of each place (`toolkit.audit.origins.NAMED`).
        coverage: What was examined to give it, in the one measure that fits the question.
        caveats: Sentences a reader must not miss.
        statements: Earlier public statements that it supersedes, contradicts or confirms.
        records: How many records it rests on; where it counts several subjects, those of each, added up.
        subjects: How many subjects it counts; 1: it is about one.
        by_register: Register -> a number that only that register shows, beside the value.
    """

    question: str
    title: str
    paragraphs: tuple[str, ...]
    subject: str | None
    state: str
    value: object
    unit: str | None
    evidence: tuple[Origin, ...]
    coverage: Coverage
    caveats: tuple[str, ...]
    statements: tuple[StatementCheck, ...] = ()
    records: int = 0
    subjects: int = 1
    by_register: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """
    What the records say about one rule and one subject.

    Args:
        rule: "R1".."R36", "R8x".
        title: The rule in a sentence.
        paragraphs: Paragraphs of the 2019 report that state it.
        subject: What was judged; None for the case as a whole.
        verdict: One of `VERDICTS`.
        reasons: Why it cannot be determined (`REASONS`).
        flags: What a reader should know beside it (`FLAGS`).
        evidence: Records the verdict rests on; of very many, the first of each place.
        statements: Earlier public statements that it contradicts or confirms.
        records: How many records it rests on; where it counts several subjects, those of each, added up.
        subjects: How many subjects it counts; 1: it is about one.
    """

    rule: str
    title: str
    paragraphs: tuple[str, ...]
    subject: str | None
    verdict: str
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    evidence: tuple[Origin, ...]
    statements: tuple[StatementCheck, ...] = ()
    records: int = 0
    subjects: int = 1
