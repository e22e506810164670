"""`toolkit reconstruct`: the answers and the verdicts."""

import msgspec

from toolkit.audit import asking
from toolkit.case import STEPS, Case, Run
from toolkit.custody.digest import file_digest
from toolkit.custody.tombstones import FORGETTABLE
from toolkit.steps.job import job


def reconstruct(case: Case) -> Run:
    """
    Answer every question and judge every rule from the tables, and write `answers` and `verdicts`.

    Raises:
        UsageError: If nothing has been ingested yet.
    """
    with job(
        case,
        "reconstruct",
        {"tables": outcomes(case, "reconstruct"), "settings": facts(case), "models": asking.models()},
    ) as work:
        if not work.up_to_date:
            with case.connect() as tables:
                work.write("answers", asking.answers_table(tables))
                work.write("verdicts", asking.verdicts_table(tables))
    return work.result()


def outcomes(case: Case, before: str) -> dict[str, str]:
    """
    Return the digest of every table that the steps before this one have written.

    Not of descriptors: they are forgotten, no answer reads them, and `faces` says whose they were.
    """
    earlier = STEPS[: STEPS.index(before)]
    files = sorted(path for step in earlier for path in case.folder(step).rglob("*.parquet"))
    names = {case.relative(path): path for path in files}
    return {name: file_digest(path) for name, path in names.items() if not name.startswith(FORGETTABLE)}


def facts(case: Case) -> dict[str, object]:
    """Return what answers depend on beside tables, as JSON without floats."""
    settings = case.settings
    mandate = settings.mandate
    return {
        "about": msgspec.to_builtins(settings.about),
        "as_at": case.as_at.text,
        "rules": msgspec.to_builtins(settings.rules),
        "threshold": None if mandate is None else str(mandate.threshold),
    }
