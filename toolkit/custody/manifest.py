"""
`custody/manifest.sha256`: every source of the case and its digest, in the format of `sha256sum`.

One line a file, `<64 hex>  <path>`, sorted bytewise by path; paths are relative to the case, absolute for sources
outside it. A name with a backslash, newline or return is escaped and its line begins with a backslash, as coreutils
9 does.
A first line `# salt <64 hex>`, which `sha256sum` passes over, changes with every erasure: the log keeps the digest of
each manifest, and with all other lines at hand a picture that was erased could be tried against an old one. The salt
follows from the case's key of keyed digests, which leaves the case with nobody, so that an old one is known to nobody.
Names are bytes: one that is not UTF-8 stands there as it is on the disk. Anyone can check it without us:
`cd CASE && sha256sum --check --strict custody/manifest.sha256`.
"""

import os
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

from toolkit.custody.digest import Unreadable, checksum_line, digest_and_stat, files_under, read_if_there, shown
from toolkit.custody.grammar import is_source
from toolkit.errors import IntegrityError
from toolkit.problems import Origin, Problem

MANIFEST = "custody/manifest.sha256"
"""Path of the manifest in a case."""

State = tuple[int, int, int, int, str]
"""Size, mtime in ns, inode, ctime in ns, SHA-256 of a file: what was hashed when. JSON turns the tuple into a list."""

StatCache = Mapping[str, State]
"""Path -> state."""

T = TypeVar("T")

_LINE = re.compile(rb"(\\?)([0-9a-f]{64})  ([^\0\n]+)")
_SALT = re.compile(rb"# salt [0-9a-f]{64}")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_UNESCAPED = {"\\": "\\", "n": "\n", "r": "\r"}


class Entry(NamedTuple):
    """
    A source and its digest.

    Args:
        path: Relative to the case, or absolute. Bytes that are not UTF-8 are surrogates (`os.fsdecode`); see `shown`.
        sha256: 64 hex digits.
    """

    path: str
    sha256: str


class Scan(NamedTuple):
    """What is there: entries sorted bytewise by path, problems, and the cache for the next scan."""

    entries: list[Entry]
    problems: list[Problem]
    cache: dict[str, State]


class Changes(NamedTuple):
    """Paths, sorted bytewise: added, changed, lost, and moved (from, to)."""

    added: list[str]
    changed: list[str]
    lost: list[str]
    moved: list[tuple[str, str]]


def scan(
    case_root: Path,
    outside: Iterable[Path] = (),
    cache: StatCache | None = None,
    *,
    unread: Mapping[str, str] | None = None,
    told: Callable[[str, State, bool], object] | None = None,
) -> Scan:
    """
    Return the digest of every file under `raw/` and under the sources outside the case; many are read at a time.

    What is no regular file, or cannot be read, becomes a problem (F401, F404, F405, F406) and has no entry; a name that
    is not UTF-8 has both (F410). A name like our temporary files' is a source like any other: it is not ours to ignore.

    Args:
        case_root: The case.
        outside: Files or folders that `case.toml` names, absolute, or relative to the case.
        cache: From an earlier scan; a file whose size, times and inode are those of the cache is not read again.
        unread: Path -> SHA-256 of files that are not read: it is enough that a regular file is there.
        told: Called with each path, its state, and whether it was read, in order, as soon as it is known.
    """
    cache, unread = cache or {}, unread or {}
    names = sources(case_root, outside)

    def known(name: str) -> tuple[State | Unreadable, bool]:
        path = case_root / name
        try:
            if name in unread and path.is_file() and not path.is_symlink():
                return _state(path.lstat(), unread[name]), False
            if cached := _known(path, cache.get(name)):
                return cached, False
            sha256, found = digest_and_stat(path)
        except Unreadable as error:
            return error, False
        return _state(found, sha256), True

    entries: list[Entry] = []
    problems: list[Problem] = []
    fresh: dict[str, State] = {}
    for name, (state, was_read) in zip(names, _side_by_side(known, names), strict=True):
        if isinstance(state, Unreadable):
            problems.append(Problem(state.code, Origin(shown(name)), state.message, "not sealed"))
            continue
        fresh[name] = state
        entries.append(Entry(name, state[-1]))
        if told:
            told(name, state, was_read)
        if any("\udc80" <= char <= "\udcff" for char in name):
            message = "name is not UTF-8; shown with its bytes escaped"
            problems.append(Problem("F410", Origin(shown(name)), message, "sealed under its exact bytes"))
    return Scan(entries, sorted(problems), fresh)


def _side_by_side(do: Callable[[str], T], names: Sequence[str]) -> Iterator[T]:
    """Yield what is done with each name, in order; a few names ahead are worked on, whatever happens to the caller."""
    ahead = 4 * (os.cpu_count() or 1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = deque(pool.submit(do, name) for name in names[:ahead])
        for name in [*names[ahead:], *[None] * min(ahead, len(names))]:
            done = waiting.popleft().result()
            if name is not None:
                waiting.append(pool.submit(do, name))
            yield done


def _state(found: os.stat_result, sha256: str) -> State:
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns, sha256


def digest_now(path: Path, cached: State | None = None) -> str:
    """
    Return the digest of a file; one whose state is that of the cache is not read again.

    Raises:
        Unreadable: If it is no regular file, or cannot be read.
    """
    known = _known(path, cached)
    return known[-1] if known else digest_and_stat(path)[0]


def sources(case_root: Path, outside: Iterable[Path] = ()) -> list[str]:
    """Return the path of all that is not a folder in `raw/` and *outside*, as the manifest has it, sorted bytewise."""
    found = set()
    for root in (case_root / "raw", *outside):
        top = Path(os.path.abspath(case_root / root))  # noqa: PTH100 - `resolve` would follow links
        name = top.relative_to(case_root).as_posix() if top.is_relative_to(case_root) else top.as_posix()
        if top.is_dir():
            found |= {name if below == "." else f"{name}/{below}" for below in files_under(top)}
        elif os.path.lexists(top) or top != case_root / "raw":
            found.add(name)
    return sorted(found, key=os.fsencode)


def compare(old: Iterable[Entry], new: Iterable[Entry]) -> Changes:
    """
    Return what became of the files of *old* in *new*.

    A file is moved when its path is gone and its content is at a path that is new; each new path is used once.

    >>> compare([Entry("raw/a", "1"), Entry("raw/b", "2")], [Entry("raw/b", "3"), Entry("raw/c", "1")])
    Changes(added=[], changed=['raw/b'], lost=[], moved=[('raw/a', 'raw/c')])
    """
    before, after = dict(old), dict(new)
    free = defaultdict(list)
    for path in sorted(after.keys() - before.keys(), key=os.fsencode, reverse=True):
        free[after[path]].append(path)
    moved, lost = [], []
    for path in sorted(before.keys() - after.keys(), key=os.fsencode):
        if free[before[path]]:
            moved.append((path, free[before[path]].pop()))
        else:
            lost.append(path)
    added = sorted((path for paths in free.values() for path in paths), key=os.fsencode)
    changed = sorted((path for path in before.keys() & after.keys() if before[path] != after[path]), key=os.fsencode)
    return Changes(added, changed, lost, moved)


def render(entries: Iterable[Entry], salt: str = "") -> bytes:
    r"""
    Return the manifest's bytes; the salt, where there is one, is 64 hex digits.

    >>> render([Entry("raw/b", "2" * 64), Entry("raw/a", "1" * 64)]).count(b"\n")
    2
    """
    head = f"# salt {salt}\n".encode() if salt else b""
    return head + b"".join(checksum_line(entry.sha256, entry.path) for entry in sorted(entries, key=_bytewise))


def parse(content: bytes) -> list[Entry]:
    """
    Return the entries of a manifest.

    Raises:
        IntegrityError: If a line is not what `render` writes: names the line, what was expected and what was found.
    """
    lines = content.split(b"\n")
    if lines.pop():
        raise IntegrityError(f"{MANIFEST}: line {len(lines) + 1} does not end: expected a newline")
    salted = bool(lines) and _SALT.fullmatch(lines[0]) is not None
    entries = [_entry(number, line) for number, line in enumerate(lines, 1) if number > salted]
    for number, (one, two) in enumerate(pairwise(entries), 2 + salted):
        if _bytewise(one) >= _bytewise(two):
            raise IntegrityError(
                f"{MANIFEST}: line {number} is out of order: {shown(two.path)!r} repeats or belongs before"
            )
    return entries


def read(case_root: Path) -> list[Entry]:
    """Return the entries of a case's manifest; none where it was never sealed."""
    path = case_root / MANIFEST
    return parse(read_if_there(path) or b"")


def _entry(number: int, line: bytes) -> Entry:
    """Return the entry of a line, or raise IntegrityError."""
    parts = _LINE.fullmatch(line)
    if not parts:
        found = shown(os.fsdecode(line[:120]))
        raise IntegrityError(f"{MANIFEST}: line {number}: expected '<64 hex>  <path>', found {found!r}")
    path = os.fsdecode(parts[3])
    if parts[1]:
        path = _ESCAPE.sub(lambda found: _UNESCAPED.get(found[1], found[0]), path)
    entry = Entry(path, parts[2].decode())
    if checksum_line(entry.sha256, path) != line + b"\n":
        raise IntegrityError(f"{MANIFEST}: line {number}: not escaped as sha256sum does: {shown(path)!r}")
    if not is_source(path):
        raise IntegrityError(
            f"{MANIFEST}: line {number}: expected a path under raw/ or absolute, found {shown(path)!r}"
        )
    return entry


def _known(path: Path, cached: State | None) -> State | None:
    """Return the cached state if the file still has it; times are compared with what the file itself says."""
    if cached is None:
        return None
    try:
        now = path.lstat()
    except OSError:
        return None
    size, mtime_ns, inode, ctime_ns, sha256 = cached
    same = (now.st_size, now.st_mtime_ns, now.st_ino, now.st_ctime_ns) == (size, mtime_ns, inode, ctime_ns)
    return (size, mtime_ns, inode, ctime_ns, sha256) if same else None


def _bytewise(entry: Entry) -> bytes:
    return os.fsencode(entry.path)
