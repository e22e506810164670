"""
What is known of a file that was destroyed on purpose, and what the log says of the files it was removed from.

A certificate, `custody/erasures/0001.json`, holds a tombstone for each image: its reference, where its file lay, a
keyed digest, when, by whom, who watched; never the image, its digest or a descriptor. The keyed digest is HMAC-SHA-256
of the file's SHA-256 under `custody/erasures/key`, 32 random bytes that leave the case with nobody: with it the same
file is known again when it comes back; without it nobody can find out which file it was by trying. `0001.txt` says the
same for people, as a note that the case's signer signs; it names the digest of the JSON.

The log has an `intent` of the step `erase` before, which commits to what is to be done (commitments.py), and an entry
`erased` after it: `outputs` are the files that were written again and their digests now, `rows` how many rows or
mentions each lost. A file's digest is then the one that the latest of `unit`, `outcome` and `erased` names.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.custody import note, write
from toolkit.custody.digest import canonical, file_digest, files_under, read_if_there, read_regular
from toolkit.custody.grammar import place_of
from toolkit.errors import IntegrityError

FOLDER = "custody/erasures"
"""Path of certificates in a case."""
KEY = f"{FOLDER}/key"
"""Path of the key of keyed digests."""
STEP = "erase"

_KEY_BYTES = 32
_HEX_KEY = re.compile(rb"[0-9a-f]{64}")


class Tombstone(NamedTuple):
    """
    What is known of an image that was destroyed.

    Args:
        image_ref: Its reference.
        source: Where the file lay.
        keyed_digest: HMAC-SHA-256 of its SHA-256, in hex.
        destroyed: When (UTC).
        by: Post of who did it.
        witness: Post of who watched; 'none': nobody is named.
        certificate: Path of the certificate.
    """

    image_ref: str
    source: str
    keyed_digest: str
    destroyed: str
    by: str
    witness: str
    certificate: str


def certificates(case_root: Path) -> list[Path]:
    """Return the certificates of a case, in order."""
    folder = case_root / FOLDER
    names = files_under(folder) if os.path.lexists(folder) else []
    return [folder / name for name in names if name.endswith(".json") and place_of(f"{FOLDER}/{name}")]


def tombstones(case_root: Path) -> list[Tombstone]:
    """
    Return the tombstones of a case, in order.

    Raises:
        IntegrityError: If a certificate cannot be read.
    """
    found = []
    for path in certificates(case_root):
        name = f"{FOLDER}/{path.name}"
        try:
            said = json.loads(read_regular(path))
            people = (said["at"], said["by"], said["witness"], name)
            found += [
                Tombstone(str(each["image_ref"]), str(each["source"]), str(each["keyed_digest"]), *map(str, people))
                for each in said["tombstones"]
            ]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise IntegrityError(f"{name}: expected a certificate of erasure: {error}") from error
    return found


def the_key(case_root: Path, *, make: bool = False) -> bytes | None:
    """
    Return the key of keyed digests; None where there is none and none is to be made.

    Raises:
        IntegrityError: If the file is no such key.
    """
    path = case_root / KEY
    if (text := read_if_there(path)) is not None:
        key = text.partition(b" ")[0]
        if not _HEX_KEY.fullmatch(key) or text not in (key, _with_digest(bytes.fromhex(key.decode())).encode()):
            raise IntegrityError(f"{KEY}: expected a key, 64 hex digits, and its SHA-256; found something else")
        return bytes.fromhex(key.decode())
    if not make:
        return None
    write.write_text(path, _with_digest(os.urandom(_KEY_BYTES)))
    return the_key(case_root)


def _with_digest(key: bytes) -> str:
    """Return what the file of a key holds: without the digest, nobody would see that a bit of it is another."""
    return f"{key.hex()} {hashlib.sha256(key).hexdigest()}"


def keyed(key: bytes, sha256: str) -> str:
    """
    Return the keyed digest of a file.

    >>> keyed(b"k", "ab")[:12]
    '7475bb119fe9'
    """
    return hmac.new(key, sha256.encode(), hashlib.sha256).hexdigest()


def returned(case_root: Path, digests: Mapping[str, str]) -> dict[str, Tombstone]:
    """Return which of these files, path -> SHA-256, were destroyed and are there again."""
    stones = {stone.keyed_digest: stone for stone in tombstones(case_root)}
    key = the_key(case_root) if stones else None
    if key is None:
        return {}
    known = {path: stones.get(keyed(key, sha256)) for path, sha256 in digests.items()}
    return {path: stone for path, stone in known.items() if stone}


def amended(entry: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """
    Return the outputs of an entry as the erasures after it left them.

    >>> amended({"n": 0, "outputs": {"a": "1"}}, [{"n": 1, "event": "erased", "outputs": {"a": "2", "b": "3"}}])
    {'a': '2'}
    """
    outputs = dict(entry.get("outputs", {}))
    for later in entries:
        if later["event"] == "erased" and later["n"] > entry["n"]:
            outputs |= {path: sha256 for path, sha256 in later["outputs"].items() if path in outputs}
    return outputs


def as_written(entries: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """
    Return (path, its digest now) -> the digest that its step wrote, for each file that an erasure took something from.

    What only lost faces that nobody looks for is still what a later step worked with.
    """
    wrote: dict[str, str] = {}
    found: dict[tuple[str, str], str] = {}
    for entry in entries:
        outputs = entry.get("outputs")
        if not isinstance(outputs, dict):
            continue
        if entry["event"] in ("unit", "outcome"):
            wrote |= {path: found.get((path, sha256), sha256) for path, sha256 in outputs.items()}
        elif entry["event"] == "erased":
            found |= {(path, sha256): wrote[path] for path, sha256 in outputs.items() if path in wrote}
    return found


def rows_erased(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rows each file lost to erasures since its step wrote it."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry["event"] == "unit":
            found = {path: n for path, n in found.items() if path not in entry.get("outputs", {})}
        elif entry["event"] == "erased":
            for path, n in entry["rows"].items():
                found[path] = found.get(path, 0) + n
    return found


def write_certificate(
    case_root: Path, said: Mapping[str, Any], text: str, key: note.PrivateKey | None
) -> dict[str, str]:
    """
    Write a certificate for machines and one for people, signed where there is a key; return path -> SHA-256.

    Args:
        case_root: The case.
        said: What it says; `certificate` is its number.
        text: The same for people.
        key: Of the case's signer.
    """
    name = f"{FOLDER}/{said['certificate']:04d}"
    sha256 = write.write_bytes(case_root / f"{name}.json", canonical(dict(said)) + b"\n")
    whole = f"{text}sha256 of {name}.json: {sha256}\n"
    signatures = (key.sign(whole),) if key else ()
    readable = write.write_bytes(case_root / f"{name}.txt", note.Note(whole, signatures).to_bytes())
    return {f"{name}.json": sha256, f"{name}.txt": readable}


def check_certificates(case_root: Path, signers: Iterable[note.PublicKey]) -> tuple[int, list[tuple[str, str]]]:
    """
    Return how many certificates are there, and (path, fault) of each that is not signed or not what was signed.

    That they are the files that the log names is checked with the other outputs.
    """
    keys, faults = list(signers), []
    for path in certificates(case_root):
        name = f"{FOLDER}/{path.stem}.txt"
        try:
            found = note.parse(read_regular(case_root / name), name)
            if keys and not note.signed_by(found, keys, name):
                faults.append((name, "not signed by a signer that is trusted"))
            if f"sha256 of {FOLDER}/{path.name}: {file_digest(path)}\n" not in found.text:
                faults.append((name, f"is not of {path.name} as it is"))
        except (IntegrityError, OSError) as error:
            faults.append((name, str(error)))
    return len(certificates(case_root)), faults
