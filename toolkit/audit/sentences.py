"""
Answers and verdicts as sentences, by the table of states: a state is said in one way only.

`not_found` is never said as "no", and a candidate of a sweep is never called a match.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from toolkit.answers import REASONS, Answer, Coverage, StatementCheck, Verdict

HEADLINES = {
    ("Q02", "images"): "Images shared",
    ("Q02", "files"): "Distinct files",
    ("Q02", "occasions"): "Occasions",
    ("Q02", "records"): "Intelligence entries",
    ("Q02", "persons"): "Persons",
    ("Q10", "first"): "First disclosure",
    ("Q10", "last"): "Last disclosure",
    ("Q40", None): "Matched, by the recipient's records",
    ("Q42", None): "Found by the sweep",
    ("Q49", None): "Came back, in the period",
    ("Q50", None): "Came back, later",
    ("Q59", "BCUs"): "BCUs that were asked",
    ("Q59", "OCUs"): "OCUs that were asked",
}
"""Question and subject of each line of the headline table; None: the case, or all its subjects taken together."""

REASON_TEXTS = {
    "missing_field": "a field that decides it is blank",
    "time_precision": "the dates are too coarse to tell",
    "boundary_overlap": "the event straddles a boundary",
    "rule_text_not_held": "the text of the rule is not held",
    "rule_ambiguous": "the rule can be read in two ways",
    "rule_conflict": "two rules contradict each other",
    "single_source": "there is only one source",
    "records_disagree": "one record shows it one way and another shows it otherwise",
    "identity_unresolved": "it is not settled who or what it was",
    "link_unsure": "it is not sure which record belongs to it",
    "out_of_coverage": "no register declared complete reaches it",
    "record_destroyed": "the record was destroyed",
    "memory_only": "some of it rests on memory alone",
    "threshold_not_stated": "the rule names no number",
    "rule_in_force_unknown": "it is not known from when the rule was in force",
    "asserted_only": "only a published statement says so",
    "duty_not_shown": "no duty to record it is shown",
    "denominator_unknown": "how many there are in all is not known",
}

REGISTERS = {
    "transfers": "the media register",
    "receipts": "the recipient's receipts",
    "enrolments": "the recipient's watchlist",
    "recorded_matches": "the alert log",
}
"""Register -> how it is named beside a value that the intelligence system does not show."""


def answer_sentence(answer: Answer) -> str:
    """
    Return an answer as one sentence, without its subject, which stands beside it.

    >>> answer_sentence(Answer("Q42", "", (), "KX-07", "not_found", None, None, (), Coverage("frames", 360, 360), ()))
    'No record found in the footage swept; 360 of 360 frames examined.'
    >>> found = Answer("Q42", "", (), "KX-01", "established", 4, "candidates", (), Coverage("frames", 9, 9), ())
    >>> answer_sentence(found)
    '4 candidates.'
    """
    said = _STATES[answer.state](answer)
    beside = registers_text(answer.by_register)
    if beside and beside not in said:
        said = f"{said.removesuffix('.')}; {beside}."
    return said[:1].upper() + said[1:]


def verdict_sentence(verdict: Verdict) -> str:
    """
    Return a verdict as one sentence, without its subject, which stands beside it.

    >>> verdict_sentence(Verdict("R13", "", (), "E-5", "cannot_determine", ("time_precision",), (), ()))
    'Cannot be determined: the dates are too coarse to tell.'
    """
    words = {
        "conforms": "the records show that the rule was kept",
        "breach": "the records show that the rule was not kept",
        "cannot_determine": "cannot be determined",
        "not_applicable": "the rule does not reach this",
    }
    said = words[verdict.verdict]
    if verdict.reasons:
        said += ": " + "; ".join(REASON_TEXTS[reason] for reason in REASONS if reason in verdict.reasons)
    if "two_readings" in verdict.flags:
        said += "; by one reading of the rule it conforms, by the other it does not"
    if "text_in_error" in verdict.flags:
        said += "; the text is acknowledged to be an error"
    return said[:1].upper() + said[1:] + "."


def statement_text(check: StatementCheck) -> str:
    """
    Return an earlier statement, where it stands, and why an answer bears on it, without what it does to it.

    >>> from toolkit.problems import Origin
    >>> origin = Origin("raw/statements/report.csv", "line 9")
    >>> where = ("ST-9", "DOC-REPORT", "9", None, "7 images were shared.", origin)
    >>> statement_text(StatementCheck("Q01", "contradicts", "the records give another number: 8", 1, (), *where))
    'ST-9 (DOC-REPORT, paragraph 9, undated) "7 images were shared.": the records give another number: 8'
    """
    where = [check.document_ref or "document not stated", f"paragraph {check.paragraph}" if check.paragraph else ""]
    place = ", ".join(filter(None, [*where, check.issued or "undated"]))
    named = f" ({', '.join(check.subjects)})" if check.subjects and check.bearing != "confirms" else ""
    return f'{check.statement_ref} ({place}) "{check.text or ""}": {check.why}{named}'


def value_text(answer: Answer) -> str:
    """
    Return the value in a few words, or the state's name where there is none.

    >>> value_text(Answer("Q01", "", (), None, "established", 7, "images", (), Coverage("rows", 9, 9), ()))
    '7 images'
    """
    text = answer.state.replace("_", " ") if answer.value is None else _value(answer.value, answer.unit)
    return "; ".join(filter(None, [text, registers_text(answer.by_register)]))


def registers_text(by_register: Mapping[str, int]) -> str:
    """
    Return what only other registers show, in words; "" where that is nothing.

    >>> registers_text({"transfers": 2, "receipts": 0, "recorded_matches": 1})
    'only the alert log: 1; only the media register: 2'
    """
    named = {REGISTERS.get(name, name.replace("_", " ")): n for name, n in sorted(by_register.items()) if n}
    return "; ".join(f"only {name}: {n:,}" for name, n in named.items())


def causes_text(not_examined: Mapping[str, int | None]) -> str:
    """
    Return why something was not examined, and how much of it; None: nobody knows how much.

    >>> causes_text({"row_rejected": 2, "cannot_parse": None})
    'cannot parse (how many is not known), 2 row rejected'
    """
    words = {cause: cause.replace("_", " ") for cause in sorted(not_examined)}
    numbers = {cause: not_examined[cause] for cause in words}
    return ", ".join(
        f"{word} (how many is not known)" if numbers[cause] is None else f"{numbers[cause]:,} {word}"
        for cause, word in words.items()
    )


def count_text(n: int | None, measure: str) -> str:
    """
    Return a number and what it counts.

    >>> [count_text(n, "rows") for n in (1, 1200, None)]
    ['1 row', '1,200 rows', 'rows, how many is not known']
    """
    if n is None:
        return f"{measure}, how many is not known"
    return f"{n:,} {measure[:-1] if n == 1 else measure}"


def headlines(answers: Iterable[Answer]) -> list[tuple[str, Answer]]:
    """
    Return the few answers a reviewer wants first, each with its label, in a fixed order.

    A line about every subject of a question is one answer: the first that is established, else the first; its caveats
    then say how many subjects share each state.
    """
    asked: dict[str, list[Answer]] = {}
    for answer in answers:
        asked.setdefault(answer.question, []).append(answer)
    lines = []
    for (question, subject), label in HEADLINES.items():
        group = asked.get(question, [])
        if subject is not None:
            group = [answer for answer in group if answer.subject == subject]
        if group:
            lines.append((label, group[0] if len(group) == 1 else _together(group)))
    return lines


def _together(group: list[Answer]) -> Answer:
    """Return one answer for many subjects: a state that all share, else how many subjects are in each state."""
    first = group[0]
    counts = Counter[str]()
    for answer in group:
        counts[answer.state] += answer.subjects
    value: object = None
    if any(answer.unit == "candidates" for answer in group):
        number = sum(answer.value * answer.subjects for answer in group if isinstance(answer.value, int))
        value = f"candidates for {counts['established']} of {counts.total()} images: {number}, not reviewed"
    elif len(counts) > 1:
        value = {name.replace("_", " "): n for name, n in counts.items()}
    return replace(
        first,
        subject=None,
        state="established" if "established" in counts else first.state,
        value=value,
        unit=None,
        evidence=tuple(sorted({origin for answer in group for origin in answer.evidence})),
        records=sum(answer.records for answer in group),
        subjects=sum(answer.subjects for answer in group),
        by_register=_added(answer.by_register for answer in group),
        caveats=tuple(sorted({caveat for answer in group for caveat in answer.caveats})),
    )


def _added(maps: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = Counter[str]()
    for by_register in maps:
        total.update(by_register)
    return dict(total)


def _value(value: object, unit: str | None = None) -> str:
    """Return a value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and unit:
        return f"{value:,} {unit[:-1] if value == 1 else unit}"
    if isinstance(value, Mapping):
        return _fields(value)
    if isinstance(value, list):
        return "; ".join(_value(one, unit) for one in value)
    return str(value).replace("_", " ") if isinstance(value, str) and value.islower() else str(value)


def _fields(value: Mapping[str, object]) -> str:
    """Return a date, an act, or other named values in words; what is blank is left out."""
    if {"text", "earliest", "latest"} <= value.keys():
        return str(value["text"]) if value["text"] is not None else "date not recorded"
    if "act" in value:
        return _act(value)
    known = {str(name).replace("_", " "): part for name, part in value.items() if part not in (None, "", [])}
    return "; ".join(f"{name}: {_value(part)}" for name, part in known.items())


def _act(act: Mapping[str, object]) -> str:
    """
    Return what was done to an image in words.

    >>> _act({"act": "deletion", "when": None, "post": "P-1", "witness": "none", "method": "wiped"})
    'deletion, date not recorded, by P-1, witnessed by nobody, as the record says (wiped)'
    """
    when = act.get("when")
    parts = [
        str(act["act"]),
        "date not recorded" if when is None else _value(when),
        f"by {act['post']}" if act.get("post") else "by whom is not recorded",
        _watched(act.get("witness")),
    ]
    return ", ".join(parts) + (f" ({act['method']})" if act.get("method") else "")


def _watched(witness: object) -> str:
    if witness is None:
        return "witness not recorded"
    return "witnessed by nobody, as the record says" if witness == "none" else f"witnessed by {witness}"


def _examined(coverage: Coverage) -> str:
    """Return 'n of m rows examined' and the causes of the rest."""
    total = f"{coverage.examined:,}" + (f" of {coverage.declared:,}" if coverage.declared is not None else "")
    text = f"{total} {coverage.measure} examined"
    if coverage.declared is None:
        text += ", of a number nobody has stated"
    return text + (f"; not examined: {causes_text(coverage.not_examined)}" if coverage.not_examined else "")


def _scope(answer: Answer) -> str:
    return "the footage swept" if answer.question == "Q42" else "the registers supplied"


def _said(answer: Answer) -> str:
    return value_text(answer) + "."


def _said_not(answer: Answer) -> str:
    record = str(answer.evidence[0]) if answer.evidence else "on file"
    return f"record {record} states that it did not."


def _not_found(answer: Answer) -> str:
    return f"no record found in {_scope(answer)}; {_examined(answer.coverage)}."


def _record_missing(answer: Answer) -> str:
    return f"a record should exist in {_scope(answer)} and does not; {_examined(answer.coverage)}."


def _no_duty(answer: Answer) -> str:  # noqa: ARG001 - every state is said by a function of the answer
    return "nobody was required to record this; absence tells nothing."


def _destroyed(answer: Answer) -> str:
    acts = answer.value if isinstance(answer.value, list) else []
    last = acts[-1] if acts else {}
    when = _value(last["when"]) if isinstance(last.get("when"), Mapping) else "a date not recorded"
    return f"destroyed on {when}, {_watched(last.get('witness'))}."


def _attested(answer: Answer) -> str:
    memory = any("memory" in caveat for caveat in answer.caveats)
    origin = "from memory" if memory else "in a published statement"
    return f"stated {origin}, not checked against a record: {value_text(answer)}."


def _conflicting(answer: Answer) -> str:
    reasons = "; ".join(answer.caveats)
    return f"the records disagree or cannot be ordered: {value_text(answer)}" + (f" ({reasons})." if reasons else ".")


def _not_searched(answer: Answer) -> str:
    causes = causes_text(answer.coverage.not_examined) or "; ".join(answer.caveats) or "no register was supplied"
    return f"not searched: {causes}."


_STATES = {
    "established": _said,
    "established_not": _said_not,
    "not_found": _not_found,
    "record_missing": _record_missing,
    "no_duty": _no_duty,
    "destroyed": _destroyed,
    "attested": _attested,
    "conflicting": _conflicting,
    "not_searched": _not_searched,
}
