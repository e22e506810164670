"""Is everything in the case what was sealed, written and logged? Reads, and never writes; no cache is asked."""

import itertools
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.custody import access, chain, commitments, erasure, grammar, heads, mandate, manifest, note, tombstones
from toolkit.custody.chain import LOG, Entry
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import Unreadable, file_digest, files_under, folder_digest, shown
from toolkit.custody.manifest import MANIFEST
from toolkit.custody.signing import NotSigned, Signing
from toolkit.custody.write import is_temp
from toolkit.errors import AuthorityError, IntegrityError
from toolkit.problems import Origin, Problem

FAILURES = {
    "V501": "the log is not what was written; outputs cannot be checked against it",
    "V502": "the log ends in bytes that are no line: an append that was killed, until the next step moves them away",
    "V503": "the case was never sealed",
    "V504": "the manifest is missing, unreadable, or not the one that was sealed last",
    "V505": "a sealed source is missing",
    "V506": "a sealed source has other content",
    "V507": "a sealed source can no longer be read, or is no regular file any more",
    "V508": "a file among the sources that was never sealed",
    "V509": "an output is missing",
    "V510": "an output has other content, or is no regular file any more",
    "V511": "a file among the outputs that no step names",
    "V512": "case.toml is not what the last step worked with",
    "V513": "hand/ is not what the last step worked with",
    "V514": "what a killed process left, kept in custody/torn/, is missing or has other content",
    "V515": "the checkpoint is not signed by a signer of the case",
    "V516": "a checkpoint that a witness cosigned, or that somebody kept, is not of this log, or not what was signed",
    "V517": "the mandate is not signed by a signer of the case, or was edited since",
    "V518": "a bundle is not the bag that its manifests describe",
    "V519": "a statement of a report is not what the log has of it, or its proof shows nothing",
    "V520": "a file that was forgotten is there again",
    "V521": "the record of who read the case was cut or edited",
    "V522": "a file that was destroyed by an erasure is there again",
    "V523": "a certificate of erasure is not signed by a signer, or not what was signed",
    "V524": "an erasure was begun and is not finished",
    "V525": "a value beside the log is not what the log committed to",
    "V526": "a line of a signed log is not signed by a signer of the case; nothing it says is believed",
    "V527": "the case has new signers, and none of the old signed that: they said that their keys were lost",
    "V528": "case.toml lists other signers than the log",
    "V529": "a file where none may stand, or that nothing in the log vouches for",
}
"""What `verify` can find, by code. A file that was moved (F407) or a clock that was (C303) is no failure but a note."""

WRITERS = ("unit", "outcome", "erased")
"""Events whose `outputs` say what a file is from then on."""

OUTPUT_FOLDERS = ("tables", "reports")
"""Folders in which every file is an output of some step."""
_BESIDE = ("custody/lock", "custody/lock.json", commitments.OPENINGS, erasure.KEY)
"""What may stand in `custody/` of a case, and leaves it with nobody."""

_SHORT = 12


@dataclass(frozen=True, order=True)
class Failure:
    """
    One thing that is not what it was.

    Args:
        code: One of `FAILURES`.
        path: The file, as `digest.shown` shows it.
        detail: What was expected and what was found.
    """

    code: str
    path: str
    detail: str

    def __post_init__(self) -> None:
        """Refuse a code that is not in the list."""
        if self.code not in FAILURES:
            raise ValueError(f"unknown failure code {self.code!r}")

    def __str__(self) -> str:
        """Return the line a person reads."""
        return f"{self.code} {self.path}: {self.detail}"


@dataclass(frozen=True)
class Verification:
    """
    The answer of `verify`.

    Args:
        checked: How many digests were compared with what was recorded: log, manifest, sources, outputs, settings.
        failures: Sorted by code, path and detail.
        notes: What a person should know and is no failure: moved sources, things among them that are no files, and
            lines of the log that are earlier than the line before.
        signed: Who signed the log's head, in words; 'unsigned' where nobody did.
        limits: What this verification cannot tell, in words.
        forgotten: Files that were forgotten on purpose, by path, rows, time and reason; not missing, and gone.
    """

    checked: int
    failures: list[Failure]
    notes: list[Problem]
    signed: str
    limits: tuple[str, ...] = ()
    forgotten: tuple[tombstones.Tombstone, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no failure."""
        return not self.failures


def verify(
    case_root: Path,
    outside: Iterable[Path] = (),
    trust: heads.Trust | None = None,
    *,
    sources: bool = True,
    read: Callable[[str], bool] | None = None,
) -> Verification:
    """
    Compare everything in the case with what was recorded of it.

    The log must hold together; the manifest must be the one sealed last, and every source in it unchanged; every output
    must be what the latest outcome of its step names (for reports, every outcome; for a step that was interrupted, also
    what its finished units name), unless the log has its tombstone, and nothing else may lie among the outputs;
    `case.toml` and `hand/` must be what the last step worked with; the checkpoint and the mandate must be signed by a
    signer, where there are any; the log must have grown from every checkpoint that a witness cosigned or that somebody
    kept.

    Args:
        case_root: The case.
        outside: Sources outside it, where files that were never sealed are to be found too.
        trust: Keys and checkpoints that the caller relies on; nothing in the case is relied on for itself.
        sources: Whether the sources are there; in a bundle only their digests are.
        read: Whether the bytes of a source are read, by its path in the manifest; else it is enough that a file is
            there. None: all are.
    """
    trust = trust or heads.Trust()
    failures: list[Failure] = []
    if (case_root / "custody").is_dir() and not os.access(case_root / "custody", os.R_OK | os.X_OK):
        unread = Failure("V501", "custody", "cannot be read: neither the log nor what it speaks for can be checked")
        return Verification(0, [unread], [], "not checked: the log cannot be read")
    log = _read_log(case_root, failures)
    entries, whole = (log.entries, True) if log else ([], False)
    signing = log.signing if log else Signing()
    named = _listed(case_root, failures)
    relied_on = [key for key in heads.relied(trust, signing) if key in signing.keys] or signing.keys or named or ()
    checked = len(entries) + _check_torn(case_root, entries, failures)
    checked += _check_manifest(case_root, entries, failures) if whole else 0
    listed = _read_manifest(case_root, failures)
    checked += len(listed or ())
    notes = _check_sources(case_root, outside, listed, read, failures) if sources and listed is not None else []
    notes += _clock_set_back(entries)
    gone: dict[str, tombstones.Tombstone] = {}
    if whole:
        gone = _forgotten(entries, failures)
        checked += _check_outputs(case_root, entries, gone, failures, bagged=not sources)
        checked += _check_settings(case_root, entries, failures)
        checked += _check_access(case_root, entries, failures) if sources else 0
        _check_named(entries, failures)
        _check_custody(case_root, entries, failures)
        checked += _check_erasures(case_root, relied_on, entries, failures)
        checked += _check_openings(case_root, entries, failures) if sources else 0
        _check_signers(trust, signing, named, failures)
    signed = _check_head(case_root, trust, signing, failures) if whole else "not checked: the log is not as it was"
    _check_mandate(case_root, relied_on, failures)
    kept, faults = heads.compare(case_root, trust)
    failures += [Failure("V516", shown(place), detail) for place, detail in faults]
    limits = heads.limits(signed, kept, sealed=len(entries))
    found = sorted(set(failures)), sorted(notes)
    return Verification(checked + kept, *found, signed, limits, tuple(stone for _, stone in sorted(gone.items())))


def expected_outputs(entries: Iterable[Entry]) -> dict[str, str]:
    """
    Return path -> SHA-256 of every output that should be there.

    An outcome replaces the earlier ones of its step; reports stay, as each has a folder of its own; a unit counts from
    when it is finished. A file that an erasure took something from is as that left it, until its step writes it again.
    What was forgotten, as it was, need not be there.

    Raises:
        IntegrityError: If a tombstone is none.
    """
    wrote: dict[str, str] = {}
    found: dict[str, str] = {}
    for entry in entries:
        step, outputs = str(entry.get("step")), entry.get("outputs")
        if entry["event"] == "forgotten":
            gone = {(path, stone.sha256) for path, stone in tombstones.tombstones(entry, "files").items()}
            found = dict(found.items() - gone)
        if entry["event"] not in WRITERS or not isinstance(outputs, dict):
            continue
        if entry["event"] == "outcome" and step != "report":
            found = {path: sha256 for path, sha256 in found.items() if wrote[path] != step}
        wrote = dict.fromkeys(outputs, step) | wrote
        found |= {path: str(sha256) for path, sha256 in outputs.items()}
    return found


def expected_models(entries: Iterable[Entry]) -> dict[str, str]:
    """Return path in a bundle -> SHA-256 of the rules and questions as they were run last."""
    found: dict[str, str] = {}
    for entry in entries:
        if "models" in entry:
            found = entry["models"]
    return found


def _clock_set_back(entries: list[Entry]) -> list[Problem]:
    """Return the lines whose time is before that of the line before: no failure, as lines are ordered by number."""
    return [
        Problem(
            "C303",
            Origin(LOG, f"line {entry['n'] + 1}"),
            f"is of {entry['at']}, the line before it of {last['at']}: a clock was set back, or had been ahead",
            "both kept; the order of the lines is that of their numbers",
        )
        for last, entry in itertools.pairwise(entries)
        if chain.is_earlier(entry["at"], last["at"])
    ]


def _forgotten(entries: list[Entry], failures: list[Failure]) -> dict[str, tombstones.Tombstone]:
    """Return the tombstones of what is forgotten, by path."""
    try:
        return tombstones.forgotten(entry for entry in entries if entry["event"] != "intent").done
    except IntegrityError as error:
        failures.append(Failure("V501", LOG, _detail(error, LOG)))
        return {}


def _read_log(case_root: Path, failures: list[Failure]) -> chain.Contents | None:
    """Return the log, or None where it cannot be relied on: then nothing that it says is believed."""
    try:
        contents = chain.load(case_root / LOG, every=True)
    except (IntegrityError, OSError) as error:
        path = CHECKPOINT if str(error).startswith(CHECKPOINT) else LOG
        code = ("V515" if path == CHECKPOINT else "V526") if isinstance(error, NotSigned) else "V501"
        failures.append(Failure(code, path, _detail(error, path)))
        return None
    if contents.tail:
        detail = f"{len(contents.tail):,} bytes after line {len(contents.entries)}, with no newline at their end"
        failures.append(Failure("V502", LOG, detail))
    return contents


def _listed(case_root: Path, failures: list[Failure]) -> tuple[note.PublicKey, ...] | None:
    """Return the signers that `case.toml` lists; None, and a failure, where it cannot be read."""
    try:
        return mandate.signers_in(case_root)
    except (IntegrityError, OSError) as error:
        failures.append(Failure("V512", "case.toml", _detail(error, "case.toml")))
        return None


def _check_signers(
    trust: heads.Trust, signing: Signing, listed: Sequence[note.PublicKey] | None, failures: list[Failure]
) -> None:
    """Compare who signs the log with `case.toml`, and say where new signers came without a word of the old."""
    for change in signing.lost:
        if not {note.public_key(text) for text in trust.signers} & set(change.keys):
            by = heads.named([change.by])
            detail = f"line {change.n + 1}: {by} signed for new signers, the old keys being lost; --trust one of them"
            failures.append(Failure("V527", LOG, detail))
    if listed and not signing.keys:
        failures.append(Failure("V515", CHECKPOINT, f"not signed by a signer ({heads.named(listed)})"))
    elif listed is not None and set(listed) != set(signing.keys):
        detail = (
            f"signers: expected those of the log, {heads.named(signing.keys)}, found {heads.named(listed) or 'none'}"
        )
        failures.append(Failure("V528", "case.toml", detail))


def _check_head(case_root: Path, trust: heads.Trust, signing: Signing, failures: list[Failure]) -> str:
    """Return who signed the log's head, as far as the caller relies on them."""
    try:
        return heads.signed(case_root, trust, signing)
    except (IntegrityError, OSError) as error:
        failures.append(Failure("V515", CHECKPOINT, _detail(error, CHECKPOINT)))
        return "not validly signed"


def _check_mandate(case_root: Path, by: Sequence[note.PublicKey], failures: list[Failure]) -> None:
    """Check that the mandate is signed as it stands, where there are signers."""
    if not os.path.lexists(case_root / "case.toml"):
        return
    try:
        mandate.check(case_root, [str(key) for key in by])
    except (AuthorityError, OSError) as error:
        failures.append(Failure("V517", mandate.MANDATE_NOTE, str(error)))


def _check_torn(case_root: Path, entries: list[Entry], failures: list[Failure]) -> int:
    recovered = [entry for entry in entries if entry["event"] == "recovered_tail"]
    for entry in recovered:
        _compare(case_root, entry["torn"], entry["sha256"], ("V514", "V514"), failures)
    return len(recovered)


def _check_manifest(case_root: Path, entries: list[Entry], failures: list[Failure]) -> int:
    """Compare the manifest with the one that was sealed last."""
    sha256 = expected_outputs(entries).get(MANIFEST)
    if sha256 is None:
        failures.append(Failure("V503", MANIFEST, "no seal in the log: run 'toolkit seal CASE'"))
        return 0
    _compare(case_root, MANIFEST, sha256, ("V504", "V504"), failures)
    return 1


def _read_manifest(case_root: Path, failures: list[Failure]) -> list[manifest.Entry] | None:
    """Return the manifest's entries, or None where it cannot be read."""
    try:
        return manifest.read(case_root)
    except (IntegrityError, OSError) as error:
        failures.append(Failure("V504", MANIFEST, _detail(error, MANIFEST)))
        return None


def _check_sources(
    case_root: Path,
    outside: Iterable[Path],
    listed: list[manifest.Entry],
    read: Callable[[str], bool] | None,
    failures: list[Failure],
) -> list[Problem]:
    """Compare the sources with the manifest; return the notes."""
    sealed = dict(listed)
    elsewhere = [Path(path) for path in sealed if path.startswith("/")]
    unread = {path: sha256 for path, sha256 in listed if read and not read(path)}
    there = manifest.scan(case_root, [*outside, *elsewhere], unread=unread)
    now, changes = dict(there.entries), manifest.compare(listed, there.entries)
    problems = {problem.origin.source: problem for problem in there.problems if problem.code != "F410"}
    for path in changes.lost:
        problem = problems.pop(shown(path), None)
        if problem and os.path.lexists(case_root / path):
            failures.append(Failure("V507", shown(path), f"{problem.message}; sealed as {sealed[path][:_SHORT]}"))
        else:
            failures.append(Failure("V505", shown(path), f"missing; sealed as {sealed[path][:_SHORT]}"))
    failures += [
        Failure("V506", shown(path), f"expected {sealed[path][:_SHORT]}, found {now[path][:_SHORT]}")
        for path in changes.changed
    ]
    try:
        back = erasure.returned(case_root, {path: now[path] for path in changes.added})
        buried = erasure.tombstones(case_root)
    except IntegrityError as error:
        failures.append(Failure("V523", erasure.FOLDER, str(error)))
        back, buried = {}, []
    failures += [
        Failure("V522", shown(path), f"destroyed on {stone.destroyed[:10]}, by {stone.certificate}")
        for path, stone in back.items()
        if not path.startswith("/")
    ]
    failures += [
        Failure("V508", shown(path), f"never sealed; its digest now is {now[path][:_SHORT]}")
        for path in changes.added
        if path not in back
    ]
    moved = [
        Problem("F407", Origin(shown(old)), f"moved to {shown(new)}", "content as sealed; run 'toolkit seal CASE'")
        for old, new in changes.moved
    ]
    outside_still = [
        Problem("F411", Origin(shown(path)), f"destroyed in the case by {stone.certificate}", "outside; not reached")
        for path, stone in back.items()
        if path.startswith("/")
    ]
    stones = [stone for stone in buried if stone.source not in sealed]
    destroyed = [
        Problem("F412", Origin(shown(stone.source)), _destroyed(stone), f"tombstone in {stone.certificate}")
        for stone in stones
    ]
    return [*problems.values(), *moved, *outside_still, *destroyed]


def _destroyed(stone: erasure.Tombstone) -> str:
    return (
        f"destroyed on {stone.destroyed[:10]} by {stone.by}, witness: {stone.witness}; image {shown(stone.image_ref)}"
    )


def _check_outputs(
    case_root: Path,
    entries: list[Entry],
    gone: dict[str, tombstones.Tombstone],
    failures: list[Failure],
    *,
    bagged: bool,
) -> int:
    """Compare the outputs with the log, and name what the log does not."""
    try:
        expected = expected_outputs(entries)
    except IntegrityError:
        return 0  # a failure already
    expected.pop(MANIFEST, None)
    for path, sha256 in expected.items():
        _compare(case_root, path, sha256, ("V509", "V510"), failures)
    for folder in OUTPUT_FOLDERS:
        if not os.path.lexists(case_root / folder):
            continue
        for name in files_under(case_root / folder):
            path = f"{folder}/{name}"
            if path in expected or (not bagged and is_temp(Path(name).name)):
                continue
            if path in gone:
                detail = f"there again; forgotten {gone[path].at[:10]}: {gone[path].why}"
                failures.append(Failure("V520", shown(path), detail))
            else:
                failures.append(Failure("V511", shown(path), "no outcome or unit in the log names it"))
    return len(expected)


def _check_named(entries: list[Entry], failures: list[Failure]) -> None:
    """Check that what lines of the log vouch for stands where that may stand."""
    vouched = [(each, "outputs") for entry in entries if entry["event"] in WRITERS for each in entry.get("outputs", ())]
    vouched += [(entry["torn"], "torn") for entry in entries if entry["event"] == "recovered_tail"]
    for path, by in sorted({*vouched}):
        if grammar.place_of(path) != by:
            failures.append(Failure("V529", shown(path), f"line of the log: no file of the kind '{by}' stands there"))


def _check_custody(case_root: Path, entries: list[Entry], failures: list[Failure]) -> None:
    """Check that `custody/` holds regular files only, each where one may stand; certificates are outputs."""
    expected = expected_outputs(entries)
    names = files_under(case_root / "custody") if os.path.lexists(case_root / "custody") else []
    for path in (f"custody/{name}" for name in names if not is_temp(Path(name).name)):
        by = grammar.place_of(path)
        if by is None and path not in _BESIDE:
            failures.append(Failure("V529", shown(path), "stands where nothing may"))
        elif by == "outputs" and path not in expected:
            failures.append(Failure("V511", shown(path), "no outcome or unit in the log names it"))
        elif not stat.S_ISREG(os.lstat(case_root / path).st_mode):
            failures.append(Failure("V529", shown(path), "not a regular file; not read"))
    try:
        erasure.the_key(case_root)
    except IntegrityError as error:
        failures.append(Failure("V525", erasure.KEY, _detail(error, erasure.KEY)))


def _check_settings(case_root: Path, entries: list[Entry], failures: list[Failure]) -> int:
    """Compare `case.toml` and `hand/` with what the last step worked with."""
    checked = 0
    for key, name, code, digest in (
        ("case", "case.toml", "V512", file_digest),
        ("hand", "hand", "V513", folder_digest),
    ):
        recorded = [str(entry[key]) for entry in entries if key in entry]
        if not recorded:
            continue
        checked += 1
        try:
            found = digest(case_root / name)
        except Unreadable as error:
            if name not in {failure.path for failure in failures}:
                failures.append(Failure(code, name, error.message))
            continue
        if found != recorded[-1] and name not in {failure.path for failure in failures}:
            detail = f"expected {recorded[-1][:_SHORT]}, found {found[:_SHORT]}: changed since the last step"
            failures.append(Failure(code, name, detail))
    return checked


def _check_access(case_root: Path, entries: list[Entry], failures: list[Failure]) -> int:
    """Compare what was read with what the log committed to; what was read since then is committed to by nothing."""
    wrong, _ = access.check(case_root, entries)
    if wrong:
        failures.append(Failure("V521", access.ACCESS, wrong))
    return 1 if any(entry["event"] == "access" for entry in entries) else 0


def _check_erasures(
    case_root: Path, signers: Sequence[note.PublicKey], entries: list[Entry], failures: list[Failure]
) -> int:
    """Check that certificates are signed as they are, and that what was begun is finished."""
    count, faults = erasure.check_certificates(case_root, signers)
    failures += [Failure("V523", shown(path), detail) for path, detail in faults]
    begun = [entry for entry in entries if (entry["event"], entry.get("step")) == ("intent", erasure.STEP)]
    done = [entry for entry in entries if entry["event"] == "erased"]
    orders = {made for entry in begun for made in entry["order"]}
    if len(begun) > len(done) or orders & _openings(case_root):
        detail = f"line {begun[-1]['n'] + 1} began it: run 'toolkit erase CASE --yes'"
        failures.append(Failure("V524", LOG, detail))
    return count


def _check_openings(case_root: Path, entries: list[Entry], failures: list[Failure]) -> int:
    """Compare the values that are kept beside the log with what it committed to; those that were erased are gone."""
    lists = [entry[key] for entry in entries for key in ("why", "reason", "order") if isinstance(entry.get(key), list)]
    named = {str(made) for made in itertools.chain(*lists)}
    if wrong := commitments.check(case_root, named):
        failures.append(Failure("V525", commitments.OPENINGS, wrong))
    return 1 if named else 0


def _openings(case_root: Path) -> set[str]:
    """Return the commitments whose values are there."""
    try:
        return set(commitments.opened(case_root))
    except (IntegrityError, OSError):
        return set()


def _compare(case_root: Path, path: str, sha256: str, codes: tuple[str, str], failures: list[Failure]) -> None:
    """Record a failure if *path* is missing (the first code) or not what it was (the second)."""
    missing, changed = codes
    if path.startswith("/") or ".." in path.split("/"):
        failures.append(Failure(changed, shown(path), "leads out of the case; not read"))
        return
    try:
        found = file_digest(case_root / path)
    except Unreadable as error:
        gone = isinstance(error.__cause__, FileNotFoundError)
        detail = f"missing; expected {sha256[:_SHORT]}" if gone else error.message
        failures.append(Failure(missing if gone else changed, shown(path), detail))
        return
    if found != sha256:
        failures.append(Failure(changed, shown(path), f"expected {sha256[:_SHORT]}, found {found[:_SHORT]}"))


def _detail(error: Exception, path: str) -> str:
    """Return an error's message without the path that the failure names anyway."""
    return str(error).removeprefix(f"{path}: ")
