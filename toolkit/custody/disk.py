"""The calls that change the disk, each as small as the operating system has it, and what its refusals are called."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.errors import ResourceError

_FULL = {errno.ENOSPC: "disk full", errno.EDQUOT: "disk quota used up", errno.EFBIG: "file size limit reached"}


class Disk:
    """The calls that change the disk, each as small as the operating system has it."""

    def make_folder(self, folder: Path) -> None:
        """Make one folder; its parent exists."""
        folder.mkdir(exist_ok=True)

    def open_temp(self, folder: Path) -> tuple[int, Path]:
        """Return a new, empty temporary file of *folder*, as (descriptor, path)."""
        path = folder / f".tmp-{os.urandom(8).hex()}"
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666), path

    def open_append(self, path: Path) -> int:
        """Return a descriptor that writes only at the end of *path*, made if absent."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o666)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write some of *data* and return how many bytes."""
        return os.write(descriptor, data)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to *size* bytes."""
        os.ftruncate(descriptor, size)

    def fsync(self, descriptor: int) -> None:
        """Return when the file's bytes are on the disk."""
        os.fsync(descriptor)

    def rename(self, temp: Path, path: Path) -> None:
        """Give the temporary file its name, replacing what had it."""
        temp.replace(path)

    def link(self, temp: Path, path: Path) -> None:
        """Give the temporary file a second name; FileExistsError if something has it."""
        path.hardlink_to(temp)

    def unlink(self, path: Path) -> None:
        """Remove a name."""
        path.unlink()

    def fsync_folder(self, folder: Path) -> None:
        """Return when the folder's names are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def resources(path: Path, need_bytes: int) -> Iterator[None]:
    """Turn what the operating system says of *path* into ResourceError; FileExistsError stays as it is."""
    try:
        yield
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError as error:
        if error.errno in _FULL:
            free = shutil.disk_usage(path.parent).free
            raise ResourceError(
                f"{path}: {_FULL[error.errno]}: needs {need_bytes:,} bytes or more, {free:,} free; "
                "what was committed stays: free space and run again"
            ) from error
        raise ResourceError(f"{path}: cannot be written: {error.strerror or error}") from error
