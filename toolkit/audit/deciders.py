"""The one source that would most change an answer or a verdict, were it supplied: what to collect next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from toolkit.answers import Answer, Verdict
from toolkit.audit.queries import Query
from toolkit.problems import Origin
from toolkit.registers import REGISTERS

SILENT = ("not_searched", "no_duty", "not_found", "record_missing", "attested")
_LATER = ("Q13", "Q50", "R4", "R5", "R31")
"""Questions and rules about the time after the case's period."""
_COARSE = {"year": "2", "month": "1"}


@dataclass(frozen=True)
class Decider:
    """
    What would most change an answer.

    Args:
        register: Input table that it would feed; None: no source, but somebody's work.
        sentence: What it is, and why, as a person would say it.
    """

    register: str | None
    sentence: str


@dataclass(frozen=True)
class Reach:
    """
    How far the registers go that feed a table, in the time that is asked about.

    Args:
        register: Input table.
        held: Whether one was examined that reaches into that time.
        complete: Whether they are declared complete for all of it.
        covers: The times they cover, as declared.
        unread: Files that may have fed it and that nobody could read.
    """

    register: str
    held: bool
    complete: bool
    covers: tuple[str, ...]
    unread: tuple[str, ...]


def reach(connection: duckdb.DuckDBPyConnection, register: str, name: str) -> Reach:
    """Return how far the registers of a table go in the time that a question or rule asks about."""
    bounds = "to_latest, coalesce(as_at_latest, to_latest)" if name in _LATER else "from_earliest, to_latest"
    held, complete = connection.execute(
        f"select is_held($1, {bounds}), is_complete($1, null, {bounds}) from settings", [register]
    ).fetchall()[0]
    covers = connection.execute(
        "select distinct covers_text from registers_examined "
        "where table_name = $1 and covers_text is not null order by 1",
        [register],
    ).fetchall()
    unread = connection.execute(
        "select distinct source from register_counts where table_name = $1 and source is not null and cause in "
        "('cannot_read', 'encrypted', 'cannot_parse', 'unsupported_type') order by 1",
        [register],
    ).fetchall()
    return Reach(register, held, complete, tuple(row[0] for row in covers), tuple(row[0] for row in unread))


def decider_of_answer(
    connection: duckdb.DuckDBPyConnection, query: Query, answer: Answer, cited: Collection[str]
) -> Decider:
    """
    Return the one source that would most change an answer.

    Where records are silent: the register in which one would stand, reaching as far as the question and declared
    complete. Where they speak: the register of somebody else that would show the same.

    Args:
        connection: From `views.open_views`.
        query: The question.
        answer: The answer.
        cited: Input tables that its records stand in.
    """
    if answer.unit == "candidates":
        return Decider(None, f"Two people who look at the {answer.value} candidates, each alone, would settle it.")
    if answer.coverage.measure in ("frames", "faces") and answer.coverage.not_examined:
        cause, n = max(answer.coverage.not_examined.items(), key=lambda item: (item[1] or 0, item[0]))
        frames = f"{n:,} {answer.coverage.measure}" if n is not None else answer.coverage.measure
        return Decider(
            "footage_files", f"The {frames} that were not examined ({cause.replace('_', ' ')}) would say most."
        )
    if answer.state == "conflicting" and (coarse := _coarsest(connection, answer.evidence, cited)):
        return coarse
    if answer.state in SILENT:
        register = query.awaits or next(iter(sorted(cited)), None)
        if register is None:
            return Decider(None, "No register would settle it: somebody has to look.")
        return _of_silence(connection, query.name, register, answer.state)
    return _of_records(connection, query.name, cited or {query.register or "entries"})


def decider_of_verdict(
    connection: duckdb.DuckDBPyConnection, query: Query, verdict: Verdict, cited: Collection[str]
) -> Decider:
    """Return the one source that would most change a verdict; see `decider_of_answer`."""
    for reason in verdict.reasons:
        if reason in ("time_precision", "boundary_overlap", "missing_field"):
            if coarse := _coarsest(connection, verdict.evidence, cited):
                return coarse
            blank = f" ({verdict.evidence[0]})" if verdict.evidence else ""
            return Decider(
                query.register, f"The record{blank} with the field filled in that decides it would settle it."
            )
        if said := _PLAIN.get(reason):
            return Decider(*said)
    if verdict.verdict == "cannot_determine":
        return _of_silence(connection, query.name, _needed(connection, query), "not_searched")
    return _of_records(connection, query.name, cited or {query.register or "entries"})


_PLAIN: dict[str, tuple[str | None, str]] = {
    "rule_text_not_held": ("clauses", "The signed text of the agreement, with its clauses, would settle it."),
    "rule_ambiguous": ("documents", "A document of the time that says which reading was meant would settle it."),
    "rule_conflict": (
        "documents",
        "A document of the time that says which of the two rules goes before would settle it.",
    ),
    "link_unsure": (None, "A person who reads both records and rules in hand/links.csv would settle it."),
    "threshold_not_stated": (None, "A number of days in [rules] of case.toml would settle it; the rule names none."),
    "duty_not_shown": ("clauses", "An agreement or procedure that says who had to record it would settle it."),
    "memory_only": ("attestations", "A search of records by the units that answered from memory would say most."),
    "denominator_unknown": ("units", "A list of all units that exist, declared complete, would say most."),
    "rule_in_force_unknown": ("documents", "A document that says from when the rule was in force would settle it."),
    "records_disagree": (
        None,
        "A third record of the same event, or the person who made one of the two, would settle which is right.",
    ),
    "identity_unresolved": (
        "custody_records",
        "The custody record that names the image and the person would settle it.",
    ),
    "record_destroyed": (None, "Nothing would: the record was destroyed."),
}


def _needed(connection: duckdb.DuckDBPyConnection, query: Query) -> str:
    """Return the register that is not complete of those that a rule needs, by its header, else that of its subjects."""
    for register in query.needs:
        if not reach(connection, register, query.name).complete:
            return register
    if query.register and query.register in REGISTERS and not query.needs:
        return next(
            (
                name
                for name in REGISTERS[query.register].corroborated_by
                if not reach(connection, name, query.name).held
            ),
            query.register,
        )
    return query.register or "entries"


def _span(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    select = "to_text, coalesce(as_at_text, '..')" if name in _LATER else "from_text, to_text"
    return "/".join(connection.sql(f"select {select} from settings").fetchall()[0])


def _of_silence(connection: duckdb.DuckDBPyConnection, name: str, register: str, state: str) -> Decider:
    """Return what would end the silence of a register."""
    found, words, span = reach(connection, register, name), _asked_for(register), _span(connection, name)
    if found.unread:
        return Decider(
            register, f"{found.unread[0]}, in a form that can be read, would say most: it may hold what is looked for."
        )
    if not found.held:
        reaches = f"those held cover {', '.join(found.covers)}" if found.covers else "none was supplied"
        return Decider(register, f"{words} for {span}, declared complete, would settle it: {reaches}.")
    if not found.complete:
        reaches = f"; those held cover {', '.join(found.covers)}" if found.covers else ""
        return Decider(
            register, f"{words} for {span}, declared complete, would settle it: what is held is not{reaches}."
        )
    if state in ("not_found", "no_duty"):
        text = "A text that says whether it had to be recorded would say most: the register is complete and silent."
        return Decider("clauses", text)
    return _of_records(connection, name, {register})


def _of_records(connection: duckdb.DuckDBPyConnection, name: str, cited: Collection[str]) -> Decider:
    """Return the register of somebody else that would show the same, and is lacking or not complete."""
    span = _span(connection, name)
    speak = [REGISTERS[one] for one in sorted(cited) if one in REGISTERS]
    others = list(dict.fromkeys(other for one in speak for other in one.corroborated_by if other not in cited))
    reaches = [reach(connection, other, name) for other in others]
    for found in reaches:
        if not found.held:
            text = f"{_asked_for(found.register)} for {span} would test it most: none is held for that time."
            return Decider(found.register, text)
    for found in reaches:
        if not found.complete:
            words = _asked_for(found.register)
            text = f"{words} for {span}, declared complete, would test it most: what is held is not."
            return Decider(found.register, text)
    if others:
        words = " and ".join(REGISTERS[other].asked_for for other in others)
        return Decider(None, f"Nothing that is known of: {words} are held and complete.")
    return Decider(None, "Nothing that is known of: no other register would show the same.")


def _coarsest(
    connection: duckdb.DuckDBPyConnection, evidence: Sequence[Origin], cited: Collection[str]
) -> Decider | None:
    """Return the cited record whose date is known least well, if one is not known to the day."""
    found: list[tuple[str, str, str, str, str]] = []
    for name in sorted(REGISTERS.keys() & set(cited)):
        times = [time for time, column in REGISTERS[name].columns.items() if column.holds == "when"]
        for time in times:
            rows = connection.execute(
                f'select source, locator, {time}_text, {time}_precision from "{name}" '
                f"where {time}_precision in ('year', 'month') and list_contains($1, source || ' ' || locator)",
                [[str(origin) for origin in evidence]],
            ).fetchall()
            found += [(_COARSE[row[3]], time, row[0], row[1], row[2]) for row in rows]
    if not found:
        return None
    _, time, source, locator, text = min(found, key=lambda row: (-int(row[0]), *row[1:]))
    said = f"A record that gives the day would settle it: {source} {locator} says '{text}' ({time.replace('_', ' ')})."
    return Decider(None, said)


def _asked_for(register: str) -> str:
    """Return how one asks for a register, as a sentence begins."""
    words = REGISTERS[register].asked_for
    return words[:1].upper() + words[1:]
