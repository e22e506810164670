"""`toolkit export`: what a case found, in a form that other programs read."""

from collections.abc import Callable
from pathlib import Path

from toolkit.audit.case_uco import case_uco
from toolkit.audit.markdown import answers_markdown
from toolkit.audit.workbook import workbook
from toolkit.case import Case
from toolkit.custody import digest, write
from toolkit.custody.chain import LOG, Entry, load
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.verify import expected_outputs
from toolkit.errors import IntegrityError, UsageError
from toolkit.shown import visible_json
from toolkit.steps.ask import answers_of
from toolkit.steps.check import verdicts_of
from toolkit.steps.consulted import consulted
from toolkit.steps.report import EXPORTED, exported


def export(case: Case, form: str, out: str | Path) -> Path:
    """
    Write what a case found to a new file.

    The log and every table are compared with each other first; the same case gives the same bytes. That it
    was exported, and for whom, goes on record.

    Args:
        case: The case; reconstructed.
        form: "case-uco" (CASE/UCO 1.4 JSON-LD: sources, what was done, candidates as hypotheses), "xlsx" (answers,
            verdicts and sources as a workbook of texts), "markdown" (answers and verdicts).
        out: A file that does not exist, outside the case; it is there whole or not at all.

    Raises:
        IntegrityError: If the log does not hold together, or a table is not what it says.
        UsageError: If the form is unknown, the file exists or lies in the case, or a step has not run.
    """
    if form not in FORMS:
        raise UsageError(f"no form {form!r}: the forms are {', '.join(FORMS)}")
    wanted = Path(out).resolve()
    if wanted.exists() or wanted.is_relative_to(case.root):
        raise UsageError(f"{out}: expected a file that does not exist, outside the case")
    entries = load(case.root / LOG).entries
    _check_tables(case, entries)
    content = FORMS[form](case, entries)
    consulted(case, f"export {form}", "disclosure")
    try:
        write.write_new(wanted, content)
    except FileExistsError as error:
        raise UsageError(f"{out}: expected a file that does not exist, found one that came meanwhile") from error
    return wanted


def _check_tables(case: Case, entries: list[Entry]) -> None:
    for path, sha256 in expected_outputs(entries).items():
        if path.startswith("tables/") and digest.file_digest(case.root / path) != sha256:
            raise IntegrityError(
                f"{path}: is not what the log says; nothing exported: see 'toolkit verify {case.root}'"
            )


def _case_uco(case: Case, entries: list[Entry]) -> bytes:
    about = {"origin": (case.root / CHECKPOINT).read_text().split("\n")[0], "title": case.settings.about.title}
    if case.settings.mandate:
        about["legal_basis"] = case.settings.mandate.legal_basis
    swept = (case.folder("sweep") / "candidates").exists() or (case.folder("sweep") / "candidates.parquet").exists()
    candidates = case.table("candidates") if swept else None
    document = case_uco(about, case.table("sources"), entries, candidates)
    return (visible_json(document, indent=1) + "\n").encode()


def _xlsx(case: Case, _: list[Entry]) -> bytes:
    return workbook({name: exported(case, name) for name in EXPORTED})


def _markdown(case: Case, entries: list[Entry]) -> bytes:
    about = {
        "title": case.settings.about.title,
        "period": f"{case.settings.about.from_} to {case.settings.about.to}",
        "as_at": case.as_at.text,
        "head of the log": f"{entries[-1].digest}, line {len(entries)}",
        "limits": "a state says how an answer is known; not_found is not no; a candidate identifies nobody",
    }
    return answers_markdown(answers_of(case), verdicts_of(case), about, case.table("examinations")).encode()


FORMS: dict[str, Callable[[Case, list[Entry]], bytes]] = {
    "case-uco": _case_uco,
    "xlsx": _xlsx,
    "markdown": _markdown,
}
