"""`toolkit verify`: is everything still what it was."""

import datetime as dt
import json
import math
import random
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.case import Case, open_case
from toolkit.custody import bag, digest, manifest, write
from toolkit.custody import verify as custody
from toolkit.custody.bundle import verify_bundle
from toolkit.custody.heads import Trust
from toolkit.custody.signing import keys_of
from toolkit.custody.verify import Verification
from toolkit.errors import IntegrityError, ToolkitError
from toolkit.steps.job import now

LAST_FULL_READ = "cache/last_full_read.json"
"""Path of what is known of the last verification that read every source."""


def verify(
    path: str | Path,
    *,
    heads: Sequence[str | Path] = (),
    trust: Sequence[str] = (),
    witnesses: Sequence[str] = (),
    sample: float | None = None,
    seed: str | None = None,
) -> Verification:
    """
    Check every source against the manifest, every table and report against the log, and the log itself.

    Everything is read again; nothing of the case is written, but, in its cache, when every source was read last. The
    log proves what was recorded, not that it is true, and whoever holds the key and the only copy of a case can rewrite
    it whole: compare it with a head that somebody else keeps.

    Args:
        path: The case, or a bundle of one, whose own keys count for nothing.
        heads: Checkpoints of its log that were kept elsewhere.
        trust: Public keys of those who may sign; for a case, where there are none, those that its log names:
            whoever rewrites the whole log can name others.
        witnesses: Public keys of witnesses, likewise.
        sample: The share of the sources whose bytes are read: 0, none, only the records; 0.01, one in a hundred. None:
            all. The others need only be there. `limits` says what that bounds.
        seed: What chooses the sample; said in `limits`, so that it can be drawn again. A new one each time where None.

    Raises:
        NoCase: If the folder is not a case.
    """
    if bag.is_bag(Path(path)):
        return verify_bundle(Path(path).resolve(), Trust(trust, witnesses, [Path(head) for head in heads]))
    case = open_case(path)
    settings = case.settings
    keys_of(list(settings.signers), "case.toml")
    relied_on = Trust(trust, witnesses or settings.witnesses, [Path(head) for head in heads], own=True)
    part = None if sample is None else _part(case, sample, seed or secrets.token_hex(8))
    found = custody.verify(
        case.root, [Path(source.path) for source in settings.sources], relied_on, read=part.read if part else None
    )
    if part is None:
        _note_full_read(case, found)
        return found
    return replace(found, limits=(*part.limits, _last_full_read(case), *found.limits))


@dataclass(frozen=True)
class _Part:
    """Which sources are read, and what is said of that."""

    paths: frozenset[str]
    limits: tuple[str, ...]

    def read(self, path: str) -> bool:
        """Whether a source is read."""
        return path in self.paths


def _part(case: Case, share: float, seed: str) -> _Part:
    """Draw a part of the sealed sources."""
    try:
        names = sorted(entry.path for entry in manifest.read(case.root))
    except IntegrityError:
        names = []  # verify says so
    wanted = min(len(names), math.ceil(share * len(names)))
    chosen = frozenset(random.Random(seed).sample(names, wanted))  # noqa: S311 - it is to be drawn again
    if not wanted:
        return _Part(chosen, (f"The bytes of {len(names)} sources were not read: a change in one is not seen.",))
    most = undetected(len(names), wanted)
    return _Part(
        chosen,
        (
            f"The bytes of {wanted} of {len(names)} sources were read, drawn by seed {seed}.",
            f"If more than {most} of them had been changed, this part would have met one with 95 % certainty.",
        ),
    )


def undetected(files: int, read: int, miss: float = 0.05) -> int:
    """
    Return how many of the files may be changed so that a part misses all of them at least as often as *miss*.

    >>> undetected(100, 100), undetected(100, 1), undetected(1000, 60)
    (0, 95, 47)
    """

    def missed(changed: int) -> float:
        if changed > files - read:
            return 0.0
        chosen = (math.lgamma(n + 1) - math.lgamma(n - read + 1) for n in (files - changed, files))
        kept, total = chosen
        return math.exp(kept - total)

    low, high = 0, files
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if missed(middle) >= miss else (low, middle - 1)
    return low


def _note_full_read(case: Case, found: Verification) -> None:
    """Keep when every source was read; a copy that cannot be written does not."""
    said = {"at": now(), "failures": len(found.failures)}
    with suppress(ToolkitError):
        write.refuse_links(case.root)
        write.write_text(case.root / LAST_FULL_READ, json.dumps(said))


def _last_full_read(case: Case) -> str:
    """Return how old the last full read is, as far as this copy of the case knows: a cache is no evidence."""
    try:
        said = json.loads(digest.read_regular(case.root / LAST_FULL_READ))
        days = (dt.datetime.fromisoformat(now()) - dt.datetime.fromisoformat(said["at"])).days
        return (
            f"Every source was read last on {said['at'][:10]}, {days} days ago, with {int(said['failures'])} failures."
        )
    except (ToolkitError, ValueError, KeyError, TypeError):
        return "No verification that read every source is known of this copy."
