"""
The one module that writes into a case: a file is there whole, or not there.

Order of a write: temporary file in the same folder, fsync, rename (or link, where nothing may be replaced), fsync of
the folder. A process killed anywhere leaves the old file or the new one, and perhaps a temporary file that
`sweep_temps` takes away.
"""

import errno
import fcntl
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.custody.digest import open_regular, shown
from toolkit.custody.disk import Disk, resources
from toolkit.errors import IntegrityError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP_ROWS = 131_072
"""Rows in each Parquet row group but the last, however the rows arrive, so that batching never shows in the bytes."""

WRITTEN = ("custody", "tables", "reports", "cache")
"""Folders of a case that steps write to."""

_TEMP = re.compile(r"\.tmp-[0-9a-f]{16}")
_COPY_BYTES = 1 << 20


disk = Disk()
"""The disk in use. Only tests replace it."""


class Stream:
    """A file being written: enough of Python's file protocol for `pyarrow`, and a digest on the way."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Write to *descriptor*; *path* is the name in messages."""
        self._path, self._descriptor, self._sha256, self._size = path, descriptor, hashlib.sha256(), 0
        self.closed = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hex."""
        return self._sha256.hexdigest()

    def write(self, data: bytes | memoryview) -> int:
        """Write all of *data*, or raise ResourceError."""
        view = memoryview(data).cast("B")
        with resources(self._path, self._size + len(view)):
            _write_all(self._descriptor, view)
        self._sha256.update(view)
        self._size += len(view)
        return len(view)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Mark as closed; the file itself is committed by `writing`."""
        self.closed = True


@contextmanager
def writing(path: Path, *, replace: bool = True) -> Iterator[Stream]:
    """
    Give a stream whose bytes become *path* when the block ends well, and leave nothing when it does not.

    Raises:
        FileExistsError: If *replace* is false and something has the name.
        ResourceError: If the disk does not take it.
    """
    make_folder(path.parent)
    with resources(path, 0):
        descriptor, temp = disk.open_temp(path.parent)
    try:
        try:
            stream = Stream(path, descriptor)
            yield stream
            with resources(path, stream.tell()):
                disk.fsync(descriptor)
        finally:
            os.close(descriptor)
        with resources(path, stream.tell()):
            if replace:
                disk.rename(temp, path)
            else:
                disk.link(temp, path)
                disk.unlink(temp)
            disk.fsync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            temp.unlink()  # not through `disk`: a double that fails here would hide the failure it made
        raise


def write_bytes(path: Path, data: bytes) -> str:
    """Write *data* as *path*, replacing what was there, and return its SHA-256 in hex."""
    with writing(path) as stream:
        stream.write(data)
    return stream.sha256


def write_text(path: Path, text: str) -> str:
    """Write *text* in UTF-8 as it stands (no newline is changed) and return the SHA-256 of its bytes."""
    return write_bytes(path, text.encode())


def write_new(path: Path, data: bytes) -> str:
    """Write *data* as *path*, which must not exist (FileExistsError), and return its SHA-256 in hex."""
    with writing(path, replace=False) as stream:
        stream.write(data)
    return stream.sha256


def copy_file(source: Path, path: Path) -> str:
    """Copy the bytes of *source* to *path*, replacing what was there, and return their SHA-256 in hex."""
    with source.open("rb") as file, writing(path) as stream:
        while data := file.read(_COPY_BYTES):
            stream.write(data)
    return stream.sha256


def write_table(path: Path, rows: "pa.Table | Iterable[pa.RecordBatch]", schema: "pa.Schema | None" = None) -> str:
    """
    Write *rows* as Parquet and return the file's SHA-256 in hex.

    The same rows give the same bytes, in however many batches they come. zstd (but see `_encoding`), page checksums;
    the schema's own metadata (which may name the program that made it) is left out, that of its fields is kept.
    Batches are streamed: at most `ROW_GROUP_ROWS` rows and one batch are held.

    Args:
        path: The file.
        rows: A table, or record batches.
        schema: Schema of the batches; needed where *rows* is not a table.

    Raises:
        ValueError: If batches come without a schema, or with another one.
        ResourceError: If the disk does not take it.
    """
    import pyarrow as pa  # noqa: PLC0415 - `seal` and `verify` start without pyarrow (0.36 s)

    if isinstance(rows, pa.Table):
        schema, rows = rows.schema, rows.to_batches()
    if schema is None:
        raise ValueError(f"{path}: record batches need a schema")
    with writing_table(path, schema) as stream:
        for batch in rows:
            stream.add(batch)
    return stream.sha256


@contextmanager
def writing_table(path: Path, schema: "pa.Schema", ordered: Collection[str] = ()) -> "Iterator[TableStream]":
    """
    Give a stream of record batches that becomes *path* when the block ends well; see `write_table`.

    Args:
        path: Where.
        schema: Of the batches.
        ordered: Columns of different texts that come in order: of each, what the one before it does not have is kept.

    Raises:
        ResourceError: If the disk does not take it.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - `seal` and `verify` start without pyarrow (0.36 s)

    schema = schema.remove_metadata()
    packing = _without_dictionary(schema, ordered) if ordered else _encoding(schema)
    options = {"write_page_checksum": True, "version": "2.6", **packing}
    with writing(path) as file, pq.ParquetWriter(file, schema, **options) as writer:
        stream = TableStream(writer, schema, file)
        yield stream
        stream.end()


def _without_dictionary(schema: "pa.Schema", ordered: Collection[str]) -> dict[str, Any]:
    """
    Return how columns are packed where some hold texts in order, and lists of whole numbers: those as differences.

    Neither repeats: without dictionaries `answers_each` is a sixth smaller, and written in two thirds of the time
    (2.7 million rows of a case of 10^5 disclosures).
    """
    import pyarrow as pa  # noqa: PLC0415

    numbers = [each.name for each in schema if pa.types.is_nested(each.type) and each.type.value_type == pa.int64()]
    lists = [each.name for each in schema if pa.types.is_nested(each.type) and each.name not in numbers]
    others = [each.name for each in schema if each.name not in (*ordered, *numbers, *lists)]
    return {
        "compression": "zstd",
        "use_dictionary": [*others, *(f"{name}.list.element" for name in lists)],
        "column_encoding": dict.fromkeys(ordered, "DELTA_BYTE_ARRAY")
        | dict.fromkeys((f"{name}.list.element" for name in numbers), "DELTA_BINARY_PACKED"),
    }


def _encoding(schema: "pa.Schema") -> dict[str, Any]:
    """
    Return how columns are packed: zstd, with dictionaries; descriptors as they are.

    Their 128 float32 hardly repeat and hardly compress (by 8 %, for 1.7 times the time of writing, measured on rows
    of the index), and they are soon forgotten.
    """
    import pyarrow as pa  # noqa: PLC0415

    packed: list[str] = []
    plain: list[str] = []
    for field in schema:
        is_descriptor = pa.types.is_fixed_size_list(field.type) and pa.types.is_float32(field.type.value_type)
        (plain if is_descriptor else packed).append(field.name)
    if not plain:
        return {"compression": "zstd"}
    return {
        "compression": dict.fromkeys(packed, "zstd")
        | dict.fromkeys((f"{name}.list.element" for name in plain), "none"),
        "use_dictionary": packed,
    }


class TableStream:
    """A Parquet file being written: the same rows make the same bytes, in whatever batches they arrive."""

    def __init__(self, writer: "pq.ParquetWriter", schema: "pa.Schema", file: Stream) -> None:
        """Write batches of *schema* by *writer* to *file*."""
        self._writer, self._schema, self._file = writer, schema, file
        self._held: list[pa.RecordBatch] = []
        self._rows = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, in hex; once the block has ended."""
        return self._file.sha256

    def add(self, batch: "pa.RecordBatch") -> None:
        """Write the rows of a batch, or hold them until a row group is full."""
        import pyarrow as pa  # noqa: PLC0415

        if not batch.schema.equals(self._schema):
            raise ValueError(f"record batch has another schema than declared: {batch.schema} instead of {self._schema}")
        self._held.append(batch)
        self._rows += batch.num_rows
        if self._rows < ROW_GROUP_ROWS:
            return
        table = pa.Table.from_batches(self._held, self._schema)
        whole = self._rows - self._rows % ROW_GROUP_ROWS
        for start in range(0, whole, ROW_GROUP_ROWS):
            self._writer.write_table(table.slice(start, ROW_GROUP_ROWS).combine_chunks(), ROW_GROUP_ROWS)
        self._held, self._rows = table.slice(whole).to_batches(), self._rows - whole

    def end(self) -> None:
        """Write what is held: the last row group, the only one that may be smaller."""
        import pyarrow as pa  # noqa: PLC0415

        if self._rows:
            table = pa.Table.from_batches(self._held, self._schema).combine_chunks()
            self._writer.write_table(table, ROW_GROUP_ROWS)
        self._held, self._rows = [], 0


def append_line(path: Path, line: bytes) -> None:
    """
    Append *line* and a newline; return when both are on the disk.

    A failed append is undone as far as the disk allows; a killed one leaves a torn tail, which the log knows how to
    take away.

    Raises:
        IntegrityError: If the file has another name (a hard link), under which it would change too.
        ValueError: If *line* holds a newline.
        ResourceError: If the disk does not take it.
    """
    if b"\n" in line:
        raise ValueError(f"{path}: a line to append must not hold a newline")
    make_folder(path.parent)
    with resources(path, len(line) + 1):
        new = not path.exists()
        descriptor = _open_append(path)
        before = os.fstat(descriptor).st_size
        try:
            _write_all(descriptor, memoryview(line + b"\n"))
            disk.fsync(descriptor)
            if new:
                disk.fsync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(descriptor, before)
            raise
        finally:
            os.close(descriptor)


def append_shared(path: Path, line: bytes) -> None:
    """
    Append *line* and a newline in one call while others may do the same; return when both are on the disk.

    After bytes without a newline, which a killed process left, a newline comes first.

    Raises:
        IntegrityError: If the file has another name, as for `append_line`.
        ValueError: If *line* holds a newline.
        ResourceError: If the disk does not take it whole.
    """
    if b"\n" in line:
        raise ValueError(f"{path}: a line to append must not hold a newline")
    make_folder(path.parent)
    with resources(path, len(line) + 2):
        new = not path.exists()
        descriptor = _open_append(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            torn = _last_byte(path) not in (b"", b"\n")
            whole = b"\n" * torn + line + b"\n"
            if disk.write(descriptor, whole) < len(whole):
                raise OSError(errno.ENOSPC, "only part of a line was taken")
            disk.fsync(descriptor)
            if new:
                disk.fsync_folder(path.parent)
        finally:
            os.close(descriptor)


def read_alone(path: Path) -> bytes:
    """Return what is in a file that `append_shared` writes, while nobody appends."""
    with open_regular(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return file.read()


def truncate(path: Path, size: int) -> None:
    """Cut *path* to *size* bytes. Only for a torn tail that was kept elsewhere first."""
    with resources(path, 0):
        descriptor = _open_append(path)
        try:
            disk.truncate(descriptor, size)
            disk.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove the file, if it is there; return when its name is gone from the disk."""
    with resources(path, 0), suppress(FileNotFoundError):
        disk.unlink(path)
        disk.fsync_folder(path.parent)


def empty(folder: Path) -> None:
    """Remove all that lies in the folder, if it is there."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            remove(path)


def make_folder(folder: Path) -> None:
    """Make the folder and what is missing above it, each on the disk before the next."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with resources(folder, 0):
        disk.make_folder(folder)
        disk.fsync_folder(folder.parent)


def publish_folder(making: Path, folder: Path) -> None:
    """Give a folder that was filled under another name its own; return when the name is on the disk."""
    with resources(folder, 0):
        disk.rename(making, folder)
        disk.fsync_folder(folder.parent)


def is_temp(name: str) -> bool:
    """Whether a file of this name is one of our temporary files.

    >>> is_temp(".tmp-0123456789abcdef"), is_temp(".tmp-mine")
    (True, False)
    """
    return _TEMP.fullmatch(name) is not None


def sweep_temps(case_root: Path) -> list[Path]:
    """
    Remove what killed processes left half written in a case; only call while holding its lock.

    `raw/` is left alone: a file there is evidence, whatever its name.
    """
    found = []
    for folder, below, names in os.walk(case_root, followlinks=False):
        if Path(folder) == case_root and "raw" in below:
            below.remove("raw")
        found += [Path(folder, name) for name in names if is_temp(name)]
    for path in sorted(found):
        remove(path)
    return sorted(found)


def refuse_links(case_root: Path) -> None:
    """
    Refuse a case in which a folder that is written to is a link: what is written there would lie elsewhere.

    Raises:
        IntegrityError: Names the folder, and where it leads.
    """
    for top in WRITTEN:
        below = os.walk(case_root / top, followlinks=False)
        folders = [case_root / top, *(Path(folder, name) for folder, names, _ in below for name in names)]
        for folder in folders:
            if folder.is_symlink():
                name, leads = folder.relative_to(case_root).as_posix(), str(folder.readlink())
                raise IntegrityError(
                    f"{shown(name)}: expected a folder of the case, found a link to '{shown(leads)}'; not followed, "
                    "nothing written. Put the folder itself there"
                )


def _open_append(path: Path) -> int:
    """Return a descriptor that writes at the end of a file that has no other name."""
    descriptor = disk.open_append(path)
    if (names := os.fstat(descriptor).st_nlink) > 1:
        os.close(descriptor)
        raise IntegrityError(
            f"{path}: expected a file of one name, found {names} (hard links), which would all change: "
            "put a copy in its place"
        )
    return descriptor


def _last_byte(path: Path) -> bytes:
    """Return the last byte of a file, or nothing."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        return file.read(1)


def _write_all(descriptor: int, view: memoryview) -> None:
    """Write all of *view*, in as many calls as it takes."""
    while view:
        view = view[disk.write(descriptor, view) :]
