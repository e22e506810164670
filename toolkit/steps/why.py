"""`toolkit ask --why`, `toolkit check --why`: from a sentence to the records, and to what would most change it."""

from toolkit.audit.why import VIEWS, Manifest, Why, why_answer, why_verdict
from toolkit.case import Case
from toolkit.custody import manifest
from toolkit.custody.digest import shown
from toolkit.dates import interval
from toolkit.steps.ask import ask
from toolkit.steps.check import check
from toolkit.steps.singles import Said, said_of


def why(case: Case, name: str, *, subject: str | None = None, as_at: str | None = None) -> list[Why]:
    """
    Return why each answer to a question, or each verdict on a rule, is what it is.

    Args:
        case: The case; reconstructed.
        name: Question ("Q01") or rule ("R12").
        subject: Only that about this subject.
        as_at: Of a question, a day: see `toolkit.ask`.

    Raises:
        UsageError: If there is no such question or rule, or the case has not been reconstructed yet.
    """
    sealed = _sealed(case)
    if name[:1] in "Rr":
        verdicts = _about(case, check(case, name), subject)
        with case.connect(wanted=VIEWS) as tables:
            return [why_verdict(tables, verdict, sealed) for verdict in verdicts]
    answers = _about(case, ask(case, name, as_at=as_at), subject)
    with case.connect(wanted=(), as_at=interval(as_at) if as_at else None) as tables:
        return [why_answer(tables, answer, sealed) for answer in answers]


def _about(case: Case, found: list[Said], subject: str | None) -> list[Said]:
    """Return what is said about one subject, also where `answers` and `verdicts` only count it; None: all."""
    said = [one for one in found if subject in (None, one.subject)]
    return said if said or not found else said_of(case, found[0], [str(subject)])


def _sealed(case: Case) -> Manifest:
    """Return the line and digest of each file of the manifest, by the name it has in tables."""
    entries = manifest.read(case.root) if (case.root / manifest.MANIFEST).exists() else []
    return {shown(entry.path): (line, entry.sha256) for line, entry in enumerate(entries, 1)}
