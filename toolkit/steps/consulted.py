"""Who is asking, and why: for `custody/access.jsonl`, and for what the log says of each step."""

import datetime as dt
import errno
import os
import warnings

import toolkit
from toolkit.case import Case
from toolkit.custody import access
from toolkit.errors import ResourceError

VARIABLES = {"by": "TOOLKIT_AS", "reason": "TOOLKIT_REASON", "to": "TOOLKIT_TO", "witness": "TOOLKIT_WITNESS"}
"""Environment variables with the post of who is at work, why, to whom something is given, and who watches."""

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class NotLogged(UserWarning):
    """The case cannot be written, so that nobody will know that it was read."""


def stated() -> dict[str, str]:
    """
    Return `by`, `reason`, `to` and `witness`, as far as they are stated.

    Raises:
        UsageError: If a post is not a post's reference.
    """
    found = {key: text for key, name in VARIABLES.items() if (text := os.environ.get(name, "").strip())}
    for key in found.keys() - {"reason"}:
        access.post(found[key], VARIABLES[key])
    return found


def consulted(case: Case, what: str, operation: str = "consultation") -> None:
    """
    Put on record that somebody reads the case; call it before anything is shown.

    A copy that cannot be written can be read all the same: a warning `NotLogged` says that this is on no record.

    Args:
        case: The case.
        what: What is asked, "ask Q42": no reference, and no words that were looked for.
        operation: One of `access.OPERATIONS`.

    Raises:
        ResourceError: If the disk is full: what cannot be logged is not shown.
        UsageError: If a post is not a post's reference.
    """
    at = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    line = {"at": at, "operation": operation, "what": what, "tool": toolkit.__version__, **stated()}
    try:
        access.append(case.root, line)
    except ResourceError as error:
        if getattr(error.__cause__, "errno", None) not in _READ_ONLY:
            raise
        warnings.warn(f"not logged: {case.root} cannot be written", NotLogged, stacklevel=3)
