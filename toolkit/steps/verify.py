"""`toolkit verify`: is everything still what it was."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.case import open_case
from toolkit.custody import bag
from toolkit.custody import verify as custody
from toolkit.custody.bundle import verify_bundle
from toolkit.custody.heads import Trust
from toolkit.custody.signing import keys_of
from toolkit.custody.verify import Verification


def verify(
    path: str | Path, *, heads: Sequence[str | Path] = (), trust: Sequence[str] = (), witnesses: Sequence[str] = ()
) -> Verification:
    """
    Check every source against the manifest, every table and report against the log, and the log itself.

    Everything is read again; nothing is written. The log proves what was recorded, not that it is true, and whoever
    holds the key and the only copy of a case can rewrite it whole: compare it with a head that somebody else keeps.

    Args:
        path: The case, or a bundle of one, whose own keys count for nothing.
        heads: Checkpoints of its log that were kept elsewhere.
        trust: Public keys of those who may sign; for a case, where there are none, those that its log names:
            whoever rewrites the whole log can name others.
        witnesses: Public keys of witnesses, likewise.

    Raises:
        NoCase: If the folder is not a case.
    """
    if bag.is_bag(Path(path)):
        return verify_bundle(Path(path).resolve(), Trust(trust, witnesses, [Path(head) for head in heads]))
    case = open_case(path)
    settings = case.settings
    keys_of(list(settings.signers), "case.toml")
    relied_on = Trust(trust, witnesses or settings.witnesses, [Path(head) for head in heads], own=True)
    return custody.verify(case.root, [Path(source.path) for source in settings.sources], relied_on)
