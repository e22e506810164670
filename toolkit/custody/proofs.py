"""
What shows that a sentence of a report is in the log: one line a sentence, and one proof for each line of the log.

A row of a report's table is a statement. Its file's digest stands in an outcome of the log; a `.tlog-proof`
(c2sp.org/tlog-proof: index, hashes of the inclusion proof, the checkpoint) shows that this line is among those that the
checkpoint commits to; the digests of the sources it rests on stand in the manifest, whose digest stands in an outcome
of `seal`, with a proof of its own.
"""

import base64
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolkit.custody import checkpoint, merkle, note
from toolkit.custody.digest import digest_of
from toolkit.errors import IntegrityError

TABLES = "reports/*/tables/*.csv"
"""Files of which each row but the first is a statement."""

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
    if header != _HEADER or index != f"index {at}" or rest != head:
        raise IntegrityError(f"{place}: expected a tlog-proof with the checkpoint of this case")
    now = checkpoint.parse(note.parse(head, place).text, place)
    if not merkle.check_inclusion(merkle.leaf_hash(line), at, now.size, path, now.root):
        raise IntegrityError(f"{place}: does not show that line {at + 1} is in the log")
    return at


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
