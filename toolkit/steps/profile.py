"""`toolkit profile`: a profile proposed from a sample of an export."""

from pathlib import Path

from toolkit.errors import UsageError
from toolkit.readers.propose import Proposal
from toolkit.readers.propose import propose as propose_from
from toolkit.readers.source import DELIMITED, PLAIN
from toolkit.registers import KINDS

BEGIN_BYTES = 1024 * 1024
"""Of a delimited text, which is not read whole."""


def profile(path: str | Path, *, kind: str | None = None) -> Proposal:
    """
    Propose a profile for an export of an unknown layout, and say what is not sure. Nothing is written.

    Args:
        path: The export: CSV of any dialect, JSON or a workbook.
        kind: Kind of source (a folder under raw/); the one that fits best where None.

    Raises:
        UsageError: If there is no such kind, the file cannot be read, or it holds no rows that resemble a table.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind: expected one of {', '.join(KINDS)}, found {kind!r}")
    file = Path(path)
    try:
        with file.open("rb") as content:
            begin = content.read(BEGIN_BYTES) if file.name.lower().endswith((*DELIMITED, *PLAIN)) else content.read()
        return propose_from(begin, file.name, kind)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error
