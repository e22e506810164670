"""`toolkit verify`: is everything still what it was."""

from pathlib import Path

from toolkit.case import open_case
from toolkit.custody import verify as custody
from toolkit.custody.verify import Verification


def verify(path: str | Path) -> Verification:
    """
    Check every source against the manifest, every table and report against the log, and the log itself.

    Everything is read again; nothing is written. The log proves what was recorded, not that it is true, and whoever
    holds the only copy of a case can rewrite it whole: compare the head with one that somebody else keeps.

    Raises:
        NoCase: If the folder is not a case.
    """
    case = open_case(path)
    return custody.verify(case.root, [Path(source.path) for source in case.settings.sources])
