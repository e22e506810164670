"""
Who may sign the lines of a log: the log itself says so.

A case is signed from its first line `signers` on, for good. That line lists public keys; it is signed by one of those
that were in force before it, the first by one that it lists itself. Each later line carries `signed`: the name of a
key in force, a space, and base64 of the key's id and of its signature over `toolkit log line`, a newline, the SHA-256
of the line's canonical JSON without `signed`, and a newline. A line without a signature in force is no line of the
case: the log is refused, and nothing that such a line claims is believed. Each `outcome` names the signers in force.

Where every old key is lost, a line `signers` with `lost` is signed by a new key. It stays in sight: from then on the
case verifies only for who names the new key themselves.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from toolkit.custody import note
from toolkit.custody.digest import canonical_exact
from toolkit.custody.note import PrivateKey, PublicKey, Signature
from toolkit.errors import IntegrityError, UsageError

SIGNERS = "signers"
"""The event of a line that says who signs from then on."""

_SIGNED = re.compile(r"([^\s+]+) ([A-Za-z0-9+/]{90,92}={0,2})")
_ID_BYTES = 4


class NotSigned(IntegrityError):  # noqa: N818 - reads as the state it names
    """A line of a signed log that none of its signers signed, or a head."""


class Change(NamedTuple):
    """A line that changed the signers: its place, who signed it, who signs from then on, whether all keys were lost."""

    n: int
    by: PublicKey
    keys: tuple[PublicKey, ...]
    lost: bool


@dataclass
class Signing:
    """
    Who signed a log, as far as it was read.

    Args:
        keys: Who may sign the next line; nobody: the log is unsigned.
        changes: The lines that said so, in order.
    """

    keys: tuple[PublicKey, ...] = ()
    changes: list[Change] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The keys in force, as `case.toml` lists them."""
        return [str(key) for key in self.keys]

    @property
    def lost(self) -> list[Change]:
        """The changes that no old key signed."""
        return [change for change in self.changes if change.lost]

    def take(self, number: int, entry: Mapping[str, Any], *, check: bool) -> None:
        """
        Read the next line.

        Args:
            number: Its number, from 1, for the message.
            entry: The line.
            check: Whether its signature is computed; else it is enough that it names a key in force.

        Raises:
            NotSigned: If the log is signed and the line is not, or names other signers than are in force.
        """
        if entry["event"] == SIGNERS:
            self._change(number, entry, check=check)
            return
        if not self.keys:
            if "signed" in entry or SIGNERS in entry:
                raise NotSigned(f"{_place(number)}: is signed, or names signers, and no line before says who signs")
            return
        _signer(number, entry, self.keys, check=check)
        if entry["event"] == "outcome" and entry.get(SIGNERS) != self.lines:
            raise NotSigned(f"{_place(number)}: names other signers than those in force: {_named(self.keys)}")

    def for_head(self, size: int) -> tuple[PublicKey, ...]:
        """Return who may sign a checkpoint over so many lines; one over a change as its last, the old ones too."""
        keys: tuple[PublicKey, ...] = ()
        for change in self.changes:
            if change.n < size - 1:
                keys = change.keys
            elif change.n == size - 1:
                keys = (*keys, *(key for key in change.keys if key not in keys))
        return keys

    def relied(self, trusted: Iterable[PublicKey]) -> set[PublicKey]:
        """Return who is relied on by whoever trusts these: they, and whom one of them made a signer."""
        found = set(trusted)
        for change in self.changes:
            if change.by in found:
                found |= set(change.keys)
        return found

    def _change(self, number: int, entry: Mapping[str, Any], *, check: bool) -> None:
        place, lost = _place(number), entry.get("lost", False)
        try:
            keys = keys_of(entry.get(SIGNERS), place)
        except UsageError as error:
            raise NotSigned(str(error)) from error
        if not keys or [str(key) for key in keys] != entry[SIGNERS]:
            raise NotSigned(f"{place}: expected public keys of signers, as we would write them")
        if not isinstance(lost, bool) or (lost and not self.keys):
            raise NotSigned(f"{place}: expected `lost` only where keys were in force, found {entry.get('lost')!r}")
        by = _signer(number, entry, self.keys if self.keys and not lost else keys, check=check)
        self.keys = keys
        self.changes.append(Change(number - 1, by, keys, lost))


def keys_of(texts: object, place: str) -> tuple[PublicKey, ...]:
    """
    Return the keys that a list of signers names.

    Raises:
        UsageError: If it is no list of public keys that sign, each once.
    """
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise UsageError(f"{place}: signers: expected a list of public keys, found {texts!r}")
    keys = tuple(note.public_key(text) for text in texts)
    if len(set(keys)) < len(keys) or any(key.kind != note.SIGNER for key in keys):
        raise UsageError(f"{place}: signers: expected public keys that sign, each once, found {texts!r}")
    return keys


def signed(payload: Mapping[str, Any], key: PrivateKey) -> dict[str, Any]:
    """Return a line with its signature."""
    made = key.sign(_text(payload))
    return {**payload, "signed": f"{made.name} {base64.b64encode(made.key_id + made.made).decode()}"}


def _signer(number: int, entry: Mapping[str, Any], keys: Sequence[PublicKey], *, check: bool) -> PublicKey:
    """Return which of these keys signed a line."""
    told = entry.get("signed")
    parts = _SIGNED.fullmatch(told) if isinstance(told, str) else None
    if not parts:
        raise NotSigned(
            f"{_place(number)}: not signed, and the case is signed by {_named(keys)}: not a line of this case, "
            "nothing it says is believed"
        )
    try:
        whole = base64.b64decode(parts[2], validate=True)
    except binascii.Error:
        whole = b""
    if base64.b64encode(whole).decode() != parts[2]:
        raise NotSigned(f"{_place(number)}: its signature is not written as we would write it")
    made = Signature(parts[1], whole[:_ID_BYTES], whole[_ID_BYTES:])
    key = next((each for each in keys if (each.name, each.id) == (made.name, made.key_id)), None)
    if key is None:
        raise NotSigned(
            f"{_place(number)}: signed by {parts[1]} ({made.key_id.hex()}), who is no signer here; the signers are "
            f"{_named(keys)}: nothing it says is believed"
        )
    if check and not note.holds(key, _text(entry), made.made):
        raise NotSigned(f"{_place(number)}: the signature of {key.name} does not hold: nothing it says is believed")
    return key


def _text(entry: Mapping[str, Any]) -> str:
    """Return the text that is signed for a line."""
    unsigned = canonical_exact({key: value for key, value in entry.items() if key != "signed"})
    return f"toolkit log line\n{hashlib.sha256(unsigned).hexdigest()}\n"


def _place(number: int) -> str:
    return f"custody/log.jsonl: line {number}"


def _named(keys: Iterable[PublicKey]) -> str:
    return ", ".join(f"{key.name} ({key.id.hex()})" for key in keys)
