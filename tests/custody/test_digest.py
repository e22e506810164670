"""Digests of files, folders and values."""

import hashlib
import os
import socket
import subprocess
from pathlib import Path

import pytest

from toolkit.custody import digest
from toolkit.custody.digest import Unreadable, digest_of, file_digest, files_under, folder_digest, shown


def write(path, content):
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_digest_is_sha256(tmp_path):
    """As FIPS 180-4 has it for "abc", also across the size of a read."""
    write(tmp_path / "abc", b"abc")
    write(tmp_path / "large", b"x" * 3_000_001)

    assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" == file_digest(tmp_path / "abc")
    assert hashlib.sha256(b"x" * 3_000_001).hexdigest() == file_digest(tmp_path / "large")


def test_what_is_no_regular_file_is_refused_without_waiting_or_following(tmp_path, monkeypatch):
    """Links to a file, to themselves and to nothing, FIFO, socket, device, folder; each by its code."""
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    write(tmp_path / "file", b"secret")
    Path("link").symlink_to("file")
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("gone")
    os.mkfifo("fifo")
    Path("folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")

        found = {}
        for name in ("link", "loop", "dangling", "fifo", "folder", "socket", "/dev/null", "none", "/proc/self/mem"):
            with pytest.raises(Unreadable) as error:
                file_digest(Path(name))
            found[name] = (error.value.code, error.value.message)

    assert {
        "link": ("F401", "a link to 'file'; not followed"),
        "loop": ("F401", "a link to 'loop'; not followed"),
        "dangling": ("F401", "a link to 'gone'; not followed"),
        "fifo": ("F404", "not a regular file but a FIFO"),
        "folder": ("F404", "not a regular file but a folder"),
        "socket": ("F404", "not a regular file but a socket"),
        "/dev/null": ("F404", "not a regular file but a device"),
        "none": ("F406", "cannot be read: No such file or directory"),
        "/proc/self/mem": ("F406", "cannot be read: Input/output error"),
    } == found


@pytest.mark.parametrize(("times", "outcome"), [(1, "read again"), (9, "F405")])
def test_a_file_that_changes_while_it_is_read_is_read_once_more(tmp_path, monkeypatch, times, outcome):
    """The digest returned is that of the file as it is; one that does not hold still has none."""
    write(tmp_path / "growing", b"a")
    read, left = hashlib.file_digest, [times]

    def read_while_it_grows(file, name):
        found = read(file, name)
        if left[0]:
            left[0] -= 1
            with (tmp_path / "growing").open("ab") as more:
                more.write(b"b")
        return found

    monkeypatch.setattr(digest.hashlib, "file_digest", read_while_it_grows)

    try:
        assert hashlib.sha256(b"ab").hexdigest() == file_digest(tmp_path / "growing")
        found = "read again"
    except Unreadable as error:
        found = error.code
    assert outcome == found


def test_a_folder_digest_can_be_made_in_a_shell(tmp_path):
    """As the docstring says, also for names that sha256sum escapes; the order of making the files does not count."""
    for name in ("b", "a/2", "a/1", "a b", "new\nline", "back\\slash", "é", "-rf"):
        write(tmp_path / name, name.encode())
    command = folder_digest.__doc__.split("`")[3].replace("FOLDER", str(tmp_path))

    shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)

    assert shell.stdout.split()[0] == folder_digest(tmp_path)


def test_a_folder_digest_sees_names_content_and_links(tmp_path):
    """An absent folder is an empty one; a renamed file is another folder; a link has no digest."""
    empty = hashlib.sha256().hexdigest()
    assert empty == folder_digest(tmp_path / "hand")
    write(tmp_path / "hand/a", b"1")
    one = folder_digest(tmp_path / "hand")
    (tmp_path / "hand/a").rename(tmp_path / "hand/b")

    assert len({empty, one, folder_digest(tmp_path / "hand")}) == 3
    (tmp_path / "hand/link").symlink_to("b")
    (tmp_path / "other").symlink_to("hand")
    for folder in ("hand", "other"):
        with pytest.raises(Unreadable, match="F401"):
            folder_digest(tmp_path / folder)


def test_folders_are_walked_in_order_and_links_are_not(tmp_path):
    """Sorted bytewise over the whole path; a link to a folder is listed, not entered."""
    for name in ("b/c", "b-c", "a", "B", "é"):
        write(tmp_path / name, b"")
    (tmp_path / "loop").symlink_to(".")

    assert ["B", "a", "b-c", "b/c", "loop", "é"] == files_under(tmp_path)


def test_the_digest_of_a_value_is_that_of_its_canonical_json():
    """RFC 8785: keys in order, no spaces, UTF-8."""
    assert hashlib.sha256('{"a":[1,"é"],"b":null}'.encode()).hexdigest() == digest_of({"b": None, "a": [1, "é"]})
    with pytest.raises(ValueError, match="UTF-8"):
        digest_of("\udcff")


def test_different_names_are_shown_differently():
    """Whatever the bytes: a shown name can be printed, and stands for one name only."""
    names = ["a", "\udc85", "\x85", "\\x85", "\\", "\n", "\\n", "\u202e", "\\u202e", "\x1b", "é", "\U000e0001"]

    texts = [shown(name) for name in names]

    assert len(names) == len(set(texts))
    assert all(text.isprintable() for text in texts)
    assert ["a", "é"] == [text for name, text in zip(names, texts, strict=True) if text == name]
