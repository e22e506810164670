r"""
A bundle as a BagIt bag (RFC 8493): whatever a third party needs to check a case without us.

`data/` holds the payload, `manifest-sha256.txt` its digests, `tagmanifest-sha256.txt` the digests of all other files.
Lines are sorted bytewise by path; percent signs, newlines and returns in a path are percent-encoded (RFC 8493,
2.1.3). The same payload gives the same bytes: the bagging date is that of the log's last line.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from toolkit.custody import grammar, write
from toolkit.custody.digest import Unreadable, file_digest, files_under, read_regular, shown

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"

_ENCODED = {"%": "%25", "\n": "%0A", "\r": "%0D"}
_LINE = re.compile(r"([0-9a-f]{64})  ([^\n\r]+)")


def is_bag(folder: Path) -> bool:
    """Whether the folder says that it is a bag."""
    return (folder / "bagit.txt").is_file()


def seal_bag(folder: Path, about: Mapping[str, str]) -> None:
    """
    Make a bag of a folder that holds `data/` and other files, such as a verifier.

    Args:
        folder: The folder, complete but for the bag's own files.
        about: Lines of `bag-info.txt`, in order.

    Raises:
        ValueError: If a name is not UTF-8.
    """
    payload = [f"data/{name}" for name in files_under(folder / "data")]
    octets = sum((folder / name).stat().st_size for name in payload)
    told = {**about, "Payload-Oxum": f"{octets}.{len(payload)}"}
    write.write_bytes(folder / "bagit.txt", DECLARATION)
    write.write_text(folder / "bag-info.txt", "".join(f"{label}: {value}\n" for label, value in told.items()))
    write.write_bytes(folder / PAYLOAD, _render(folder, payload))
    tags = [name for name in files_under(folder) if not name.startswith("data/")]
    write.write_bytes(folder / TAGS, _render(folder, tags))


def check_bag(folder: Path) -> list[tuple[str, str]]:
    """Return (path, fault) of whatever is not as the bag's manifests say; nothing is missing and nothing else there."""
    faults = []
    if _read(folder / "bagit.txt") != DECLARATION:
        faults.append(("bagit.txt", "expected BagIt 1.0 in UTF-8"))
    listed: dict[str, str] = {}
    for name, in_data in ((PAYLOAD, True), (TAGS, False)):
        found = _parse(folder / name)
        if found is None or any(path.startswith("data/") is not in_data for path in found):
            faults.append((name, "expected '<64 hex>  <path>' for each file, sorted, each once"))
        listed |= found or {}
    there = [name for name in files_under(folder) if name != TAGS]
    strays = [name for name in there if not name.startswith("data/") and name not in grammar.TAGS]
    faults += [(shown(name), "no file of a bundle") for name in strays]
    if pair := grammar.alike(there):
        faults.append((shown(pair[1]), f"differs from {shown(pair[0])} by case or Unicode form only"))
    faults += [(shown(name), "missing") for name in sorted(listed.keys() - set(there))]
    faults += [(shown(name), "in no manifest of the bag") for name in there if name not in listed]
    for name in (name for name in there if name in listed):
        try:
            found_now = file_digest(folder / name)
        except Unreadable as error:
            faults.append((shown(name), error.message))
            continue
        if found_now != listed[name]:
            faults.append((shown(name), f"expected {listed[name][:12]}, found {found_now[:12]}"))
    return faults


def _render(folder: Path, names: list[str]) -> bytes:
    return "".join(f"{file_digest(folder / name)}  {_encoded(name)}\n" for name in names).encode()


def _read(path: Path) -> bytes | None:
    """Return what is in a regular file; None where there is none, or it cannot be read."""
    try:
        return read_regular(path)
    except Unreadable:
        return None


def _parse(path: Path) -> dict[str, str] | None:
    """Return path -> SHA-256, or None where it is not what `_render` writes."""
    content = _read(path)
    try:
        *lines, rest = content.decode().split("\n") if content is not None else ["-"]
    except ValueError:
        return None
    parts = [_LINE.fullmatch(line) for line in lines]
    if rest or not all(parts):
        return None
    found = {_decoded(part[2]): part[1] for part in parts if part}
    names = list(found)
    in_order = len(names) == len(lines) and names == sorted(names, key=str.encode)
    inside = all(map(grammar.is_normal, names))
    as_written = all(part and _encoded(name) == part[2] for name, part in zip(names, parts, strict=False))
    return found if in_order and inside and as_written else None


def _encoded(name: str) -> str:
    name.encode()
    return "".join(_ENCODED.get(char, char) for char in name)


def _decoded(name: str) -> str:
    for char, code in (("\n", "%0A"), ("\r", "%0D"), ("%", "%25")):
        name = name.replace(code, char)
    return name
