"""`toolkit profile`: a profile proposed from a sample of an export."""

from pathlib import Path

from toolkit.errors import UsageError
from toolkit.readers.propose import Proposal
from toolkit.readers.propose import propose as propose_from
from toolkit.readers.source import DELIMITED, PLAIN
from toolkit.registers import KINDS
from toolkit.steps import workers as lanes
from toolkit.steps.limits import Limits
from toolkit.steps.units import SILENT_S

MEMORY_BYTES = 2 << 30
"""Most memory that one export may take."""
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
    [(_, found)] = lanes.run([(Path(path), kind)], _proposed, 1, limits=lambda _: Limits(SILENT_S, MEMORY_BYTES))
    if isinstance(found, lanes.Failed):
        raise UsageError(f"{path}: cannot be read, tried twice: {found.why}")
    return found


def _proposed(asked: tuple[Path, str | None]) -> Proposal:
    """Propose a profile for a file: what parses it may die of it."""
    file, kind = asked
    try:
        with file.open("rb") as content:
            begin = content.read(BEGIN_BYTES) if file.name.lower().endswith((*DELIMITED, *PLAIN)) else content.read()
        return propose_from(begin, file.name, kind)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from error
