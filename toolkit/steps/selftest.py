"""`toolkit selftest`: does the tool do on this machine what it was made to do; a report for a validation file."""

import datetime as dt
import hashlib
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import toolkit
from toolkit.custody import note, write
from toolkit.custody.digest import file_digest
from toolkit.errors import IntegrityError, UsageError
from toolkit.shown import visible, visible_json
from toolkit.steps.assertions import digests, disk, evidence, faces, installed, tables
from toolkit.steps.assertions.bench import Assertion, Bench, Unchecked
from toolkit.steps.assertions.report import LIMITS, Finding, Selftest, report_text, tally
from toolkit.steps.job import key_in, the_key

JSON, TEXT, NOTE = "selftest.json", "selftest.txt", "selftest.note"
GROUPS = {
    "installation": installed.ASSERTIONS,
    "digests and signatures": digests.ASSERTIONS,
    "this disk": disk.ASSERTIONS,
    "texts, dates and answers": tables.ASSERTIONS,
    "pictures and footage": faces.ASSERTIONS,
    "custody and the gate": evidence.ASSERTIONS,
}


def selftest(
    out: str | Path | None = None, key: str | Path | None = None, told: Callable[[Finding], object] | None = None
) -> Selftest:
    """
    Check every assertion on this machine, and write a report: `selftest.json`, `selftest.txt`, `selftest.note`.

    The note names the SHA-256 of the other two; it is signed where a key is given.

    Args:
        out: Folder of the report, made where it is not there; its disk is the one that is tried. None: a temporary
            folder is tried, and nothing is kept.
        key: File with a private key; TOOLKIT_KEY's where None.
        told: Called with each finding as it comes.

    Raises:
        UsageError: If the folder holds a report already, or the file no key.
    """
    signer = _signer(key)
    folder = Path(out).resolve() if out is not None else None
    if folder and (folder / JSON).exists():
        raise UsageError(f"{out}: holds a report already; name a new folder")
    if folder:
        write.make_folder(folder)
    began = dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory(prefix="selftest-", dir=folder) as scratch, _without_key():
        found = tuple(_told(findings(Bench(Path(scratch))), told))
    about = _about(began, folder)
    signed = f"signed by {signer.name}" if signer else "unsigned"
    report = Selftest(about, found, signed, folder)
    if folder:
        _write(report, folder, signer)
    return report


def findings(bench: Bench, groups: Iterable[str] = tuple(GROUPS)) -> Iterable[Finding]:
    """Yield what becomes of each assertion of the named groups, in order."""
    for group in groups:
        for assertion in GROUPS[group]:
            began = time.monotonic()
            passed, found = _checked(assertion, bench)
            spent = round(time.monotonic() - began, 3)
            yield Finding(assertion.name, group, assertion.what, assertion.expected, visible(found), passed, spent)


def check_report(folder: str | Path, trust: Iterable[str]) -> str:
    """
    Return who signed a report, once it is what was signed.

    Args:
        folder: Where it lies.
        trust: Public keys, from elsewhere.

    Raises:
        IntegrityError: If it is not what its note says, or none of the keys signed it.
    """
    place = Path(folder)
    found = note.parse((place / NOTE).read_bytes(), NOTE)
    if found.text != _signed_text(place):
        raise IntegrityError(f"{folder}: {JSON} or {TEXT} is not what {NOTE} says")
    by = note.signed_by(found, [note.public_key(text) for text in trust], NOTE)
    if not by:
        raise IntegrityError(f"{folder}: none of the keys given signed {NOTE}")
    return ", ".join(key.name for key in by)


def _checked(assertion: Assertion, bench: Bench) -> tuple[bool | None, str]:
    try:
        found = assertion.check(bench)
    except Unchecked as reason:
        return None, f"not checked: {reason}"
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is found
        return False, f"{type(error).__name__}: {error}"
    return found if isinstance(found, tuple) else (found == assertion.expected, found)


def _told(found: Iterable[Finding], told: Callable[[Finding], object] | None) -> Iterable[Finding]:
    for finding in found:
        if told:
            told(finding)
        yield finding


def _signer(key: str | Path | None) -> note.PrivateKey | None:
    return the_key() if key is None else key_in(key)


class _without_key:  # noqa: N801 - reads as what it does
    """The case that is made to be tried is nobody's: the user's key signs the report only."""

    def __enter__(self) -> None:
        self._key = os.environ.pop("TOOLKIT_KEY", None)

    def __exit__(self, *_: object) -> None:
        if self._key is not None:
            os.environ["TOOLKIT_KEY"] = self._key


def _about(began: dt.datetime, folder: Path | None) -> dict[str, Any]:
    from toolkit.faces import models  # noqa: PLC0415

    weights = {name: file_digest(models.weights_folder() / name) for name in models.SHA256}
    return {
        "tool": f"toolkit {toolkit.__version__}",
        "code": _code_digest(),
        "weights": weights,
        "at": began.isoformat(timespec="seconds"),
        "machine": {
            "host": platform.node(),
            "system": platform.platform(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "disk": str(folder) if folder else tempfile.gettempdir(),
        },
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in installed.NEEDED},
        "ffmpeg": installed.ffmpeg(),
    }


def _code_digest() -> str:
    """Return the digest of every file of the installed package but what Python compiled."""
    root = Path(toolkit.__file__).parent
    names = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return hashlib.sha256("".join(f"{file_digest(root / name)}  {name}\n" for name in names).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _write(report: Selftest, folder: Path, signer: note.PrivateKey | None) -> None:
    counts = dict(zip(("passed", "failed", "not_checked"), tally(report.findings), strict=True))
    said = {**report.about, "signed": report.signed, **counts, "limits": " ".join(LIMITS)}
    whole = {"schema_version": 1, **said, "assertions": [asdict(finding) for finding in report.findings]}
    write.write_new(folder / JSON, (visible_json(whole, indent=1) + "\n").encode())
    write.write_new(folder / TEXT, report_text(report).encode())
    text = _signed_text(folder)
    write.write_new(folder / NOTE, note.Note(text, (signer.sign(text),) if signer else ()).to_bytes())


def _signed_text(folder: Path) -> str:
    return "toolkit selftest\n" + "".join(f"{file_digest(folder / name)}  {name}\n" for name in (JSON, TEXT))
