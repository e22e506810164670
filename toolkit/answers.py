"""Answers and verdicts, and the closed lists of words they may use. Adding a word is a design decision."""

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
        evidence: Records the answer rests on.
        coverage: What was examined to give it, in the one measure that fits the question.
        caveats: Sentences a reader must not miss.
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
        evidence: Records the verdict rests on.
    """

    rule: str
    title: str
    paragraphs: tuple[str, ...]
    subject: str | None
    verdict: str
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    evidence: tuple[Origin, ...]
