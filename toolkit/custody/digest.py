"""What a file, a folder or a value is, in 64 hex digits: SHA-256 throughout."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import rfc8785

from toolkit.errors import IntegrityError

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY  # a FIFO must not make us wait
_PRIVATE_USE = 0xEE  # first byte, in UTF-8, of U+E000 and above
_PIECE_BYTES = 1 << 22
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})


class Unreadable(IntegrityError):  # noqa: N818 - reads as the state it names
    """
    A path that has no digest.

    Args:
        code: F401 a link, F404 not a regular file, F405 changed while it was read, F406 refused by the system.
        path: The path, as given.
        message: What was found.
    """

    def __init__(self, code: str, path: Path, message: str) -> None:
        """Keep the parts; the text is 'F404 raw/pipe: not a regular file'."""
        super().__init__(f"{code} {shown(str(path))}: {message}")
        self.code, self.path, self.message = code, path, message

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[str, Path, str]]:
        """Let a worker hand it over: by its parts, not by its text."""
        return type(self), (self.code, self.path, self.message)


def file_digest(path: Path) -> str:
    """
    Return the SHA-256 of a regular file, in hex.

    Links are not followed. A file that changes while it is read is read once more.

    Raises:
        Unreadable: If the path is anything else, cannot be read, or does not hold still.
    """
    return digest_and_stat(path)[0]


def digest_and_stat(path: Path) -> tuple[str, os.stat_result]:
    """Return what `file_digest` returns, and the file's state while it was read."""
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        for _ in range(2):
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable("F404", path, f"not a regular file but a {_kind(before.st_mode)}")
            with open(descriptor, "rb", buffering=0, closefd=False) as file:
                file.seek(0)
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if _state(before) == _state(os.fstat(descriptor)):
                return sha256, before
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)
    raise Unreadable("F405", path, "changed while it was read, twice")


@contextmanager
def holding(path: Path, alive: Callable[[], None] | None = None) -> Iterator[tuple[BinaryIO, str]]:
    """
    Open a regular file, and yield it at its start with its SHA-256: what is read of it then is what was hashed.

    It stays the same file when its path leads elsewhere, and at the end it must have held still.

    Args:
        path: The file.
        alive: Called now and then while it is hashed.

    Raises:
        Unreadable: As `file_digest` does; when the file was written to meanwhile, after what was done with it.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise Unreadable("F404", path, f"not a regular file but a {_kind(before.st_mode)}")
        file, sha256 = os.fdopen(descriptor, "rb", closefd=False), hashlib.sha256()
        try:
            while piece := file.read(_PIECE_BYTES):
                sha256.update(piece)
                if alive:
                    alive()
            file.seek(0)
        except OSError as error:
            raise _unreadable(path, error) from error
        yield file, sha256.hexdigest()
        if _state(before) != _state(os.fstat(descriptor)):
            raise Unreadable("F405", path, "changed while it was read")
    finally:
        os.close(descriptor)


_once: dict[Path, tuple[tuple[int, ...], str]] = {}
"""What `digest_once` hashed in this process: path -> state and digest."""


def digest_once(path: Path) -> str:
    """Return what `file_digest` returns; a file whose size, times and inode are as they were is not read again."""
    try:
        state = _state(os.lstat(path))
    except OSError as error:
        raise _unreadable(path, error) from error
    if path in _once and _once[path][0] == state:
        return _once[path][1]
    sha256, read = digest_and_stat(path)
    _once[path] = _state(read), sha256
    return sha256


def digest_of(value: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    """
    Return the SHA-256 of the value's canonical JSON (RFC 8785), in hex.

    >>> digest_of({"b": 1, "a": [True, None]}) == digest_of({"a": [True, None], "b": 1})
    True
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: Any) -> bytes:  # noqa: ANN401
    r"""
    Return the value as canonical JSON (RFC 8785).

    Raises:
        ValueError: If JSON cannot say it, or a text is not Unicode (a lone surrogate).

    >>> canonical({"b": "é", "a": 1})
    b'{"a":1,"b":"\xc3\xa9"}'
    """
    return rfc8785.dumps(value)


def canonical_exact(value: Any) -> bytes:  # noqa: ANN401
    """
    Return the canonical form of a value without floats.

    The standard library writes it, six times as fast; only the order of keys differs when characters from U+E000 on
    are among them (RFC 8785 sorts by UTF-16).
    """
    made = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return canonical(value) if max(made, default=0) >= _PRIVATE_USE else made


def read_regular(path: Path) -> bytes:
    """
    Return what is in a regular file; no link is followed, and no pipe or device is waited for.

    Raises:
        Unreadable: If the path is anything else, is missing, or cannot be read.
    """
    try:
        with open_regular(path) as file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_if_there(path: Path) -> bytes | None:
    """Return what `read_regular` returns; None where there is no such file. One that cannot be seen is not absent."""
    try:
        return read_regular(path)
    except Unreadable as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read it, under the conditions of `read_regular`."""
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise Unreadable("F404", path, f"not a regular file but a {_kind(mode)}")
    return os.fdopen(descriptor, "rb")


def folder_digest(folder: Path) -> str:
    r"""
    Return a digest of all files under *folder*, by path and content; an absent folder is an empty one.

    It is the SHA-256 of the lines that `sha256sum` prints for the files, paths relative to the folder and sorted
    bytewise: `cd FOLDER && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum`.

    Raises:
        Unreadable: If anything in it is not a regular file.
    """
    if not os.path.lexists(folder):
        return hashlib.sha256().hexdigest()
    lines = (checksum_line(file_digest(folder / name), name) for name in files_under(folder))
    return hashlib.sha256(b"".join(lines)).hexdigest()


def files_under(folder: Path) -> list[str]:
    """
    Return the paths of all that is not a folder under *folder*, relative to it, sorted bytewise.

    Links are listed, not followed. A folder that cannot be listed is in the list itself ("." for *folder*), so that
    asking for its digest says why.
    """
    if folder.is_symlink():
        return ["."]
    return sorted(_walk(os.fspath(folder), ""), key=os.fsencode)


def checksum_line(sha256: str, path: str) -> bytes:
    r"""
    Return the line of `sha256sum` (coreutils 9) for a file: names with a backslash, newline or return are escaped.

    >>> checksum_line("ab", "raw/a b.csv")
    b'ab  raw/a b.csv\n'
    >>> checksum_line("ab", "raw/a\nb.csv")
    b'\\ab  raw/a\\nb.csv\n'
    """
    escaped = path.translate(_ESCAPES)
    mark = "\\" if escaped != path else ""
    return os.fsencode(f"{mark}{sha256}  {escaped}\n")


def shown(path: str) -> str:
    r"""
    Return a path as text that can be printed and kept in a table; what is not UTF-8 or not printable is escaped.

    Different paths are shown differently; an ordinary one is shown as it is.

    >>> shown("raw/posts/list.csv"), shown("raw/caf\udce9\n")
    ('raw/posts/list.csv', 'raw/caf\\xe9\\n')
    """
    text = path.replace("\\", "\\\\").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    r"""Return a character's escape; `\x80` and above are kept for bytes that are not UTF-8."""
    return char.encode("unicode_escape").decode() if ord(char) < 0x80 else f"\\u{ord(char):04x}"  # noqa: PLR2004


def _walk(root: str, under: str) -> Iterator[str]:
    folders = [under]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as found:  # noqa: PTH118 - not all names are Unicode
                for item in found:
                    path = f"{folder}/{item.name}" if folder else item.name
                    if item.is_dir(follow_symlinks=False):
                        folders.append(path)
                    else:
                        yield path
        except OSError:
            yield folder or "."


def _unreadable(path: Path, error: OSError | ValueError) -> Unreadable:
    if isinstance(error, ValueError):  # a NUL in the path, or half a character
        return Unreadable("F406", path, f"no name that a file can have: {error}")
    if error.errno == errno.ELOOP and path.is_symlink():
        return Unreadable("F401", path, f"a link to '{shown(str(path.readlink()))}'; not followed")
    if error.errno == errno.ENXIO:
        return Unreadable("F404", path, "not a regular file but a socket")
    return Unreadable("F406", path, f"cannot be read: {error.strerror or error}")


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "FIFO", stat.S_IFCHR: "device", stat.S_IFBLK: "device"}
    return kinds.get(stat.S_IFMT(mode), "special file")
