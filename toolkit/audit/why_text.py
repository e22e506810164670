"""The way from a sentence to its records, in words: labelled lines, one part after the other."""

from collections.abc import Iterator

from toolkit.audit.deciders import Reach
from toolkit.audit.in_force import InForce
from toolkit.audit.sentences import causes_text, statement_text
from toolkit.audit.why import Cited, Examined, Sealed, Why
from toolkit.shown import visible

RECORDS_SHOWN = 8
VERBATIM = "  verbatim: "


def parts(why: Why) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of an explanation: a label, and its lines."""
    about = f" {why.subject}" if why.subject else ""
    yield "says", [f"{why.name}{about}: {why.sentence}", *(f"note: {caveat}" for caveat in why.caveats)]
    yield "asked", [why.title]
    if why.rule_text:
        yield "read as", list(why.rule_text[1:])
    if why.in_force:
        yield "in force", [_in_force(text) for text in why.in_force]
    yield "because", [f"{why.outcome}: {'; '.join(why.because) or 'the records below show it'}"]
    if why.reach:
        yield "register", [_reach(why.reach)]
    yield "examined", [_examined(row) for row in why.examined] or ["nothing"]
    shown = [line for record in why.records[:RECORDS_SHOWN] for line in _record(record)]
    none = [
        f"{why.rests_on:,}, of several subjects: the table answer_evidence has those of each"
        if why.rests_on
        else "none"
    ]
    yield "records", shown or none
    if shown and why.rests_on > RECORDS_SHOWN:
        has = "all" if why.rests_on == len(why.records) else f"{len(why.records):,}, the table answer_evidence all"
        yield "", [f"... and {why.rests_on - RECORDS_SHOWN:,} more; --json has {has}"]
    if why.sealed:
        yield "sealed", [_sealed(one) for one in why.sealed]
    if why.statements:
        yield "before", [f"{check.bearing} {statement_text(check)}" for check in why.statements]
    yield "would say", [why.decider.sentence]


def _sealed(one: Sealed) -> str:
    if one.line is None:
        return f"{one.source}: not in the manifest"
    other = "" if one.same else "; the tables were read from another digest"
    return f"{one.source}: line {one.line} of custody/manifest.sha256, sha256 {one.sha256}{other}"


def _reach(reach: Reach) -> str:
    if not reach.held:
        held = "none is held that reaches into that time"
    elif reach.complete:
        held = "held, and declared complete for that time"
    else:
        held = "held, and not declared complete for all of that time and every unit"
    covers = f"; covers {', '.join(reach.covers)}" if reach.covers else ""
    unread = f"; not read: {', '.join(reach.unread)}" if reach.unread else ""
    return f"{reach.register}: {held}{covers}{unread}"


def _in_force(text: InForce) -> str:
    span = f": {text.begins or '..'} to {text.ends or '..'}" if text.begins or text.ends else ""
    cover = f", {text.cover}" if text.cover else ""
    words = f' "{visible(text.words)}"' if text.words else ""
    return f"{text.text}{span}{cover}{words}"


def _examined(row: Examined) -> str:
    said = "covers " if row.method == "record_search" else ""
    time = f"{said}{row.covers}" if row.covers else "time not stated"
    scope = ", ".join(filter(None, [row.system if row.method != "sweep" else None, row.unit, time]))
    total = f"{row.examined:,} of {row.declared:,}" if row.declared is not None else f"{row.examined:,}"
    missing = f"; not examined: {causes_text(row.not_examined)}" if row.not_examined else ""
    complete = {"yes": ", declared complete", "no": ", declared incomplete"}.get(row.complete or "", "")
    return f"{row.source} ({scope}{complete}): {total} {row.measure}{missing}"


def _record(record: Cited) -> Iterator[str]:
    """Yield a record: its place, its fields, and the row as it stands in the source."""
    kind = record.table or {"quarantined": "kept in quarantine"}.get(record.status or "", "no row of a register")
    yield f"{record.origin} ({kind})"
    if record.fields:
        yield "  " + "; ".join(f"{name}: {visible(value)}" for name, value in record.fields.items())
    if record.verbatim is not None:
        yield VERBATIM + visible(record.verbatim)
