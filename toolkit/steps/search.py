"""`toolkit search`: words in narratives and documents; every query that is run is on record."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from toolkit.case import Case
from toolkit.custody import write
from toolkit.custody.digest import digest_of, file_digest
from toolkit.custody.log import Log
from toolkit.errors import UsageError
from toolkit.readers.fulltext import TEXTS, BadQuery, Index, Passage, open_index
from toolkit.readers.judged import PROPOSALS_FILE, Judgement, read_judgements
from toolkit.readers.packs import Pack, packs
from toolkit.readers.querying import NotUnderstood, expression, spellings
from toolkit.steps.consulted import consulted
from toolkit.steps.job import Job, job, write_frame
from toolkit.tables import table

RECORDING = {"entries.narrative", "passages.text", "records.verbatim"}
"""Where a disclosure may be recorded; agreements and statements speak of disclosures, and record none."""
_INDEX = "cache/text.sqlite"
NOT_SEARCHED = ("cannot_read", "encrypted", "unsupported_type")
_SEARCHES, _PROPOSALS = (table(name).schema() for name in ("searches", "proposals"))


@dataclass(frozen=True)
class Asked:
    """
    A query, and what it found.

    Args:
        number: Its number in the case's `searches`.
        query: As it was written.
        expression: As it was put to the index.
        pack: The pack it belongs to; None: none.
        found: The passages, the best first.
    """

    number: int
    query: str
    expression: str
    pack: str | None
    found: tuple[Passage, ...]


@dataclass(frozen=True)
class Searched:
    """
    What a search did.

    Args:
        asked: Each query.
        passages: How many passages of each field were searched.
        not_searched: How many files could not be, by cause.
        proposals: Of the case, by state.
    """

    asked: tuple[Asked, ...]
    passages: dict[str, int]
    not_searched: dict[str, int]
    proposals: dict[str, int]


def search(case: Case, query: str | None = None, *, pack: str | None = None) -> Searched:
    """
    Look for words in narratives, clauses, statements, documents and rows in quarantine; record that it was done.

    What a pack finds that no field of a register records is a proposal, until a person accepts or rejects it in
    `hand/proposals.csv`. It is never a fact by itself.

    Args:
        case: The case; ingested.
        query: Words; see `toolkit.readers.querying`.
        pack: Name of a pack, or "all"; where there is a query, none.

    Raises:
        UsageError: If the case was never ingested, or the query or `hand/proposals.csv` cannot be understood.
        CaseLocked: If another process is working on the case.
    """
    chosen = _chosen(query, pack)
    judged = _judgements(case.root / PROPOSALS_FILE)
    earlier = _earlier(case, "searches", _SEARCHES)
    with job(case, "search", {"number": earlier.height, "asked": [list(each) for each in chosen]}) as work:
        shards = _shards(case, work.log)
        texts = digest_of({name: sha256 for name, (_, sha256) in shards.items()})
        not_searched = _not_searched(case)
        _drop_unless_ours(work)
        with open_index(case.root / _INDEX, shards, case.checked) as index:
            size = index.size()
            asked = tuple(_ask(index, chosen, earlier.height))
        at = dt.datetime.now(dt.UTC)
        rows = [
            (one.number, at, one.pack, one.query, one.expression, sum(size.values()), len(one.found),
             sum(not_searched.values()), texts)
            for one in asked
        ]  # fmt: skip
        proposed = _judged(_proposed(case, asked), judged)
        searches = pl.concat([earlier, pl.DataFrame(rows, schema=_SEARCHES, orient="row")])
        _replace(work, {"searches": searches, "proposals": proposed})
    return Searched(asked, size, not_searched, dict(proposed.group_by("state").len().sort("state").iter_rows()))


def _drop_unless_ours(work: Job) -> None:
    """Remove the index if it is not what the search before left: it is made again from the tables."""
    path, left = work.case.root / _INDEX, work.log.last(event="unit", step="search")
    if path.exists() and (left is None or file_digest(path) != left["found"]["index"]):
        write.remove(path)


def _replace(work: Job, tables: dict[str, pl.DataFrame]) -> None:
    """Write the tables, which hold what earlier searches left: first beside, so that the log knows what is coming."""
    case, coming = work.case, {}
    for name, frame in tables.items():
        digest = write_frame(case.root / "cache" / "search" / f"{name}.parquet", name, "search", frame)
        coming[case.relative(case.folder("search") / f"{name}.parquet")] = digest
    work.unit("tables", work.inputs, {}, {"coming": coming, "index": file_digest(case.root / _INDEX)})
    for name, frame in tables.items():
        work.write(name, frame)
        write.remove(case.root / "cache" / "search" / f"{name}.parquet")


def _chosen(query: str | None, pack: str | None) -> list[tuple[str | None, str]]:
    """Return pack and text of each query."""
    known = packs()
    if (query is None) == (pack is None):
        raise UsageError(f"expected a query, or --pack and one of all, {', '.join(known)}")
    if query is not None:
        return [(None, query)]
    if pack not in {"all", *known}:
        raise UsageError(f"--pack: expected one of all, {', '.join(known)}, found {pack!r}")
    wanted: Iterable[Pack] = known.values() if pack == "all" else [known[str(pack)]]
    return [(each.name, one.query) for each in wanted for one in each.queries]


def _ask(index: Index, chosen: list[tuple[str | None, str]], before: int) -> Iterable[Asked]:
    """Yield the answer to each query."""
    words = cache(index.words)
    for number, (pack, query) in enumerate(chosen, before + 1):
        try:
            wanted = expression(query, lambda word: spellings(word, words()))
            yield Asked(number, query, wanted, pack, tuple(index.find(wanted)))
        except (NotUnderstood, BadQuery) as error:
            raise UsageError(f"query {query!r}: {error}") from error


def proposals(case: Case) -> pl.DataFrame:
    """
    Return the passages that packs proposed, each as it is judged now in `hand/proposals.csv`; that goes on record.

    Raises:
        UsageError: If `hand/proposals.csv` cannot be understood.
    """
    found = _judged(_earlier(case, "proposals", _PROPOSALS), _judgements(case.root / PROPOSALS_FILE))
    consulted(case, "search --proposals")
    return found


def _shards(case: Case, log: Log) -> dict[str, tuple[Path, str]]:
    """Return what is searched: the shards of the last ingest, with their digests."""
    outcome = log.last(event="outcome", step="ingest")
    if outcome is None:
        raise UsageError("nothing to search yet: run 'toolkit ingest CASE' first")
    return {
        name: (case.root / name, sha256)
        for name, sha256 in sorted(outcome["outputs"].items())
        if Path(name).parent.name in TEXTS
    }


def _not_searched(case: Case) -> dict[str, int]:
    """Return how many files hold text, for all we know, that was not searched, by cause."""
    covered = case.table("coverage", "ingest").filter(
        pl.col("cause").is_in(NOT_SEARCHED), pl.col("source").is_not_null()
    )
    counted = covered.group_by("cause").agg(pl.col("source").n_unique()).sort("cause")
    return {str(cause): int(count) for cause, count in counted.iter_rows()}


def _judgements(path: Path) -> dict[tuple[str, str], Judgement]:
    return read_judgements(path.read_bytes()) if path.exists() else {}


def _earlier(case: Case, name: str, schema: pl.Schema) -> pl.DataFrame:
    """Return what earlier searches left in a table."""
    path = case.folder("search") / f"{name}.parquet"
    return pl.read_parquet(case.checked(path)) if path.exists() else schema.to_frame()


def _proposed(case: Case, asked: Iterable[Asked]) -> pl.DataFrame:
    """Return the proposals of earlier packs, and of those that were asked now; each passage of a pack once."""
    proposing = {pack.name for pack in packs().values() if pack.proposes}
    earlier = _earlier(case, "proposals", _PROPOSALS)
    again = {one.pack for one in asked}
    rows: dict[tuple[str, str, str, str], tuple[Passage, list[str]]] = {}
    for one in asked:
        for passage in one.found if one.pack in proposing else ():
            if passage.field not in RECORDING:
                continue
            key = (str(one.pack), passage.source, passage.locator, passage.field)
            rows.setdefault(key, (passage, []))[1].append(one.query)
    recorded = _recorded(case)
    new = [
        (
            found.source,
            found.locator,
            found.field,
            found.ref,
            pack,
            queries,
            found.snippet,
            "proposed",
            None,
            None,
            None,
        )
        for (pack, *_), (found, queries) in rows.items()
        if (found.source, found.locator) not in recorded
    ]
    kept = earlier.filter(~pl.col("pack").is_in([pack for pack in again if pack]))
    return pl.concat([kept, pl.DataFrame(new, schema=_PROPOSALS, orient="row")])


def _recorded(case: Case) -> set[tuple[str, str]]:
    """Return the places of the entries whose own fields say that they are disclosures."""
    says_so = (pl.col("use") == "facial_recognition") & (pl.col("direction") == "out")
    return set(case.table("entries").filter(says_so).select("source", "locator").rows())


def _judged(proposed: pl.DataFrame, judged: dict[tuple[str, str], Judgement]) -> pl.DataFrame:
    """Return proposals as people judged them."""
    found = [judged.get(place) for place in proposed.select("source", "locator").iter_rows()]
    states = ["proposed" if each is None else "accepted" if each.accepted else "rejected" for each in found]
    return proposed.with_columns(
        pl.Series("state", states, pl.String),
        *(
            pl.Series(f"judged_{name}", [getattr(each, column) if each else None for each in found], pl.String)
            for name, column in (("by", "who"), ("when", "when"), ("why", "why"))
        ),
    ).sort("pack", "source", pl.col("locator").str.extract("([0-9]+)$").cast(pl.Int64), "locator", "field")
