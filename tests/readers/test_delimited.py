"""Rows and cells of a CSV: verbatim, complete, and the same by the exact way and the fast way."""

import csv
import io
import mmap
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.readers import delimited
from toolkit.readers.delimited import read_blocks, read_header
from toolkit.readers.pieces import Block
from toolkit.readers.rows import LARGEST_CELL_BYTES


def read(text: bytes, block_bytes: int = delimited.BLOCK_BYTES) -> Block:
    """Return the whole file as one block."""
    blocks = list(read_blocks(text, read_header(text), block_bytes=block_bytes))
    return Block(
        *(pl.concat([getattr(block, part) for block in blocks]) for part in ("records", "faults", "cells", "lines"))
    )


def rows(text: bytes) -> list[tuple[str, ...]]:
    """Return the accepted cells."""
    return read(text).cells.rows()


def faults(text: bytes) -> list[tuple[str, int, str]]:
    """Return the faults."""
    return read(text).faults.rows()


@pytest.mark.parametrize(
    "reference", ["007", "1E5", "+44", "NULL", "NA", "1/2", "-0", "1.0", "true", " 7 ", "0x1F", "é\u0301\u202e"]
)
def test_a_reference_comes_out_as_it_went_in(reference):
    """Nothing is inferred, trimmed or normalised."""
    assert rows(f"ref,other\n{reference},x\n".encode()) == [(reference, "x")]
    assert rows(f'ref,other\n"{reference}",x\n'.encode()) == [(reference, "x")]


def test_lines_and_bytes_of_multiline_cells():
    """A locator is the line on which the row starts, and the offset of its first byte; CRLF, LF and BOM count."""
    text = b'\xef\xbb\xbfa,b\r\n1,"two\r\nlines"\r\n\r\n3,"x, ""y"""\n4,z'

    found = read(text)

    assert found.records.rows() == [
        (2, 8, "accepted", '1,"two\r\nlines"'),
        (4, 24, "blank", ""),
        (5, 26, "accepted", '3,"x, ""y"""'),
        (6, 39, "accepted", "4,z"),
    ]
    assert found.cells.rows() == [("1", "two\r\nlines"), ("3", 'x, "y"'), ("4", "z")]
    assert found.lines.to_list() == [2, 5, 6]


def test_rows_with_too_many_or_too_few_fields_are_kept_apart():
    """T204, with both counts."""
    assert faults(b"a,b\n1,2\n1\n1,2,3\n") == [
        ("T204", 3, "expected 2 fields, as in the header, found 1"),
        ("T204", 4, "expected 2 fields, as in the header, found 3"),
    ]
    assert read(b"a,b\n1\n").records.rows() == [(2, 4, "quarantined", "1")]


def test_a_row_in_another_encoding_is_kept_apart():
    """T201 names the first bad byte; other rows are read; the verbatim text shows the byte."""
    text = "a,b\n1,caf\u00e9\n".encode() + "2,it\u2019s\n".encode("cp1252")

    assert rows(text) == [("1", "caf\u00e9")]
    assert faults(text) == [("T201", 3, "not UTF-8: 0x92 at byte 16")]
    assert read(text).records["verbatim"].to_list() == ["1,caf\u00e9", "2,it\\x92s"]


def test_a_row_with_a_nul_byte_is_kept_apart():
    """T203."""
    assert faults(b"a,b\n1,2\n3,\x00\n") == [("T203", 3, "found a NUL byte at byte 10")]


@pytest.mark.parametrize(
    ("bad", "line"), [(b'1,"open\n', 2), (b'1,"closed"too early\n', 2), (b'1,"one\ntwo","open\n', 3), (b'"x" ,2\n', 2)]
)
def test_a_quote_that_does_not_close_spoils_one_line(bad, line):
    """T205 names the line of the quote; what follows is read."""
    text = b"a,b\n" + bad + b'3,"fine"\n4,"also"\n'

    assert rows(text) == [("3", "fine"), ("4", "also")]
    [(code, _, message)] = faults(text)
    assert code == "T205"
    assert f"the quote on line {line}," in message


def test_a_quoted_cell_has_a_largest_size():
    """Up to the limit it is content; beyond it is a quote that never closes."""
    fits, too_long = b"x" * LARGEST_CELL_BYTES, b"x" * (LARGEST_CELL_BYTES + 1)

    assert rows(b'a,b\n1,"' + fits + b'"\n')[0][1] == fits.decode()
    assert [code for code, _, _ in faults(b'a,b\n1,"' + too_long + b'"\n')] == ["T205"]


@pytest.mark.parametrize("blank", [b"", b",", b" , ", b"\t", b",,,,"])
def test_a_blank_row_is_nothing_but_delimiters_and_white_space(blank):
    """However many delimiters: spreadsheets leave such rows behind."""
    found = read(b"a,b\n1,2\n" + blank + b"\n3,4\n")

    assert found.records["status"].to_list() == ["accepted", "blank", "accepted"]
    assert found.faults.height == 0


def test_a_stray_quote_and_a_lone_carriage_return_are_content():
    """A 5" pipe is not the begin of a quoted cell, and CR alone ends no row."""
    assert rows(b'a,b\n5" pipe,x\ry\n') == [('5" pipe', "x\ry")]


def test_a_row_may_begin_with_a_byte_order_mark():
    """Files glued together have one in the middle; it is content."""
    assert rows(b"a,b\n\xef\xbb\xbf1,2\n") == [("\ufeff1", "2")]


def test_a_header_may_follow_blank_rows():
    """They are counted; the header's names are stripped."""
    header = read_header(b"\n,,\n a , b \n1,2\n")

    assert (header.names, header.line) == (["a", "b"], 4)
    assert header.blank.rows() == [(1, 0, "blank", ""), (2, 1, "blank", ",,")]
    assert read_header(b"\n\n").names == []
    assert read_header(b'a,"b\n1,2\n').fault[0] == "T205"
    assert read_header(b"a,\xff\n").fault[0] == "T201"


def test_a_mapped_file_reads_like_its_bytes(tmp_path: Path):
    """Large files are mapped, not loaded."""
    text = b'a,b\n1,"x"\n2,"y"z\n3,w\n' * 3
    path = tmp_path / "x.csv"
    path.write_bytes(text)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        found = read(mapped)

    assert found.records.equals(read(text).records)
    assert found.cells.equals(read(text).cells)


PIECES = [
    b"1",
    b"x",
    b",",
    b",",
    b"\n",
    b"\n",
    b"\r\n",
    b'"',
    b'""',
    b'"a"',
    b',"b,c"',
    b"\r",
    b"\0",
    b"\xff",
    b" ",
    b"\xef\xbb\xbf",
    b"\xc3\xa9",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
REGULAR = st.lists(
    st.sampled_from(["1", "x", "", "a,b", 'say "no"', "two\nlines", "\u00e9", " "]), min_size=2, max_size=2
)


@given(TEXTS, st.sampled_from([1, 7, 64, 1 << 20]))
@settings(max_examples=400, deadline=None)
def test_every_byte_is_in_one_row_and_the_two_ways_agree(body, block_bytes):
    """Rows in = accepted + quarantined + blank; verbatim texts and line ends make up the file; blocks do not matter."""
    text = b"a,b\n" + body
    found, again = read(text + b"\n"), read(text + b"\n", block_bytes)

    for part in ("records", "faults", "cells"):
        assert getattr(found, part).equals(getattr(again, part))
    counts = dict(found.records.group_by("status").len().rows())
    assert sum(counts.values()) == found.records.height
    assert counts.get("accepted", 0) == found.cells.height
    assert counts.get("quarantined", 0) == found.faults.height
    starts = [*found.records["byte"], len(text) + 1]
    assert starts[0] == len(b"a,b\n")
    for record, after in zip(found.records.iter_rows(named=True), starts[1:], strict=True):
        raw = (text + b"\n")[record["byte"] : after]
        assert raw in {raw.rstrip(b"\r\n") + end for end in (b"\n", b"\r\n")} or raw.endswith(b"\n")
        assert record["verbatim"] == raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "backslashreplace")
        assert record["line"] == 1 + (text + b"\n")[: record["byte"]].count(b"\n")


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_exact_way_finds_what_the_fast_way_finds(body):
    """Whatever the fast way accepts, row by row is the same."""
    text = b"a,b\n" + body
    header, fast = read_header(text), read(text + b"\n")
    patched = delimited._fast
    delimited._fast = lambda *_: None
    try:
        blocks = list(read_blocks(text + b"\n", header))
    finally:
        delimited._fast = patched

    assert fast.records.equals(pl.concat(block.records for block in blocks))
    assert fast.cells.equals(pl.concat(block.cells for block in blocks))


@given(st.lists(REGULAR, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=100, deadline=None)
def test_what_a_csv_writer_writes_is_read_back(table, line_end):
    """The standard library's writer as the peer."""
    out = io.StringIO()
    csv.writer(out, lineterminator=line_end).writerows([["a", "b"], *table])

    wanted = [tuple(row) for row in table if "".join(row).strip()]
    assert [row for row in rows(out.getvalue().encode()) if "".join(row).strip()] == wanted
