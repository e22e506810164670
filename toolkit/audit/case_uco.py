"""
A case as CASE/UCO 1.4 JSON-LD (caseontology.org): sources, what was done to them, and candidates as hypotheses.

A source is an `observable:File` with its SHA-256 and an `investigation:ProvenanceRecord`; each step of the log is an
`investigation:InvestigativeAction` whose results are what it wrote; a candidate is an `analysis:AnalyticResult` whose
statement says that nobody has judged it. Identifiers are `urn:uuid:` of version 5, made of the log's origin and what
is named: the same case gives the same ones. No performer is stated: the log knows posts and keys, not people.

Times stand only where they are exact, as the log's are; "2016-05" is no `xsd:dateTime` and stays in our own tables.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

Node = dict[str, Any]

_BASE = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT = {
    "investigation": "https://ontology.caseontology.org/case/investigation/",
    **{name: f"{_BASE}{name}/" for name in ("action", "analysis", "core", "observable", "tool", "types")},
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes of CASE 1.4.0 and UCO 1.4.0."""

HYPOTHESIS = (
    "A candidate, not reviewed: the descriptors of face {face_id} (frame {frame}, {pts_s:.3f} s) and of probe "
    "{probe_id} lie {distance:.4f} apart, no farther than the threshold. A hypothesis that people must judge; "
    "it identifies nobody."
)


def case_uco(
    about: Mapping[str, str],
    sources: pl.DataFrame,
    entries: Sequence[Mapping[str, Any]],
    candidates: pl.DataFrame | None,
) -> Node:
    """
    Return the document, ready for JSON.

    Args:
        about: origin of the log, title, and where the case states a mandate its legal_basis.
        sources: The table of that name.
        entries: The lines of the log, in order.
        candidates: The table of that name; None where no sweep has run.
    """
    ids = _Ids(about["origin"])
    whole = sources.filter(pl.col("part_of").is_null()).unique("source", keep="first", maintain_order=True)
    digests = dict(whole.select("source", "sha256").iter_rows())
    nodes = [node for row in whole.sort("source").iter_rows(named=True) for node in _source(ids, row)]
    nodes += _actions(ids, entries, sorted(digests.items()))
    nodes += _tools(ids, entries)
    if candidates is not None:
        sweep = _last(_outcomes(entries), entries, "sweep")
        rows = candidates.sort("probe_id", "rank", "face_id").iter_rows(named=True)
        nodes += [_candidate(ids, row, digests, sweep) for row in rows]
    unique = {node["@id"]: node for node in nodes}
    return {"@context": CONTEXT, "@graph": [*_investigation(ids, about, sorted(unique), candidates), *unique.values()]}


class _Ids:
    """Names of things, the same for the same case."""

    def __init__(self, origin: str) -> None:
        self._case = uuid.uuid5(uuid.NAMESPACE_URL, origin)

    def of(self, kind: str, *what: object) -> str:
        return f"urn:uuid:{uuid.uuid5(self._case, chr(0).join([kind, *map(str, what)]))}"


def _investigation(ids: _Ids, about: Mapping[str, str], objects: list[str], candidates: object) -> Iterator[Node]:
    swept = "" if candidates is not None else " No sweep has run: that there is no candidate says nothing."
    node: Node = {
        "@id": ids.of("Investigation"),
        "@type": "investigation:Investigation",
        "core:name": about["title"],
        "core:description": f"Log {about['origin']}. What is listed was recorded; that it is true is not shown.{swept}",
        "core:object": [{"@id": name} for name in objects],
    }
    if "legal_basis" in about:
        authority = ids.of("Authorization")
        node["investigation:relevantAuthorization"] = {"@id": authority}
        yield {
            "@id": authority,
            "@type": "investigation:Authorization",
            "investigation:authorizationType": "mandate",
            "investigation:authorizationIdentifier": about["legal_basis"],
        }
    yield node


def _source(ids: _Ids, row: Mapping[str, Any]) -> Iterator[Node]:
    yield _file(ids, row["source"], row["sha256"], row["bytes"])
    told = f"System: {row['system'] or 'not stated'}. Covers: {row['covers_text'] or 'not stated'}."
    yield {
        "@id": ids.of("ProvenanceRecord", row["source"], row["sha256"]),
        "@type": "investigation:ProvenanceRecord",
        "core:description": f"Sealed as received. {told} Declared complete: {row['complete']}.",
        "core:object": {"@id": ids.of("File", row["source"], row["sha256"])},
    }


def _file(ids: _Ids, path: str, sha256: str, size: int | None = None) -> Node:
    name = ids.of("File", path, sha256)
    hashed = {
        "@id": ids.of("Hash", path, sha256),
        "@type": "types:Hash",
        "types:hashMethod": "SHA256",
        "types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256},
    }
    content: Node = {
        "@id": ids.of("ContentDataFacet", path, sha256),
        "@type": "observable:ContentDataFacet",
        "observable:hash": hashed,
    }
    facet = {
        "@id": ids.of("FileFacet", path, sha256),
        "@type": "observable:FileFacet",
        "observable:fileName": path.rsplit("/", 1)[-1],
        "observable:filePath": path,
    }
    if size is not None:
        content["observable:sizeInBytes"] = facet["observable:sizeInBytes"] = size  # type: ignore[assignment]
    return {"@id": name, "@type": "observable:File", "core:hasFacet": [facet, content]}


def _actions(ids: _Ids, entries: Sequence[Mapping[str, Any]], sources: Sequence[tuple[str, str]]) -> Iterator[Node]:
    """Each intent with its outcome, where it has one, and each refusal; an action is informed by the one before."""
    before, ended = None, _outcomes(entries)
    last_seal = _last(ended, entries, "seal")
    for n, entry in enumerate(entries):
        if entry["event"] not in ("intent", "refusal"):
            continue
        outcome = ended.get(n)
        kinds = ["investigation:InvestigativeAction", *(["analysis:Analysis"] if entry["step"] == "sweep" else [])]
        node: Node = {
            "@id": ids.of("InvestigativeAction", n),
            "@type": kinds,
            "core:name": entry["step"],
            "core:description": _said(n, entry, outcome),
            "action:startTime": _time(entry["at"]),
            "action:instrument": {"@id": ids.of("Tool", entry["tool"])},
        }
        if before:
            node["investigation:wasInformedBy"] = {"@id": before}
        if outcome:
            node["action:endTime"] = _time(outcome["at"])
            written = [_file(ids, path, sha256) for path, sha256 in sorted(outcome["outputs"].items())]
            yield from written
            results = [each["@id"] for each in written]
            if n == last_seal:
                node |= _list("action:object", [ids.of("File", *source) for source in sources])
                results += [ids.of("ProvenanceRecord", *source) for source in sources]
            node |= _list("action:result", results)
        yield node
        before = node["@id"]


def _list(name: str, ids: list[str]) -> Node:
    return {name: [{"@id": each} for each in ids]} if ids else {}


def _outcomes(entries: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Return the place of each intent -> the outcome of the same step that follows it before another intent."""
    found, waiting = {}, {}
    for n, entry in enumerate(entries):
        if entry["event"] == "intent":
            waiting[entry["step"]] = n
        elif entry["event"] == "outcome" and entry["step"] in waiting:
            found[waiting.pop(entry["step"])] = entry
    return found


def _last(ended: Iterable[int], entries: Sequence[Mapping[str, Any]], step: str) -> int | None:
    """Return the place of the last intent of a step that came to an end."""
    return max((n for n in ended if entries[n]["step"] == step), default=None)


def _said(n: int, entry: Mapping[str, Any], outcome: object) -> str:
    line = f"Line {n + 1} of the log"
    if entry["event"] == "refusal":
        return f"{line}: asked for outside the mandate and refused; nothing was done."
    return (
        f"{line}: toolkit {entry['step']}." if outcome else f"{line}: toolkit {entry['step']}, started, not finished."
    )


def _tools(ids: _Ids, entries: Iterable[Mapping[str, Any]]) -> Iterator[Node]:
    for version in sorted({entry["tool"] for entry in entries if "tool" in entry}):
        yield {
            "@id": ids.of("Tool", version),
            "@type": "tool:Tool",
            "core:name": "toolkit",
            "tool:version": version,
        }


def _candidate(ids: _Ids, row: Mapping[str, Any], digests: Mapping[str, str], sweep: int | None) -> Node:
    compared = [row[name] for name in ("probe_source", "source") if row[name] in digests]
    node: Node = {
        "@id": ids.of("AnalyticResult", row["probe_id"], row["face_id"]),
        "@type": "analysis:AnalyticResult",
        "core:tag": "hypothesis",
        "core:statement": HYPOTHESIS.format(**row),
        **_list("analysis:resultContent", [ids.of("File", path, digests[path]) for path in compared]),
    }
    if sweep is not None:
        node["analysis:originatingAnalysis"] = {"@id": ids.of("InvestigativeAction", sweep)}
    return node


def _time(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}
