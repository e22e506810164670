"""
What shows that a sentence of a report is in the log: one line a sentence, and one proof for each line of the log.

A row of a report's table (grammar.is_stated) is a statement. Its file's digest stands in an outcome of the log; a
`.tlog-proof` (c2sp.org/tlog-proof: index, hashes of the inclusion proof, the checkpoint) shows that this line is among
those that the checkpoint commits to; the digests of the sources it rests on stand in the manifest, whose digest stands
in an outcome of `seal`, with a proof of its own. All of it follows from the reports, the manifest and the log: whoever
checks a bundle makes it again, and nothing may differ.
"""

import base64
import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.custody import checkpoint, grammar, merkle, note
from toolkit.custody.digest import canonical, digest_of, file_digest, files_under, read_regular
from toolkit.custody.manifest import MANIFEST
from toolkit.errors import IntegrityError

_HEADER = "c2sp.org/tlog-proof@v1"


def tlog_proof(leaves: Sequence[bytes], index: int, head: bytes) -> bytes:
    """Return the proof that line *index* is among those of the checkpoint *head*; *leaves* are hashes of its lines."""
    path = merkle.inclusion_proof(leaves, index)
    lines = [_HEADER, f"index {index}", *(base64.b64encode(each).decode() for each in path)]
    return "\n".join([*lines, "", ""]).encode() + head


def check_tlog_proof(content: bytes, line: bytes, head: bytes, place: str) -> int:
    """
    Return the index of *line* among those of the checkpoint *head*, as the proof shows it.

    Raises:
        IntegrityError: If it shows nothing of the kind.
    """
    first, _, rest = content.partition(b"\n\n")
    try:
        header, index, *hashes = first.decode().split("\n")
        at, path = int(index.removeprefix("index ")), [base64.b64decode(each, validate=True) for each in hashes]
    except ValueError as error:
        raise IntegrityError(f"{place}: not a tlog-proof: {error}") from error
    as_written = [base64.b64encode(each).decode() for each in path] == hashes
    if header != _HEADER or index != f"index {at}" or rest != head or not as_written:
        raise IntegrityError(f"{place}: expected a tlog-proof with the checkpoint of this case")
    now = checkpoint.parse(note.parse(head, place).text, place)
    if not merkle.check_inclusion(merkle.leaf_hash(line), at, now.size, path, now.root):
        raise IntegrityError(f"{place}: does not show that line {at + 1} is in the log")
    return at


class Statements(NamedTuple):
    """The statements of a case's reports as a file, the lines of the log that they rest on, and how many there are."""

    content: bytes
    rests_on: frozenset[int]
    rows: int


def all_statements(root: Path, entries: Sequence[Mapping[str, Any]], sealed: Mapping[str, str]) -> Statements:
    """
    Make the statements of every report: they follow from reports, manifest and log, and from nothing else.

    Args:
        root: The case, or the `data/` of a bundle.
        entries: The lines of its log that the checkpoint covers.
        sealed: Path -> SHA-256 of the sources.

    Raises:
        IntegrityError: If no outcome names a report's table, or the manifest, as it is.
    """
    folder = root / "reports"
    names = [f"reports/{name}" for name in files_under(folder)] if os.path.lexists(folder) else []
    seal = _naming(entries, MANIFEST, file_digest(root / MANIFEST))
    lines: list[bytes] = []
    rests_on: set[int] = set()
    for name in filter(grammar.is_stated, names):
        report = _naming(entries, name, file_digest(root / name))
        if report is None or seal is None:
            raise IntegrityError(f"{name}: no line below the checkpoint names it as it is, or the manifest")
        rests_on |= {report, seal}
        of = {"report": f"{report}.tlog-proof", "seal": f"{seal}.tlog-proof"}
        said = statements(name, read_regular(root / name).decode(), sealed, of)
        lines += [canonical(each) + b"\n" for each in said]
    return Statements(b"".join(lines), frozenset(rests_on), len(lines))


def _naming(entries: Sequence[Mapping[str, Any]], path: str, sha256: str) -> int | None:
    """Return the place of the last line that names a file as an output, if it has this digest of it."""
    for entry in reversed(entries):
        if entry["event"] in ("outcome", "erased") and path in entry.get("outputs", {}):
            return int(entry["n"]) if entry["outputs"][path] == sha256 else None
    return None


def statements(file: str, text: str, sealed: Mapping[str, str], proofs: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """
    Yield a statement for each row of a report's table.

    Args:
        file: Path of the CSV file in the case.
        text: What it holds; a column `evidence` is JSON, a list of objects with `source`.
        sealed: Path -> SHA-256 of the sources.
        proofs: 'report' and 'seal' -> name of the proof of the outcome that names the file, and the manifest.
    """
    csv.field_size_limit(2**31 - 1)  # an answer may rest on more records than 128 KiB can name
    rows = csv.reader(io.StringIO(text, newline=""))
    names = next(rows, [])
    at = names.index("evidence") if "evidence" in names else None
    for number, cells in enumerate(rows, 1):
        evidence = json.loads(cells[at] or "[]") if at is not None else []
        sources = sorted({str(each["source"]) for each in evidence} & sealed.keys())
        yield {
            "file": file,
            "row": number,
            "row_sha256": digest_of(cells),
            "sources": {source: sealed[source] for source in sources},
            "proofs": dict(proofs),
        }
