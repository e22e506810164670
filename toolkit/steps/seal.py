"""`toolkit seal`: the manifest of what was handed over."""

import json
from pathlib import Path

from toolkit.case import Case, Run
from toolkit.custody import erasure, manifest, write
from toolkit.custody.digest import shown
from toolkit.errors import UsageError
from toolkit.problems import Origin, Problem
from toolkit.registers import KINDS
from toolkit.steps.job import job

STAT_CACHE = "cache/stat.json"
"""Path of the cache in a case."""


def seal(case: Case) -> Run:
    """
    Write the manifest of everything under `raw/` and outside sources, and open the log.

    Anyone can check the manifest: `cd CASE && sha256sum -c custody/manifest.sha256`. Sealing again says what was
    added, changed, lost or moved since. A file whose size, times and inode are as before is not read again here
    (`verify` reads everything).

    Raises:
        CaseLocked: If another process is working on the case.
        UsageError: If an outside source is not there, so that a share that is not mounted is not sealed as lost.
    """
    outside = [Path(source.path) for source in case.settings.sources]
    for path in outside:
        if not (case.root / path).exists():
            raise UsageError(
                f"case.toml: sources.path: expected a file or folder, found nothing at {path}: is it mounted?"
            )
    found = _but_destroyed(case, manifest.scan(case.root, outside, read_cache(case)))
    problems = [*found.problems, *_unknown_kinds(found.entries)]
    inputs = {
        "manifest": [[shown(entry.path), entry.sha256] for entry in found.entries],
        "problems": [*map(str, problems)],
    }
    with job(case, "seal", inputs) as work:
        if not work.up_to_date:
            changes = manifest.compare(manifest.read(case.root), found.entries)
            work.keep(
                case.root / manifest.MANIFEST,
                write.write_bytes(case.root / manifest.MANIFEST, manifest.render(found.entries)),
            )
            work.write_problems(problems)
            work.notes.append(_what_changed(changes, len(found.entries)))
        write.write_text(case.root / STAT_CACHE, json.dumps(found.cache))
    return work.result()


def read_cache(case: Case) -> manifest.StatCache:
    """Return what was hashed when, or nothing where the cache is absent or damaged: it is never evidence."""
    try:
        return {name: tuple(state) for name, state in json.loads((case.root / STAT_CACHE).read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


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
