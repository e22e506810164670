"""Writing: a file is there whole, or not there."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from doubles import Full, Interrupted, Slow

from toolkit.custody import write
from toolkit.custody.disk import Disk
from toolkit.errors import ResourceError

ROWS = pa.table({"n": range(300_000), "text": [None if n % 7 == 0 else f"row {n % 999}" for n in range(300_000)]})


def sha256(path):
    """Return a file's digest, by the standard library."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def temps(folder):
    """Return the temporary files that are left."""
    return [path for path in folder.rglob("*") if write.is_temp(path.name)]


def test_a_process_killed_at_any_disk_call_leaves_the_old_file_or_the_new_one():
    """`kill -9` before, after and half way through every call; started again, each write ends as it should."""
    here = Path(__file__).parent

    done = subprocess.run(
        [sys.executable, "-W", "error", here / "kill_points.py"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(here)},
    )

    assert done.stderr == ""
    kills = json.loads(done.stdout)
    print(kills)  # noqa: T201 - the counts belong into the CI's output
    assert {"replace", "new", "table", "append", "recover", "hold"} == {kind for kind, count in kills.items() if count}
    assert sum(kills.values()) > 200


@pytest.mark.parametrize("kind", ["bytes", "text", "new", "table", "copy"])
def test_every_write_returns_the_digest_of_what_lies_on_the_disk(tmp_path, kind):
    """The digest is taken on the way, not by reading again."""
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    path = tmp_path / "tables" / "ingest" / "file"

    found = {
        "bytes": lambda: write.write_bytes(path, b"abc"),
        "text": lambda: write.write_text(path, "é\r\n"),
        "new": lambda: write.write_new(path, b""),
        "table": lambda: write.write_table(path, ROWS),
        "copy": lambda: write.copy_file(source, path),
    }[kind]()

    assert sha256(path) == found
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600
    assert temps(tmp_path) == []


def test_text_keeps_its_newlines(tmp_path):
    """What is given is what is written."""
    write.write_text(tmp_path / "a", "one\r\ntwo\n")

    assert b"one\r\ntwo\n" == (tmp_path / "a").read_bytes()


def test_a_new_file_never_replaces_one(tmp_path):
    """`write_new` refuses, and what was there stays."""
    write.write_new(tmp_path / "a", b"first")

    with pytest.raises(FileExistsError):
        write.write_new(tmp_path / "a", b"second")

    assert b"first" == (tmp_path / "a").read_bytes()
    assert temps(tmp_path) == []


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    """An exception inside `writing` commits nothing."""
    write.write_bytes(tmp_path / "a", b"old")

    with pytest.raises(ZeroDivisionError), write.writing(tmp_path / "a") as stream:
        stream.write(b"half of the new, and then" + bytes(1 // 0))

    assert b"old" == (tmp_path / "a").read_bytes()
    assert temps(tmp_path) == []


@pytest.mark.parametrize("rows_in_a_batch", [1_000, 77_777, write.ROW_GROUP_ROWS, 300_000])
def test_the_same_rows_give_the_same_bytes_however_they_are_batched(tmp_path, rows_in_a_batch):
    """Batching, metadata of the schema and streaming do not show in the file."""
    schema = ROWS.schema.with_metadata({"made_on": "this machine"})
    batches = iter(ROWS.to_batches(max_chunksize=rows_in_a_batch))

    assert write.write_table(tmp_path / "a", ROWS) == write.write_table(tmp_path / "b", batches, schema)
    assert {b"ARROW:schema"} == pq.read_metadata(tmp_path / "b").metadata.keys()
    assert [131_072, 131_072, 37_856] == [
        pq.read_metadata(tmp_path / "b").row_group(group).num_rows for group in range(3)
    ]


def test_tables_are_read_back_by_all_three_readers(tmp_path):
    """Also an empty one: a table without rows is a table."""
    write.write_table(tmp_path / "a.parquet", ROWS)
    write.write_table(tmp_path / "empty.parquet", ROWS.schema.empty_table())

    assert pq.read_table(tmp_path / "a.parquet", page_checksum_verification=True) == ROWS
    assert pl.read_parquet(tmp_path / "a.parquet").equals(pl.from_arrow(ROWS))
    assert [(300_000,)] == duckdb.sql(f"select count(*) from '{tmp_path}/a.parquet'").fetchall()
    assert (0, 2) == pl.read_parquet(tmp_path / "empty.parquet").shape
    assert [] == duckdb.sql(f"from '{tmp_path}/empty.parquet'").fetchall()


def test_batches_of_another_schema_are_refused(tmp_path):
    """A column more or less is not written."""
    batch = pa.record_batch({"n": [1]})

    with pytest.raises(ValueError, match="another schema"):
        write.write_table(tmp_path / "a", [batch], ROWS.schema)
    with pytest.raises(ValueError, match="need a schema"):
        write.write_table(tmp_path / "a", [batch])

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["bytes", "new", "table", "copy", "append"])
def test_a_full_disk_at_any_call_is_a_resource_error_and_leaves_what_was_there(tmp_path, monkeypatch, kind):
    """Every call fails in turn, with half of a write done; nothing half written has the name."""
    small, path = ROWS.slice(0, 100), tmp_path / "file"
    (tmp_path / "source").write_bytes(b"new\n" * 9)
    old = hashlib.sha256(b"old\n").hexdigest()
    new = hashlib.sha256(b"new\n" * 9).hexdigest()
    table = write.write_table(tmp_path / "table", small)
    whole = {"bytes": {old, new}, "copy": {old, new}, "new": {new}, "table": {old, table}, "append": {old}}
    failures = 0
    for at in range(1, 100):
        monkeypatch.setattr(write, "disk", Disk())
        write.remove(path)
        if kind != "new":
            write.write_bytes(path, b"old\n")
        monkeypatch.setattr(write, "disk", Full(at))

        try:
            {
                "bytes": lambda: write.write_bytes(path, b"new\n" * 9),
                "new": lambda: write.write_new(path, b"new\n" * 9),
                "table": lambda: write.write_table(path, small),
                "copy": lambda: write.copy_file(tmp_path / "source", path),
                "append": lambda: write.append_line(path, b"new"),
            }[kind]()
        except ResourceError as error:
            failures += 1
            assert "disk full: needs" in str(error)  # noqa: PT017 - the last turn does not raise
            assert str(path) in str(error)  # noqa: PT017
            assert path.exists() or kind == "new"
            assert not path.exists() or sha256(path) in whole[kind]
            assert temps(tmp_path) == []
        else:
            break

    assert failures >= 3


def test_a_short_write_is_gone_on_with(tmp_path, monkeypatch):
    """A disk that takes three bytes at a time gets them all."""
    monkeypatch.setattr(write, "disk", Slow())

    write.write_bytes(tmp_path / "a", b"0123456789")
    write.append_line(tmp_path / "b", b"0123456789")

    assert (b"0123456789", b"0123456789\n") == ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes())


def test_a_limit_of_the_system_is_a_resource_error(tmp_path):
    """RLIMIT_FSIZE, for real: the file is not there, the message says how much it needs."""
    program = (
        "import resource, sys; from pathlib import Path; from toolkit.custody import write\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write.write_bytes(Path(sys.argv[1]), b'x' * 5000)\n"
    )

    done = subprocess.run([sys.executable, "-c", program, tmp_path / "a"], capture_output=True, text=True, check=False)

    assert "ResourceError" in done.stderr
    assert "file size limit reached: needs 5,000 bytes or more" in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_line_to_append_holds_no_newline(tmp_path):
    """Two lines are two appends."""
    with pytest.raises(ValueError, match="newline"):
        write.append_line(tmp_path / "a", b"one\ntwo")


def test_only_our_temporary_files_are_swept_and_none_in_raw(tmp_path):
    """A killed process leaves `.tmp-` and sixteen digits; evidence of that name is evidence."""
    ours = ".tmp-0123456789abcdef"
    for name in (f"tables/{ours}", f"raw/{ours}", "tables/.tmp-mine", f"hand/raw/{ours}"):
        write.write_bytes(tmp_path / name, b"")

    assert [tmp_path / "hand/raw" / ours, tmp_path / "tables" / ours] == write.sweep_temps(tmp_path)
    assert (tmp_path / "raw" / ours).exists()
    assert (tmp_path / "tables/.tmp-mine").exists()


def test_each_write_is_synced_before_it_has_its_name(tmp_path, monkeypatch):
    """fsync, then rename, then fsync of the folder: in this order, or a power cut can leave an empty file."""
    calls = []

    class Recorded(Interrupted):
        def step(self, call, *arguments):
            calls.append(call.__name__)
            return call(*arguments)

    monkeypatch.setattr(write, "disk", Recorded(0))
    write.write_bytes(tmp_path / "a", b"x")
    write.write_new(tmp_path / "b", b"x")
    write.append_line(tmp_path / "c", b"x")

    assert ["open_temp", "write", "fsync", "rename", "fsync_folder"] == calls[:5]
    assert ["open_temp", "write", "fsync", "link", "unlink", "fsync_folder"] == calls[5:11]
    assert ["open_append", "write", "fsync", "fsync_folder"] == calls[11:]


def test_a_line_that_others_append_beside_is_whole_or_refused(tmp_path, monkeypatch):
    """A newline in it, or a disk that takes a part of it: an error, and the next line begins on its own."""
    path = tmp_path / "access.jsonl"
    with pytest.raises(ValueError, match="must not hold a newline"):
        write.append_shared(path, b"one\ntwo")
    assert not path.exists()

    monkeypatch.setattr(write, "disk", Slow())
    with pytest.raises(ResourceError, match="free space and run again"):
        write.append_shared(path, b"half of it")
    monkeypatch.setattr(write, "disk", Disk())
    write.append_shared(path, b"whole")

    assert b"hal\nwhole\n" == path.read_bytes()
