"""`toolkit seal`: the manifest of what was handed over."""

import json
from contextlib import suppress
from pathlib import Path

from toolkit.case import Case, Progress, Run
from toolkit.custody import erasure, lock, manifest, write
from toolkit.custody.digest import shown
from toolkit.errors import UsageError
from toolkit.problems import Origin, Problem
from toolkit.registers import KINDS
from toolkit.steps.job import job, open_log, salt_of_manifest

STAT_CACHE = "cache/stat.json"
"""Path of the cache in a case."""


KEPT = "cache/hashed.jsonl"
"""Path of what a seal has hashed so far: a long one that is killed goes on there."""
KEEP_BYTES, KEEP_FILES = 1 << 28, 1_000
"""How much is hashed before it is kept: a small case never is, and a kill costs no more than this."""


def seal(case: Case, *, progress: Progress | None = None) -> Run:
    """
    Write the manifest of everything under `raw/` and outside sources, and open the log.

    Anyone can check the manifest: `cd CASE && sha256sum -c custody/manifest.sha256`. Sealing again says what was
    added, changed, lost or moved since. A file whose size, times and inode are as before is not read again here
    (`verify` reads everything). A seal that was killed goes on with the file that it was at.

    Args:
        case: The case.
        progress: Told how many bytes are hashed.

    Raises:
        AuthorityError: If the case is signed, and there is no key of a signer.
        CaseLocked: If another process is working on the case.
        UsageError: If an outside source is not there, so that a share that is not mounted is not sealed as lost.
    """
    outside = [Path(source.path) for source in case.settings.sources]
    for path in outside:
        if not (case.root / path).exists():
            raise UsageError(
                f"case.toml: sources.path: expected a file or folder, found nothing at {path}: is it mounted?"
            )
    with lock.locked(case.root):
        open_log(case)  # who may not write into the log need not wait for hours to hear it
    keeping = _Keeping(case, outside, progress)
    found = _but_destroyed(case, manifest.scan(case.root, outside, read_cache(case), told=keeping.note))
    problems = [*found.problems, *_unknown_kinds(found.entries)]
    inputs = {
        "manifest": [[shown(entry.path), entry.sha256] for entry in found.entries],
        "problems": [*map(str, problems)],
    }
    with job(case, "seal", inputs) as work:
        if not work.up_to_date:
            changes = manifest.compare(manifest.read(case.root), found.entries)
            salt = salt_of_manifest(case, len(erasure.certificates(case.root)))
            work.keep(
                case.root / manifest.MANIFEST,
                write.write_bytes(case.root / manifest.MANIFEST, manifest.render(found.entries, salt)),
            )
            work.write_problems(problems)
            work.notes.append(_what_changed(changes, len(found.entries)))
        write.write_text(case.root / STAT_CACHE, json.dumps(found.cache))
        write.remove(case.root / KEPT)
    return work.result()


class _Keeping:
    """Keeps what is hashed as it is hashed, and says how far it is."""

    def __init__(self, case: Case, outside: list[Path], progress: Progress | None) -> None:
        self._case, self._progress = case, progress
        self._done = self._bytes = 0
        self._held: dict[str, manifest.State] = {}
        self._total = sum(_size(case.root / name) for name in manifest.sources(case.root, outside)) if progress else 0

    def note(self, name: str, state: manifest.State, was_read: bool) -> None:
        """Take the state of a file."""
        self._done += state[0]
        if self._progress:
            self._progress("seal", self._done, self._total)
        if not was_read:
            return
        self._held[name] = state
        self._bytes += state[0]
        if self._bytes >= KEEP_BYTES or len(self._held) >= KEEP_FILES:
            write.refuse_links(self._case.root)
            write.append_line(self._case.root / KEPT, json.dumps(self._held).encode())
            self._held, self._bytes = {}, 0


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def read_cache(case: Case) -> manifest.StatCache:
    """Return what was hashed when, or nothing where the cache is absent or damaged: it is never evidence."""
    found: dict[str, manifest.State] = {}
    for name in (STAT_CACHE, KEPT):
        path = case.root / name
        for line in path.read_bytes().split(b"\n") if path.is_file() else ():
            with suppress(ValueError, AttributeError, TypeError):  # the last line of a seal that was killed
                found |= {each: tuple(state) for each, state in json.loads(line).items()}
    return found


def _but_destroyed(case: Case, found: manifest.Scan) -> manifest.Scan:
    """Return the scan without what was destroyed once and lies there again: it is refused, and nothing reads it."""
    back = erasure.returned(case.root, dict(found.entries))
    refused = [
        Problem(
            "F411",
            Origin(shown(path)),
            f"destroyed on {stone.destroyed[:10]} ({stone.certificate})",
            "not sealed, not read",
        )
        for path, stone in back.items()
    ]
    entries = [entry for entry in found.entries if entry.path not in back]
    cache = {path: state for path, state in found.cache.items() if path not in back}
    return manifest.Scan(entries, sorted([*found.problems, *refused]), cache)


def _unknown_kinds(entries: list[manifest.Entry]) -> list[Problem]:
    known = ", ".join(KINDS)
    return [
        Problem(
            "F408",
            Origin(shown(entry.path)),
            f"expected a folder that is a kind of source ({known}), found {shown(entry.path.split('/')[1])!r}",
            "sealed, not read",
        )
        for entry in entries
        if entry.path.startswith("raw/") and entry.path.count("/") > 1 and entry.path.split("/")[1] not in KINDS
    ]


def _what_changed(changes: manifest.Changes, total: int) -> str:
    counts = ((len(paths), name) for name, paths in changes._asdict().items())
    return f"{total} files sealed: " + (", ".join(f"{n} {name}" for n, name in counts if n) or "as before")
