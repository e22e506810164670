"""
`toolkit head` and `toolkit witness`: another party sees that the log only grew. It works by file, QR or paper.

What the witness is handed is the body of C2SP's add-checkpoint request (c2sp.org/tlog-witness): `old <size>`, one hash
of the consistency proof a line in base64, an empty line, the checkpoint. It sees no line of the log.
"""

import base64
import binascii
import re
import time
from collections.abc import Sequence
from pathlib import Path

from toolkit.case import Case
from toolkit.custody import checkpoint, heads, lock, merkle, note, write
from toolkit.custody.chain import LOG, load
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.errors import AuthorityError, IntegrityError, UsageError
from toolkit.steps.job import the_key

_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")


def head(case: Case, since: str | Path | None = None) -> str:
    """
    Return the log's head, and what shows that it grew from the checkpoint *since*: what a witness is handed.

    Raises:
        IntegrityError: If the log does not hold together, or did not grow from that checkpoint.
        UsageError: If there is no log yet, or no such file.
    """
    load(case.root / LOG)
    now = checkpoint.read(case.root / CHECKPOINT, CHECKPOINT)
    if now is None:
        raise UsageError("no log yet: run 'toolkit seal CASE' first")
    old, path = 0, []
    if since is not None:
        kept = _read(since)[0]
        lines = (case.root / LOG).read_bytes().split(b"\n")[: now[0].size]
        checkpoint.check_kept(kept, lines, str(since))
        old, path = kept.size, merkle.consistency_proof([merkle.leaf_hash(line) for line in lines], kept.size)
    proof = "".join(f"{base64.b64encode(each).decode()}\n" for each in path)
    return f"old {old}\n{proof}\n{now[1].to_bytes().decode()}"


def witness(request: str | Path, *, seen: str | Path, trust: Sequence[str] = ()) -> str:
    """
    Check that a log only grew since it was last seen, and return its head with our cosignature, which *seen* keeps.

    Args:
        request: What `head` returned.
        seen: File with the checkpoint of this log that was seen last; written anew. Absent the first time.
        trust: Public keys of the log's signer. Where there are any, one of them must have signed the head.

    Raises:
        IntegrityError: If the log did not grow from what was seen, or is another.
        UsageError: If there is no witness's key, or the request is none.
    """
    key = the_key()
    if key is None or key.kind != note.WITNESS:
        raise UsageError("expected a witness's key ('toolkit key new --witness'): --key FILE, or TOOLKIT_KEY")
    old, path, found = _parse(request)
    now = checkpoint.parse(found.text, str(request))
    keys = [note.public_key(text) for text in trust]
    if keys and not note.signed_by(found, keys, str(request)):
        raise IntegrityError(f"{request}: not signed by a signer that is trusted")
    if Path(seen).exists():
        _check_grew(_read(seen)[0], now, old, path, str(seen))
    cosigned = note.Note(found.text, (*found.signatures, key.sign(found.text, int(time.time()))))
    write.write_bytes(Path(seen), cosigned.to_bytes())
    return cosigned.to_bytes().decode()


def keep_head(case: Case, cosigned: str | Path) -> str:
    """
    Keep a checkpoint that a witness cosigned in the case, and say so. Keep it outside too.

    Raises:
        AuthorityError: If none of the witnesses that `case.toml` lists cosigned it.
        IntegrityError: If it is not of this log.
    """
    found, signed = _read(cosigned)
    by = note.signed_by(signed, [note.public_key(text) for text in case.settings.witnesses], str(cosigned))
    if not by:
        raise AuthorityError(f"{cosigned}: none of the witnesses that case.toml lists cosigned it")
    with lock.locked(case.root):
        checkpoint.check_kept(found, (case.root / LOG).read_bytes().split(b"\n")[:-1], str(cosigned))
        for key in by:
            name = f"{found.size:08d}-{key.id.hex()}.note"
            write.write_bytes(case.root / heads.WITNESSED / name, signed.to_bytes())
    return f"{found.size} lines, cosigned by {', '.join(key.name for key in by)}; keep the file outside the case too\n"


def _check_grew(
    before: checkpoint.Checkpoint, now: checkpoint.Checkpoint, old: int, path: list[bytes], place: str
) -> None:
    if before.origin != now.origin:
        raise IntegrityError(f"{place}: is of the log {before.origin}, the request of {now.origin}")
    if old != before.size:
        raise IntegrityError(f"{place}: {before.size} lines were seen last, the proof begins at {old}: ask for another")
    if not merkle.check_consistency(before.size, now.size, before.root, now.root, path):
        raise IntegrityError(
            f"{place}: the log of {now.size} lines did not grow from the {before.size} that were seen: rewritten or cut"
        )


def _read(path: str | Path) -> tuple[checkpoint.Checkpoint, note.Note]:
    found = checkpoint.read(Path(path), str(path))
    if found is None:
        raise UsageError(f"{path}: no such file")
    return found


def _parse(path: str | Path) -> tuple[int, list[bytes], note.Note]:
    """Return the older size, the proof and the head of a request."""
    try:
        first, _, rest = Path(path).read_bytes().partition(b"\n\n")
        old, *proof = first.decode().split("\n")
        hashes = [base64.b64decode(line, validate=True) for line in proof]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, binascii.Error) as error:
        raise UsageError(f"{path}: not what 'toolkit head' prints: {error}") from error
    size = _OLD.fullmatch(old)
    if not size:
        raise UsageError(f"{path}: expected 'old <size>' first, as 'toolkit head' prints it, found {old[:40]!r}")
    return int(size[1]), hashes, note.parse(rest, str(path))
