"""One source as a whole: its balance and what it covers."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from collecting import Collected, read_bytes
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.readers import delimited
from toolkit.readers.crosschecks import crosscheck
from toolkit.readers.declarations import NOTHING_DECLARED, Declaration, read_declarations
from toolkit.readers.entries import Entry, Reader
from toolkit.readers.source import read_source
from toolkit.tables import table


def read(folder: Path, text: bytes, name: str = "x.csv", declaration: Declaration = NOTHING_DECLARED) -> Collected:
    """Return what a share log of this content gives."""
    return read_bytes(folder, text, f"raw/share_log/{name}", declaration=declaration)[0]


def covered(found: Collected) -> list[tuple[object, ...]]:
    """Return measure, cause and number of each coverage row."""
    return found.coverage.select("measure", "cause", "n").rows()


def test_coverage_counts_what_was_examined_and_why_the_rest_was_not(tmp_path):
    """Accepted, rejected, and declared but not supplied; blank rows count as nothing."""
    [declaration] = read_declarations(
        b"path,system,unit,covers,complete,declared_rows\nshare_log/x.csv,crimint,BCU-1,2016/2018,yes,6\n"
    )[0].values()

    found = read(tmp_path, b"entry_ref\nCR/1\n\nCR/2\nCR/3,x\n", declaration=declaration)

    assert covered(found) == [("rows", None, 2), ("rows", "row_rejected", 1), ("rows", "not_supplied", 3)]
    scope = found.coverage.select("method", "system", "unit_ref", "source", "covers_text", "complete").unique()
    assert scope.rows() == [("record_search", "crimint", "BCU-1", "raw/share_log/x.csv", "2016/2018", "yes")]
    assert found.coverage["covers_latest"][0] == datetime(2019, 1, 1, tzinfo=UTC)
    assert found.row.select("rows_in", "accepted", "quarantined", "blank").row(0) == (4, 2, 1, 1)


def test_a_register_with_no_rows_was_examined(tmp_path):
    """Silence of a register that was read is not the same as no register."""
    assert covered(read(tmp_path, b"entry_ref\n")) == [("rows", None, 0)]


def test_what_was_not_read_says_why(tmp_path):
    """Empty, no CSV, no table, not there."""
    assert covered(read(tmp_path, b"")) == [("files", "cannot_read", 1)]
    assert covered(read(tmp_path, b"x", name="x.doc")) == [("files", "unsupported_type", 1)]
    assert covered(read(tmp_path, b"colour\nred\nblue\n")) == [("rows", "cannot_parse", 2)]
    [absent] = read_source(tmp_path / "none.csv", Entry("raw/share_log/none.csv", "share_log"), Reader(print))
    assert (covered(absent), absent.problems["code"].to_list()) == ([("files", "cannot_read", 1)], ["F406"])


def test_more_rows_than_declared_is_a_problem_and_nothing_is_missing(tmp_path):
    """T216 in both directions; only what was not supplied is a cause."""
    found = read(tmp_path, b"entry_ref\nCR/1\nCR/2\n", declaration=Declaration(declared_rows=1))

    assert found.problems["code"].to_list() == ["T216"]
    assert covered(found) == [("rows", None, 2)]


def test_a_row_that_lacks_something_required_is_in_quarantine(tmp_path):
    """Also in the records, verbatim and with its place."""
    found = read(tmp_path, b"entry_ref,unit_ref\n,BCU-1\nCR/2,BCU-1\n")

    assert found.records.select("locator", "status", "verbatim").rows() == [
        ("line 2", "quarantined", ",BCU-1"),
        ("line 3", "accepted", "CR/2,BCU-1"),
    ]


PIECES = st.sampled_from(
    [
        b"CR/1",
        b"2016",
        b"03/04/2016",
        b"out",
        b",",
        b",",
        b",",
        b"\n",
        b"\n",
        b"\r\n",
        b'"',
        b'""',
        b"\0",
        b"\xff",
        b" ",
    ]
)


@given(
    st.lists(PIECES, max_size=60).map(b"".join),
    st.sampled_from([b"entry_ref,occurred,direction\n", b"", b"a,a\n", b"\xff\xfe"]),
)
@example(body=b'\x00"', header=b"")  # UTF-16, its high byte first
@settings(max_examples=120, deadline=None)
def test_any_bytes_balance(tmp_path_factory, body, header):
    """Rows in = accepted + quarantined + blank; each quarantined row has a problem; its bytes stand at its offset."""
    text = header + body
    found = read(tmp_path_factory.mktemp("any"), text)
    counts = dict(found.records.group_by("status").len().rows())

    row = found.row.row(0, named=True)
    if row["rows_in"] is None:
        assert found.problems["code"].to_list() in (["M102"], ["M103"])
        return
    assert row["rows_in"] == row["accepted"] + row["quarantined"] + row["blank"] == found.records.height
    assert {name: row[name] for name in ("accepted", "quarantined", "blank") if row[name]} == counts
    assert (found.frame.height if found.frame is not None else 0) == row["accepted"]
    apart = found.records.filter(status="quarantined")
    if found.table:
        assert set(apart["locator"]) <= set(found.problems["locator"])
    elif apart.height:
        assert "rows kept in quarantine" in found.problems["kept"].to_list()
    encoding = row["encoding"] or "utf-8"
    codecs = ("utf-16-le", "utf-16-be") if encoding == "utf-16" else (encoding,)
    for start, verbatim in apart.select("byte", "verbatim").rows():
        lines = [text[start:].decode(codec, "backslashreplace").split("\n")[0] for codec in codecs]
        assert any(verbatim.startswith(line.removesuffix("\r")) for line in lines)


def test_rows_stand_where_they_say_after_bytes_that_are_no_utf_16(tmp_path):
    """Halves of characters, and a last byte too few, are shown escaped; the rows between are where they were."""
    half = "\ud800".encode("utf-16-le", "surrogatepass")
    lines = ["entry_ref,unit_ref\n", "CR/1,", "\n", ",BCU-1\n", "x", "\n", "CR/2,\U0001f600\n,B"]
    parts = [line.encode("utf-16-le") for line in lines]
    text = b"\xff\xfe" + parts[0] + parts[1] + half + b"".join(parts[2:4]) + half + half + b"".join(parts[4:]) + b"\n"
    found = read(tmp_path, text)

    at = dict(found.records.select("locator", "byte").rows())
    expected = {"line 2": "CR/1", "line 3": ",BCU-1", "line 5": "CR/2", "line 6": ",B"}
    assert expected == {
        line: text[at[line] :][: 2 * len(words)].decode("utf-16-le") for line, words in expected.items()
    }


def test_blocks_make_no_difference(tmp_path, monkeypatch):
    """A large file is read in parts; the outcome is that of one part."""
    text = b"entry_ref,narrative\n" + b"".join(b'CR/%d,"two\nlines, %d"\n' % (n, n) for n in range(20))
    whole = read(tmp_path, text)
    monkeypatch.setattr(delimited.read_blocks, "__kwdefaults__", {"block_bytes": 64})
    parts = read(tmp_path, text)

    assert whole.records.equals(parts.records)
    assert whole.frame.equals(parts.frame)


def test_declarations_that_cannot_be_read_declare_nothing():
    """And say so."""
    for text, code in [(b"system\ncrimint\n", "T206"), ("path\nx\n".encode("utf-16"), "T203"), (b'"path\n', "T205")]:
        declared, problems = read_declarations(text)
        assert (declared, problems["code"].to_list()) == ({}, [code])


def test_a_declaration_is_found_by_either_path():
    """From raw/ or from the case's folder; offsets need both ends, in order."""
    text = (
        b"path,clock_offset_min_s,clock_offset_max_s,date_order\nshare_log/a.csv,-5,5,dmy\nraw/share_log/b.csv,9,3,\n"
    )
    declared, problems = read_declarations(text)

    assert declared["raw/share_log/a.csv"].manner.offset_s == (-5, 5)
    assert declared["raw/share_log/a.csv"].manner.order == "dmy"
    assert declared["raw/share_log/b.csv"].offset_s is None
    assert problems["code"].to_list() == ["T211"]


def test_references_are_checked_only_where_a_register_could_know_them(tmp_path):
    """Without any register of units, an unknown unit says nothing; with one, each unknown value is named once."""
    entries = read(
        tmp_path, b"entry_ref,unit_ref,authorised_by\nCR/1,BCU-1,P-1\nCR/2,BCU-2,none\nCR/3,BCU-2,\n"
    ).frame.lazy()
    units = table("units").schema().to_frame()
    known = pl.concat([units, pl.DataFrame({"unit_ref": ["BCU-1"]})], how="diagonal")

    assert crosscheck({"entries": entries, "units": units.lazy()}).is_empty()
    assert crosscheck({"entries": entries, "units": known.lazy()})["message"].to_list() == [
        "unit_ref: 'BCU-2' is not in units (2 rows, the first here)"
    ]
