"""
`custody/log.jsonl`: what was done to the case, each line committing to the one before.

A line is one JSON object in canonical form (RFC 8785, no floats), ended by a newline. Keys of every line: `n`, its
place, from 0; `prev`, the SHA-256 of the line before without its newline (64 zeros for the first); `at`, the time (UTC)
its writer gave; `event`: `intent` before a step acts, `unit` for a piece of work that is finished, `outcome` after it,
`refusal` for what was asked and not done; `access` for what was read (access.py); `erased` for what was destroyed
(erasure.py); `forgotten` for descriptors that were removed on purpose (tombstones.py); `clock` for earlier lines that
a clock which was ahead has dated; `recovered_tail` for what a killed process left; `signers` says who signs from then
on (signing.py). What else a line holds is in grammar.py. A line without its newline is a leaf of a Merkle tree
(merkle.py). The order of lines is that of their places, never of their times, which may go back where a clock did:
whoever reads the log is told (C303).

`custody/checkpoint` commits to the lines by their number and the root of that tree (checkpoint.py): it is replaced
after every line but a `unit`, so that cutting lines off, or editing any, shows. In a signed case it is signed, and so
is each line: what was appended without a key of the case is no line of it, and `verify` names it (V526).
What no checkpoint outside the case has seen, a person who holds the key, or who writes into an unsigned case, can
write anew; the log proves what was recorded, not that it is true.

An append that was killed leaves bytes after the last newline and beyond the checkpoint. The next append moves them to
`custody/torn/` and says so in a `recovered_tail` line. Anything else that is not as it was written is an IntegrityError
and never repaired.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rfc8785

from toolkit.custody import note, write
from toolkit.custody.chain import LOG, START, Entry, load
from toolkit.custody.checkpoint import CHECKPOINT, Checkpoint, origin_of
from toolkit.custody.grammar import line_fault
from toolkit.custody.signing import SIGNERS, Signing, keys_of, signed
from toolkit.errors import AuthorityError, IntegrityError

EVENTS = ("intent", "unit", "outcome", "refusal", "access", "erased", "forgotten", "clock")
"""Events that a step may append."""

_RESERVED = {"n", "prev", "at", "signed", "signers", "lost"}


class Log:
    """
    The log of a case, open for appending; hold the case's lock while using it.

    The whole log is checked once, here. `entries` and `head` follow each append.

    Args:
        path: `CASE/custody/log.jsonl`, which need not exist yet.
        key: What lines and checkpoints are signed with.
        signers: Public keys that `case.toml` lists. They begin a log; one that exists says itself who signs.
        adopt: Whether somebody is about to sign what none of these signed, or to change who signs.

    Raises:
        AuthorityError: If the case is signed, and there is no key of a signer, or `case.toml` lists other signers.
        IntegrityError: If the log does not hold together, or is unsigned and `case.toml` lists signers.
    """

    def __init__(
        self, path: Path, key: note.PrivateKey | None = None, signers: Sequence[str] = (), *, adopt: bool = False
    ) -> None:
        """Read and check the log."""
        self.path, self._key = path, key
        self._listed = keys_of(list(signers), "case.toml") if signers else ()
        self._load()
        if not adopt:
            check_listed(self.signing, self._listed, len(self.entries))
            self._check_key(self.signing.keys or self._listed)

    @property
    def head(self) -> str:
        """The SHA-256 of the last line, or 64 zeros."""
        return self.entries[-1].digest if self.entries else START

    def last(self, **wanted: object) -> Entry | None:
        """Return the latest entry with these values, e.g. `last(event="outcome", step="seal")`."""
        matching = (entry for entry in reversed(self.entries) if wanted.items() <= entry.payload.items())
        return next(matching, None)

    def append(self, payload: Mapping[str, Any], at: str) -> str:
        """
        Append an entry and return its digest, the new head; it is on the disk then.

        Args:
            payload: `event` (one of `EVENTS`) and what goes with it.
            at: The time, ISO 8601 with its offset, which must be UTC.

        Raises:
            ValueError: If the payload holds a float or a reserved key, or the event or time is not one.
            IntegrityError: If something else wrote to the log since it was read.
            ResourceError: If the disk does not take it. The log is as before.
        """
        if payload.get("event") not in EVENTS:
            raise ValueError(f"event must be one of {', '.join(EVENTS)}, found {payload.get('event')!r}")
        if reserved := sorted(_RESERVED & payload.keys()):
            raise ValueError(f"the log sets {', '.join(reserved)} itself")
        if dt.datetime.fromisoformat(at).utcoffset() != dt.timedelta(0):
            raise ValueError(f"time must be in UTC, found {at!r}")
        refuse_floats(payload)
        if fault := line_fault({**payload, "n": 0, "prev": START, "at": at}):
            raise ValueError(f"no line of a log: {fault}")
        self._settle(at)
        if self._listed and not self.entries:
            settings = {
                key: payload[key] for key in ("case", "hand", "tool") if key in payload
            }  # no two logs begin alike
            self._add({"event": SIGNERS, SIGNERS: [str(key) for key in self._listed], **settings}, at)
        named = {SIGNERS: self.signing.lines} if payload["event"] == "outcome" and self.signing.keys else {}
        self._add({**payload, **named}, at)
        return self.head

    def change_signers(self, keys: Sequence[note.PublicKey], at: str, *, lost: bool = False) -> None:
        """
        Append the line that says who signs from now on.

        Args:
            keys: Who.
            at: The time.
            lost: Whether no key of those who signed until now is left. The line says so for ever.

        Raises:
            AuthorityError: If the key given is not one that may say so: one of the old; of the new where there were
                none, or they are lost.
        """
        self._check_key(keys if lost or not self.signing.keys else self.signing.keys)
        self._settle(at)
        flag = {"lost": True} if lost and self.signing.keys else {}
        self._add({"event": SIGNERS, SIGNERS: [str(key) for key in keys], **flag}, at)

    def _check_key(self, keys: Sequence[note.PublicKey]) -> None:
        """Raise AuthorityError where there are signers and the key given is none of theirs."""
        if keys and (self._key is None or self._key.public not in keys):
            names = ", ".join(key.name for key in keys)
            raise AuthorityError(f"the case is signed: give the key of one of its signers ({names}) with --key")

    def _load(self) -> None:
        contents = load(self.path)
        self.entries, self._tree, self._headed, self._note, self._tail, self._size, self.signing = contents
        self._settled = False

    def _settle(self, at: str) -> None:
        """Before the first append: take away a torn tail, bring the head up to the last line, name what was torn."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size != self._size + len(self._tail):
            raise IntegrityError(
                f"{LOG}: {size:,} bytes, expected {self._size + len(self._tail):,}: written by another"
            )
        if self._settled:
            return
        if self._tail:
            _keep_torn(self.path, len(self.entries), self._tail)
            write.truncate(self.path, self._size)
            self._tail = b""
        self._write_head()
        named = {entry["torn"] for entry in self.entries if entry.get("event") == "recovered_tail"}
        for name, sha256, size in _torn_files(self.path):
            if name not in named:
                self._add({"event": "recovered_tail", "torn": name, "sha256": sha256, "bytes": size}, at)
        self._settled = True

    def _add(self, payload: Mapping[str, Any], at: str) -> None:
        whole = {**payload, "n": len(self.entries), "prev": self.head, "at": at}
        if self._key and (self.signing.keys or payload["event"] == SIGNERS):
            whole = signed(whole, self._key)
        line = rfc8785.dumps(whole)
        try:
            write.append_line(self.path, line)
        except BaseException:
            self._load()  # an append that failed half way may have left a tail
            raise
        self._size += len(line) + 1
        self.entries.append(Entry(json.loads(line), hashlib.sha256(line).hexdigest()))
        self._tree.append(line)
        self.signing.take(len(self.entries), self.entries[-1], check=False)
        if payload["event"] != "unit":
            self._write_head()

    def _write_head(self) -> None:
        if self._headed < len(self.entries):
            origin = origin_of(rfc8785.dumps(self.entries[0].payload))
            text = Checkpoint(origin, len(self.entries), self._tree.root).to_text()
            self._note = note.Note(text, (self._key.sign(text),) if self._key else ())
            write.write_bytes(self.path.with_name("checkpoint"), self._note.to_bytes())
            self._headed = len(self.entries)

    def sign(self) -> None:
        """Sign the head as it is: somebody looked at the log, and answers for it."""
        self._headed = 0
        self._write_head()


def append(path: Path, payload: Mapping[str, Any], at: str) -> str:
    """Open the log, append one entry, and return the new head; see `Log.append`."""
    return Log(path).append(payload, at)


def read(path: Path) -> list[Entry]:
    """
    Return the entries of a log; none where there is no log. A torn tail is passed over (see `load`).

    Raises:
        IntegrityError: If a line is not canonical JSON, does not follow the one before, or is not what the checkpoint
            commits to.
    """
    return load(path).entries


def check_listed(signing: Signing, listed: Sequence[note.PublicKey], lines: int) -> None:
    """
    Compare the signers that `case.toml` lists with those of the log.

    Raises:
        AuthorityError: If the log says that others sign: signed once is signed from then on.
        IntegrityError: If the log has lines that nobody signed, and there are signers.
    """
    if signing.keys and set(listed) != set(signing.keys):
        names = ", ".join(f"{key.name} ({key.id.hex()})" for key in signing.keys)
        raise AuthorityError(
            f"case.toml: signers: expected those of the log, {names}: the case is signed. Put them back; or let one "
            "of them sign the change: 'toolkit key sign CASE --key FILE'"
        )
    if listed and not signing.keys and lines:
        names = ", ".join(key.name for key in listed)
        raise IntegrityError(
            f"{CHECKPOINT}: not signed by a signer of case.toml ({names}); if the case had none when it was written, "
            "look at the log, then 'toolkit key sign CASE --key FILE'"
        )


def refuse_floats(value: Any) -> None:  # noqa: ANN401
    """
    Raise ValueError if a float is anywhere in the value: two programs may write the same float differently.

    >>> refuse_floats({"threshold": ["0.5", 1]})
    """
    if isinstance(value, float):
        raise ValueError(f"no floats in the log: write {value!r} as text")  # noqa: TRY004 - the value is wrong, not the call
    if isinstance(value, Mapping):
        for part in value.values():
            refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            refuse_floats(part)


def _keep_torn(path: Path, n: int, tail: bytes) -> None:
    """Keep a torn tail in `custody/torn/`; the same tail, kept before a kill, stays."""
    name = f"{n:08d}-{hashlib.sha256(tail).hexdigest()[:12]}"
    kept = path.with_name("torn") / name
    if not kept.exists():
        write.write_new(kept, tail)


def _torn_files(path: Path) -> list[tuple[str, str, int]]:
    """Return (path in the case, SHA-256, bytes) of each torn tail that was kept."""
    folder = path.with_name("torn")
    files = folder.iterdir() if folder.is_dir() else ()
    kept = sorted(file for file in files if file.is_file() and not write.is_temp(file.name))
    return [
        (f"custody/torn/{file.name}", hashlib.sha256(content).hexdigest(), len(content))
        for file in kept
        for content in [file.read_bytes()]
    ]
