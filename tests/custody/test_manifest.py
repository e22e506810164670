"""The manifest: what anyone can check with sha256sum."""

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.custody import manifest, write
from toolkit.custody.manifest import Changes, Entry, compare, parse, render, scan
from toolkit.errors import IntegrityError

ODD_NAMES = [
    b"plain.csv",
    b"two words  and more ",
    b" *star",
    b"-rf",
    b"new\nline",
    b"ends in newline\n",
    b"back\\slash",
    b"back\\nslash",
    b"carriage\rreturn",
    b"ends in return\r",
    b"tab\t",
    b"\x1b[31m",
    "é".encode(),
    "e\u0301".encode(),
    b"latin-1 \xe9",
    "\u202ereversed".encode(),
    b"=cmd",
    b"CON",
    b"x" * 255,
    b".tmp-0123456789abcdef",
]
ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


def seal(case, outside=()):
    """Write the manifest as the step does."""
    found = scan(case, outside)
    write.write_bytes(case / manifest.MANIFEST, render(found.entries))
    return found


def sha256sum(case):
    """Check the manifest with coreutils; return (exit code, output)."""
    command = ["sha256sum", "--check", "--strict", "custody/manifest.sha256"]
    done = subprocess.run(command, cwd=case, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_sha256sum_checks_the_manifest_whatever_the_names(tmp_path):
    """20 odd names, in the case and outside it; names are bytes and stand in the manifest as they are."""
    for folder in (tmp_path / "case/raw/posts", tmp_path / "mount"):
        folder.mkdir(parents=True)
        for name in ODD_NAMES:
            with open(os.path.join(os.fsencode(folder), name), "wb") as file:  # noqa: PTH118, PTH123 - bytes
                file.write(name)

    found = seal(tmp_path / "case", [tmp_path / "mount"])

    assert 40 == len(found.entries)
    assert ["F410", "F410"] == [problem.code for problem in found.problems]
    assert "raw/posts/latin-1 \\xe9" in {problem.origin.source for problem in found.problems}
    assert 0 == sha256sum(tmp_path / "case")[0]
    assert found.entries == manifest.read(tmp_path / "case")
    (tmp_path / "case/raw/posts/new\nline").write_text("edited")
    assert 1 == sha256sum(tmp_path / "case")[0]


def test_a_manifest_is_sorted_bytewise_and_the_same_for_the_same_files(tmp_path):
    """Whatever order the files were made in; relative in the case, absolute outside it."""
    for name in ("b", "é", "a/z", "a-z", "Z"):
        write.write_bytes(tmp_path / "case/raw/posts" / name, b"")
    write.write_bytes(tmp_path / "mount/one", b"")

    found = scan(tmp_path / "case", [tmp_path / "mount/one", tmp_path / "mount", tmp_path / "case/raw/posts"])

    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    names = [f"{tmp_path}/mount/one", *(f"raw/posts/{name}" for name in ("Z", "a-z", "a/z", "b", "é"))]
    assert [Entry(name, empty) for name in names] == found.entries
    assert b"".join(f"{empty}  {name}\n".encode() for name in names) == render(reversed(found.entries))


def test_what_is_no_file_becomes_a_problem_and_is_not_sealed(tmp_path):
    """Links in a loop and out of the case, a FIFO, a source that is not there; the canary is not read."""
    write.write_bytes(tmp_path / "canary", b"")
    write.write_bytes(tmp_path / "case/raw/posts/good", b"")
    posts = tmp_path / "case/raw/posts"
    (posts / "loop").symlink_to(".")
    (posts / "out").symlink_to(tmp_path / "canary")
    (posts / "folder").symlink_to(tmp_path)
    os.mkfifo(posts / "fifo")
    (tmp_path / "mount").symlink_to("case")

    found = scan(tmp_path / "case", [tmp_path / "none", tmp_path / "mount", tmp_path / "case/raw/images"])

    assert ["raw/posts/good"] == [entry.path for entry in found.entries]
    assert [
        ("F401", f"{tmp_path}/mount"),
        ("F401", "raw/posts/folder"),
        ("F401", "raw/posts/loop"),
        ("F401", "raw/posts/out"),
        ("F404", "raw/posts/fifo"),
        ("F406", f"{tmp_path}/none"),
        ("F406", "raw/images"),
    ] == [(problem.code, problem.origin.source) for problem in found.problems]
    assert str(found.problems[3]) == (f"F401 raw/posts/out: a link to '{tmp_path}/canary'; not followed; not sealed")


def test_raw_that_is_a_link_is_not_followed(tmp_path):
    """A source elsewhere is named in case.toml, not linked."""
    write.write_bytes(tmp_path / "elsewhere/a", b"")
    (tmp_path / "case").mkdir()
    (tmp_path / "case/raw").symlink_to("../elsewhere")

    assert [("F401", "raw")] == [(found.code, found.origin.source) for found in scan(tmp_path / "case").problems]


def test_an_unchanged_file_is_not_read_again(tmp_path):
    """The cache says what was hashed; a file with another time, size or inode is read."""
    for name in ("same", "touched", "replaced"):
        write.write_bytes(tmp_path / "raw/posts" / name, name.encode())
    first = scan(tmp_path)
    forged = {path: (*state[:4], THREE) for path, state in first.cache.items()}
    os.utime(tmp_path / "raw/posts/touched", ns=(1, 1))
    write.write_bytes(tmp_path / "raw/posts/replaced", b"replaced")

    second = scan(tmp_path, cache={path: list(state) for path, state in forged.items()})

    assert {"raw/posts/same": THREE} == {entry.path: entry.sha256 for entry in set(second.entries) - set(first.entries)}
    assert first.entries == scan(tmp_path, cache={}).entries
    assert first.cache.keys() == second.cache.keys()


def test_every_file_is_added_changed_lost_moved_or_as_it_was():
    """A move is a lost path whose content is at a new one; each new path is used once."""
    old = [Entry("raw/a", ONE), Entry("raw/b", ONE), Entry("raw/c", TWO), Entry("raw/d", TWO), Entry("raw/same", ONE)]
    new = [Entry("raw/c", THREE), Entry("raw/e", ONE), Entry("raw/f", THREE), Entry("raw/same", ONE)]

    assert Changes(added=["raw/f"], changed=["raw/c"], lost=["raw/b", "raw/d"], moved=[("raw/a", "raw/e")]) == compare(
        old, new
    )
    assert Changes([], [], [], []) == compare(old, old)


@given(
    st.sets(
        st.binary(min_size=1, max_size=20)
        .filter(lambda name: not {b"", b".", b".."} & set(name.split(b"/")) and b"\0" not in name)
        .map(lambda name: os.fsdecode(b"raw/" + name))
    )
)
def test_what_is_rendered_is_parsed(paths):
    """Any bytes that a name may have."""
    entries = [Entry(path, ONE) for path in sorted(paths, key=os.fsencode)]

    assert entries == parse(render(entries))
    assert entries == parse(render(entries, "ab" * 32))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{ONE}  raw/a", "line 1 does not end"),
        (f"{ONE} raw/a\n", "line 1: expected '<64 hex>  <path>', found"),
        (f"{ONE} *raw/a\n", "line 1: expected '<64 hex>  <path>', found"),
        (f"{'A' * 64}  raw/a\n", "line 1: expected '<64 hex>  <path>', found"),
        (f"{ONE}  raw/b\n{ONE}  raw/a\n", "line 2 is out of order: 'raw/a'"),
        (f"{ONE}  raw/a\n{TWO}  raw/a\n", "line 2 is out of order: 'raw/a'"),
        (f"{ONE}  raw/a\n\n", "line 2: expected"),
        (f"{ONE}  raw/back\\slash\n", "line 1: not escaped as sha256sum does"),
        (f"\\{ONE}  raw/plain\n", "line 1: not escaped as sha256sum does"),
        (f"\\{ONE}  raw/\\x\n", "line 1: not escaped as sha256sum does"),
        (f"{ONE}  raw/../../etc/passwd\n", "line 1: expected a path under raw/ or absolute"),
        (f"{ONE}  /mnt/../etc/passwd\n", "line 1: expected a path under raw/ or absolute"),
        (f"{ONE}  ./raw/a\n", "line 1: expected a path under raw/ or absolute"),
        (f"{ONE}  raw//a\n", "line 1: expected a path under raw/ or absolute"),
        (f"{ONE}  tables/a\n", "line 1: expected a path under raw/ or absolute"),
    ],
)
def test_a_line_that_we_would_not_write_is_refused(content, message):
    """Names the line, what was expected and what was found."""
    with pytest.raises(IntegrityError, match=r"custody/manifest\.sha256: ") as error:
        parse(content.encode())

    assert message in str(error.value)
