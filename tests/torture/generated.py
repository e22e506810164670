"""
G8: generated registers, of any dialect, encoding and damage, balance.

For each: rows in = accepted + quarantined + blank, as many records as rows, as many typed rows as accepted ones, a
problem for whatever is in quarantine, and each quarantined record's bytes where the record says they are.
"""

import random
from pathlib import Path
from typing import NamedTuple

from collecting import Collected, read_bytes

TABLES = 5_000
HEADERS = {
    "share_log": ("entry_ref", "occurred", "recorded", "unit_ref", "direction", "use", "image_refs", "narrative"),
    "disposals": ("disposal_ref", "item_ref", "act", "occurred", "post_ref", "witness_ref"),
    "footage": ("file", "camera_id", "starts", "zone"),
}
CELLS = (
    *("CR/1", "007", "1E5", "", "", " ", "2017-05-01", "2016", "03/04/2016", "2017-02-29", "May?", "9999", "out", "in"),
    *("facial_recognition", "I-1;I-2", "caf\u00e9", "e\u0301", "\u202e", "\U0001f600", "=1+1", "NULL", "x" * 300),
)
BROKEN = ("\0", '"', '"open', "a,b;c\td", "\r", "\n\n", ",,,,,,,,,,,,", ";", "\t", '""', '"a"b', "\ufeff")
ENCODINGS = ("utf-8",) * 6 + ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1")


class Balance(NamedTuple):
    """How many tables and rows there were, and how many of the rows were kept apart."""

    tables: int
    rows: int
    quarantined: int


def balance(folder: Path, fewer: int = 1) -> Balance:
    """Generate tables from their numbers and read each; any that does not balance ends it, and says its number."""
    rows = quarantined = 0
    for number in range(0, TABLES, fewer):
        kind, content = register(random.Random(number))  # noqa: S311 - the same tables each time
        for found in read_bytes(folder, content, f"raw/{kind}/{number}.csv"):
            counts = found.row.row(0, named=True)
            if counts["rows_in"] is None:
                assert found.problems.height, f"table {number}: not read, and nobody says why"
                continue
            assert balances(found), f"table {number}: {counts}"
            assert recoverable(found, content), f"table {number}: a quarantined row is not where it says"
            rows, quarantined = rows + counts["rows_in"], quarantined + counts["quarantined"]
    return Balance(len(range(0, TABLES, fewer)), rows, quarantined)


def register(chance: random.Random) -> tuple[str, bytes]:
    """Return a kind of source and the bytes of a register of that kind."""
    kind = chance.choice(list(HEADERS))
    names = list(HEADERS[kind])
    if chance.random() < 0.1:
        names[chance.randrange(len(names))] = chance.choice(("", names[0], "colour"))
    comma, end = chance.choice(",,,,;\t|"), chance.choice(("\n", "\n", "\r\n"))
    lines = [comma.join(names)]
    damage = chance.choice((0, 0, 0.02, 0.3))
    for _ in range(int(60 ** chance.random())):
        cells = [quoted(chance.choice(CELLS), comma, chance) for _ in names]
        if chance.random() < damage:
            cells[chance.randrange(len(cells))] = chance.choice(BROKEN)
        if chance.random() < damage:
            cells = cells[: chance.randrange(len(cells) + 1)] + chance.choices(CELLS[:3], k=chance.randrange(3))
        lines.append(comma.join(cells))
    encoding = chance.choice(ENCODINGS)
    content = (end.join(lines) + chance.choice(("", end))).encode(encoding, "replace")
    if chance.random() < damage:
        at = chance.randrange(len(content))
        content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
    return kind, content


def quoted(cell: str, comma: str, chance: random.Random) -> str:
    """Return a cell as a writer of CSV may write it."""
    if comma in cell or chance.random() < 0.1:
        return '"' + cell.replace('"', '""') + chance.choice(("", "", "\n")) + '"'
    return cell


def balances(found: Collected) -> bool:
    """Whether rows in = accepted + quarantined + blank, in the account, the records and the typed rows."""
    counts = found.row.row(0, named=True)
    parts = {name: counts[name] for name in ("accepted", "quarantined", "blank")}
    in_records = dict(found.records.group_by("status").len().rows())
    apart = set(found.records.filter(status="quarantined")["locator"])
    said = apart <= set(found.problems["locator"]) or not found.table
    typed = found.frame.height if found.frame is not None else 0
    return (
        counts["rows_in"] == sum(parts.values()) == found.records.height
        and {name: n for name, n in parts.items() if n} == in_records
        and typed == (counts["accepted"] if found.table else 0)
        and said
    )


def recoverable(found: Collected, content: bytes) -> bool:
    """Whether each quarantined record begins where it says, with the bytes that it says."""
    encoding = found.row["encoding"][0] or "utf-8"
    codecs = ("utf-16-le", "utf-16-be") if encoding == "utf-16" else (encoding,)
    for start, verbatim in found.records.filter(status="quarantined").select("byte", "verbatim").rows():
        lines = [content[start:].decode(codec, "backslashreplace").split("\n")[0] for codec in codecs]
        if not any(verbatim.startswith(line.removesuffix("\r")) for line in lines):
            return False
    return True
