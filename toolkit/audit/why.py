"""
From a sentence back to the records: why an answer has its state, or a rule its verdict.

Sentence, state and the rule that gives it, what was examined, each record with its fields as they were written, the
digest under which its source is sealed, and the one source that would most change it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from toolkit.answers import Answer, StatementCheck, Verdict
from toolkit.audit.deciders import Decider, Reach, decider_of_answer, decider_of_verdict, reach
from toolkit.audit.examined import examined_of
from toolkit.audit.in_force import InForce, in_force
from toolkit.audit.queries import Query, queries, tables_read
from toolkit.audit.sentences import REASON_TEXTS, answer_sentence, verdict_sentence
from toolkit.problems import Origin
from toolkit.tables import TABLES, table

STATE_RULES = {
    "conflicting": "the records disagree, or their dates cannot be ordered",
    "established": "a contemporaneous record says so",
    "established_not": "a contemporaneous record says that it did not happen",
    "destroyed": "a disposal record or tombstone covers it",
    "attested": "only a statement or memory speaks about the fact itself",
    "record_missing": "a register declared complete for the scope was examined and is silent; a duty is shown",
    "not_found": "where a record would stand was examined and is silent, for the part that was examined",
    "no_duty": "no duty is shown, and no register that would carry it",
    "not_searched": "nothing was examined that could tell",
}
"""The rules of the vocabulary, in the order in which they are tried: the first that applies gives the state."""

VIEWS = ("agreement_cover", "validity")
"""Shared views, beside those of the macros, that `why_verdict` reads; `why_answer` reads none."""
INPUTS = {known.name for known in TABLES if known.step == "ingest" and known.kind}


@dataclass(frozen=True)
class Cited:
    """
    A record that an answer rests on.

    Args:
        origin: Source and place.
        table: Table that the row feeds; None: none (a row in quarantine, a frame, a file as a whole).
        status: accepted, quarantined; None: it is no row of a register.
        fields: Column -> what stands in it, verbatim; what is blank is left out.
        verbatim: The row as it stands in the source.
    """

    origin: Origin
    table: str | None
    status: str | None
    fields: dict[str, str]
    verbatim: str | None


@dataclass(frozen=True)
class Sealed:
    """
    The inclusion of a source in the manifest.

    Args:
        source: Source, as it is cited.
        path: File of the manifest that is, or contains, it; None: it is not in the manifest.
        line: Line of `custody/manifest.sha256`, from 1.
        sha256: Digest that stands there.
        same: Whether the tables were read from a file of that digest.
    """

    source: str
    path: str | None
    line: int | None
    sha256: str | None
    same: bool


@dataclass(frozen=True)
class Examined:
    """A source and how much of it was examined; a number is None where nobody can say."""

    source: str
    system: str | None
    unit: str | None
    covers: str | None
    complete: str | None
    method: str
    measure: str
    declared: int | None
    examined: int
    not_examined: dict[str, int | None]


@dataclass(frozen=True)
class Why:
    """
    Why one answer, or one verdict, is what it is.

    Args:
        name: Question or rule.
        title: Its words.
        subject: What it is about; None: the case.
        outcome: State or verdict.
        sentence: How it is said.
        because: Which rule of the vocabulary gives the state; what the reasons of a verdict mean.
        reach: How far the register goes in which a record would stand.
        rule_text: Of a rule, how it is read: the header of its file.
        in_force: Of a rule, the texts that state it, and when each held.
        examined: What was examined, and what was not.
        records: What it rests on; of very many records, those that the answer names.
        rests_on: How many records it rests on.
        sealed: The sources of these records, in the manifest.
        decider: What would most change it.
        statements: Earlier public statements that it bears on.
        caveats: What a reader must not miss.
    """

    name: str
    title: str
    subject: str | None
    outcome: str
    sentence: str
    because: tuple[str, ...]
    reach: Reach | None
    rule_text: tuple[str, ...]
    in_force: tuple[InForce, ...]
    examined: tuple[Examined, ...]
    records: tuple[Cited, ...]
    rests_on: int
    sealed: tuple[Sealed, ...]
    decider: Decider
    statements: tuple[StatementCheck, ...]
    caveats: tuple[str, ...]


Manifest = Mapping[str, tuple[int, str]]
"""Path of a sealed file -> its line in the manifest, and its digest."""


def why_answer(connection: duckdb.DuckDBPyConnection, answer: Answer, manifest: Manifest) -> Why:
    """
    Return the way from an answer to its records.

    Args:
        connection: From `views.open_views`.
        answer: The answer.
        manifest: What was sealed.
    """
    query = queries("questions")[answer.question]
    records = tuple(cited_records(connection, answer.evidence))
    cited = {record.table for record in records if record.table}
    order = list(STATE_RULES)
    place = order.index(answer.state)
    before = f"; the {place} before it do not apply" if place > 1 else "; the first does not apply" if place else ""
    because = f"rule {place + 1} of {len(order)} of the vocabulary: {STATE_RULES[answer.state]}{before}"
    return Why(
        answer.question,
        answer.title,
        answer.subject,
        answer.state,
        answer_sentence(answer),
        (because,),
        reach(connection, query.awaits, query.name) if query.awaits in INPUTS else None,
        (),
        (),
        tuple(_examined(connection, query, cited)),
        records,
        answer.records,
        tuple(sealing(connection, records, manifest)),
        decider_of_answer(connection, query, answer, cited),
        answer.statements,
        answer.caveats,
    )


def why_verdict(connection: duckdb.DuckDBPyConnection, verdict: Verdict, manifest: Manifest) -> Why:
    """Return the way from a verdict to the text of its rule and its records; see `why_answer`."""
    query = queries("rules")[verdict.rule]
    records = tuple(cited_records(connection, verdict.evidence))
    cited = {record.table for record in records if record.table}
    because = [f"{reason}: {REASON_TEXTS[reason]}" for reason in verdict.reasons]
    because += [f"flag {flag}" for flag in verdict.flags]
    header = [line[3:].rstrip() for line in query.text.splitlines() if line.startswith("--")]
    return Why(
        verdict.rule,
        verdict.title,
        verdict.subject,
        verdict.verdict,
        verdict_sentence(verdict),
        tuple(because),
        None,
        tuple(header),
        tuple(in_force(connection, verdict.rule, verdict.subject)),
        tuple(_examined(connection, query, cited)),
        records,
        verdict.records,
        tuple(sealing(connection, records, manifest)),
        decider_of_verdict(connection, query, verdict, cited),
        verdict.statements,
        (),
    )


def cited_records(connection: duckdb.DuckDBPyConnection, evidence: Sequence[Origin]) -> Iterator[Cited]:
    """Yield the records at some places, in order, with their fields as they were written."""
    places = pl.DataFrame(
        [(origin.source, origin.locator) for origin in evidence],
        schema={"source": pl.String, "locator": pl.String},
        orient="row",
    )
    connection.execute("drop table if exists cited_places")
    connection.from_arrow(places.to_arrow()).create("cited_places")
    rows = connection.sql(
        "select records.source, records.locator, records.status, records.verbatim "
        "from records inner join cited_places using (source, locator)"
    ).fetchall()
    verbatim = {(source, locator): (status, text) for source, locator, status, text in rows}
    feeds = connection.sql(
        'select distinct "table" from sources inner join cited_places using (source) '
        'where "table" is not null order by 1'
    ).fetchall()
    fields = {place: (name, found) for (name,) in feeds if name in INPUTS for place, found in _fields(connection, name)}
    for origin in sorted(set(evidence)):
        place = (origin.source, origin.locator)
        name, found = fields.get(place, (None, {}))
        status, text = verbatim.get(place, (None, None))
        yield Cited(origin, name, status, found, text)


def _fields(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[tuple[tuple[str, str], dict[str, str]]]:
    """Yield the cited rows of an input table: place -> column -> verbatim text."""
    wanted = table(name, "ingest")
    stored = wanted.schema()
    texts = {
        column.name: text
        for column in wanted.columns
        if isinstance(column.holds, str)
        for text in (f"{column.name}_text" if f"{column.name}_text" in stored else column.name,)
    }
    columns = ", ".join(f'"{text}"' for text in texts.values())
    found = connection.sql(
        f'select source, locator, {columns} from "{name}" inner join cited_places using (source, locator)'
    )
    for source, locator, *values in found.fetchall():
        cells = zip(texts, values, strict=True)
        yield (source, locator), {column: str(value) for column, value in cells if value is not None}


def sealing(connection: duckdb.DuckDBPyConnection, records: Sequence[Cited], manifest: Manifest) -> Iterator[Sealed]:
    """Yield the sources of some records, each with its line of the manifest."""
    known = {row[0]: row[1:] for row in connection.sql("select source, part_of, sha256 from sources").fetchall()}
    for source in sorted({record.origin.source for record in records}):
        path, digest = source, known.get(source, (None, None))[1]
        while path not in manifest and (part_of := known.get(path, (None, None))[0]):
            path, digest = part_of, known.get(part_of, (None, None))[1]
        line, sha256 = manifest.get(path, (None, None))
        yield Sealed(source, path if line else None, line, sha256, sha256 is not None and sha256 == digest)


def _examined(connection: duckdb.DuckDBPyConnection, query: Query, cited: Collection[str]) -> Iterator[Examined]:
    """Yield what was examined of the registers that a question or rule waits for or rests on."""
    read = tables_read(query, queries("sql"))
    wanted = ({query.register, query.awaits} | set(cited)) & INPUTS or read & INPUTS
    archive = bool(read & {"candidates", "probes"}) or "archive_searched" in query.reads
    for row in examined_of(connection, sorted(filter(None, wanted)), archive=archive).iter_rows(named=True):
        yield Examined(
            row["place"],
            row["system"],
            row["unit_ref"],
            row["covers_text"],
            row["complete"],
            row["method"],
            row["measure"],
            row["declared"],
            row["examined"],
            {found["cause"]: found["n"] for found in row["not_examined"]},
        )
