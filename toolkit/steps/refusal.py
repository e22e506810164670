"""A refusal is logged too: what was asked for outside the mandate, when, and the exact difference."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from toolkit.case import Case
from toolkit.custody import lock, write
from toolkit.custody.commitments import commit
from toolkit.errors import AuthorityError, IntegrityError, ToolkitError
from toolkit.steps.job import asked_by, keep_access, now, open_log, settled

P = ParamSpec("P")
R = TypeVar("R")


def logged(ask: Callable[P, R]) -> Callable[P, R]:
    """
    Let a function of the gate, whose first argument is the case, log every refusal before it is raised.

    What is not the regular file that was sealed (a link, a pipe, a file that grows) is refused as what the mandate does
    not cover is. The difference names sources and probes, so that the log holds a commitment to it. A refusal that
    cannot be logged (no key of a signer, another process at work) is raised all the same, and says so.
    """

    @wraps(ask)
    def asked(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return ask(*arguments, **named)
        except (AuthorityError, IntegrityError) as refusal:
            case = arguments[0]
            if not isinstance(case, Case):
                raise
            if not (why_not := _log(case, ask.__name__, str(refusal))):
                raise
            kind = AuthorityError if isinstance(refusal, AuthorityError) else IntegrityError
            raise kind(f"{refusal}; this refusal could not be logged: {why_not}") from refusal

    return asked


def _log(case: Case, what: str, why: str) -> str:
    """Append a refusal to the log; return why that cannot be done, or nothing."""
    try:
        with lock.locked(case.root):
            write.sweep_temps(case.root)
            log = open_log(case)
            keep_access(case, log)
            refused = {"event": "refusal", "step": what, **settled(case), **asked_by(case)}
            log.append({**refused, "why": commit(case.root, [why])}, at=now())
    except ToolkitError as error:
        return str(error)
    return ""
