"""
Signed notes and their keys, as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-cosignature), with Ed25519.

A note is a text that ends in a newline, an empty line, and one line a signature: an em dash, the name of the key, and
base64 of the key's id (4 bytes) and the signature. A public key is one line, `<name>+<id>+<base64>`, and so is a
private key, `PRIVATE+KEY+<name>+<id>+<base64>`; the base64 holds the kind of key (1: signs the text; 4: a witness,
which signs the text and the time) and 32 bytes. The id is the beginning of SHA-256(name, newline, kind, public key).
Other kinds of signature may stand beside ours, such as ML-DSA-44, and are passed over.
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from toolkit.errors import IntegrityError, UsageError

SIGNER, WITNESS = 1, 4
"""Kinds of key: Ed25519 over the text, and timestamped Ed25519 cosignature (C2SP signed-note, signature types)."""

_KEY_BYTES, _ID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 32, 4, 8, 64
_PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f\ud800-\udfff]+")  # half a character (a surrogate) has no UTF-8
_LINE = re.compile(r"\N{EM DASH} ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_MAX_SIGNATURES = 100


@dataclass(frozen=True)
class PublicKey:
    """A public key: its name, its kind, its 32 bytes."""

    name: str
    kind: int
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature."""
        return _key_id(self.name, self.kind, self.key)

    def __str__(self) -> str:
        """Return the line for `case.toml`."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.key)}"


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """A private key: its name, its kind, its 32 secret bytes. Its `repr` does not show them."""

    name: str
    kind: int
    seed: bytes

    @property
    def public(self) -> PublicKey:
        """The public key that goes with it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - when signing

        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return PublicKey(self.name, self.kind, key)

    def to_text(self) -> str:
        """Return the line for the key's file."""
        return f"{_PRIVATE}{self.name}+{self.public.id.hex()}+{_base64(bytes([self.kind]) + self.seed)}"

    def sign(self, text: str, at_s: int = 0) -> "Signature":
        """Return the signature of a text; a witness signs the time, in seconds since 1970 (UTC), too."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        stamp = at_s.to_bytes(_TIME_BYTES, "big") if self.kind == WITNESS else b""
        made = Ed25519PrivateKey.from_private_bytes(self.seed).sign(_message(text, stamp))
        return Signature(self.name, self.public.id, stamp + made)


class Signature(NamedTuple):
    """The name of a key, its id, and what it signed with: for a witness, the time and the signature."""

    name: str
    key_id: bytes
    made: bytes


class Note(NamedTuple):
    """A text and its signatures, not yet checked."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the note as it is written; without signatures it ends in the empty line before them."""
        lines = (f"\N{EM DASH} {name} {_base64(key_id + made)}\n" for name, key_id, made in self.signatures)
        return f"{self.text}\n{''.join(lines)}".encode()


def new_key(name: str, kind: int = SIGNER) -> PrivateKey:
    """
    Return a new key.

    Raises:
        UsageError: If the name is empty, or holds a space or a plus.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"name of a key: expected text without spaces or plus signs, found {name!r}")
    return PrivateKey(name, kind, os.urandom(_KEY_BYTES))


def private_key(text: str) -> PrivateKey:
    """
    Read a private key.

    Raises:
        UsageError: If it is none; the message does not show it.
    """
    if not text.startswith(_PRIVATE):
        raise UsageError("expected a private key: PRIVATE+KEY+<name>+<id>+<base64>")
    name, key_id, kind, seed = _key_parts(text.strip().removeprefix(_PRIVATE), "a private key")
    found = PrivateKey(name, kind, seed)
    if found.public.id.hex() != key_id:
        raise UsageError(f"private key {name}: its id is not that of its bytes")
    return found


def public_key(text: str) -> PublicKey:
    """
    Read a public key.

    Raises:
        UsageError: If it is none.
    """
    name, key_id, kind, key = _key_parts(text.strip(), f"a public key, found {text!r}")
    found = PublicKey(name, kind, key)
    if found.id.hex() != key_id:
        raise UsageError(f"public key {text!r}: its id is not that of its bytes")
    return found


def parse(content: bytes, place: str) -> Note:
    """
    Read a note; *place* is its name in messages.

    Raises:
        IntegrityError: If it is none.
    """
    try:
        whole = content.decode()
    except ValueError as error:
        raise IntegrityError(f"{place}: not UTF-8: {error}") from error
    text, found, tail = whole.rpartition("\n\n")
    lines = tail.split("\n")
    if not found or lines.pop() or len(lines) > _MAX_SIGNATURES or re.search(r"[\x00-\x09\x0b-\x1f\x7f]", whole):
        raise IntegrityError(f"{place}: expected a signed note: a text, an empty line, signatures")
    note = Note(text + "\n", tuple(_signature(line, place) for line in lines))
    if note.to_bytes() != content:
        raise IntegrityError(f"{place}: a signature is not written as we would write it")
    return note


def signed_by(note: Note, keys: Iterable[PublicKey], place: str) -> list[PublicKey]:
    """
    Return those of *keys* that signed the note.

    Raises:
        IntegrityError: If one of them has a signature on it that does not hold.
    """
    found = []
    for key in keys:
        made = [each.made for each in note.signatures if (each.name, each.key_id) == (key.name, key.id)]
        if not made:
            continue
        if not all(holds(key, note.text, each) for each in made):
            raise IntegrityError(f"{place}: the signature of {key.name} does not hold: the text is not what was signed")
        found.append(key)
    return found


def holds(key: PublicKey, text: str, made: bytes) -> bool:
    """Return whether a signature over a text is that of a key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    stamp = made[:_TIME_BYTES] if key.kind == WITNESS else b""
    if len(made) != len(stamp) + _SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(made[len(stamp) :], _message(text, stamp))
    except InvalidSignature:
        return False
    return True


def _message(text: str, stamp: bytes) -> bytes:
    """Return the bytes that are signed: the text, after a header with the time for a witness (tlog-cosignature)."""
    header = f"cosignature/v1\ntime {int.from_bytes(stamp, 'big')}\n" if stamp else ""
    return (header + text).encode()


def _signature(line: str, place: str) -> Signature:
    parts = _LINE.fullmatch(line)
    try:
        made = base64.b64decode(parts[2], validate=True) if parts else b""
    except binascii.Error:
        made = b""
    if not parts or len(made) <= _ID_BYTES:
        raise IntegrityError(f"{place}: expected a signature, '\N{EM DASH} <name> <base64>', found {line[:80]!r}")
    return Signature(parts[1], made[:_ID_BYTES], made[_ID_BYTES:])


def _key_parts(text: str, expected: str) -> tuple[str, str, int, bytes]:
    """Return (name, id, kind, 32 bytes) of a key's line."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        found = base64.b64decode(encoded, validate=True)
    except ValueError:  # not base64, or not even ASCII
        found = b""
    if not _NAME.fullmatch(name) or len(found) != 1 + _KEY_BYTES or found[0] not in (SIGNER, WITNESS):
        raise UsageError(f"expected {expected}: <name>+<id>+<base64>, Ed25519")
    return name, key_id, found[0], found[1:]


def _key_id(name: str, kind: int, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:_ID_BYTES]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
