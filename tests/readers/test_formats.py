"""The same references out of every format, with their places; documents as passages, attachments as sources."""

import io
import json
import zipfile
from email.message import EmailMessage

import pytest
from collecting import Collected, read_bytes
from papers import DAY, TIME, pdf, workbook

from toolkit.readers.declarations import Declaration
from toolkit.readers.workbook import LARGEST_UNPACKED_BYTES

REFERENCES = ("007", "1E5", "+44", "NULL1", "1/2", "NA-1", "true", "7 8", "caf\u00e9", "e\u0301")


def exported(form: str, references: tuple[str, ...] = REFERENCES) -> tuple[str, bytes]:
    """Return a register of these references in a format: the end of its name, and its content."""
    lines = "entry_ref,narrative\n" + "".join(f'"{ref}",x\n' for ref in references)
    items = [{"entry_ref": ref, "narrative": "x"} for ref in references]
    match form:
        case "xlsx":
            return form, workbook(("Log", "", dict(enumerate([("entry_ref",), *((ref,) for ref in references)], 1))))
        case "json":
            return form, json.dumps(items).encode()
        case "wrapped.json":
            return form, json.dumps({"exported": "2019", "items": items}, indent=1).encode()
        case "jsonl":
            return form, "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items).encode()
        case "eml":
            message = EmailMessage()
            message["Subject"] = "Log"
            message.set_content("See the attachment.")
            message.add_attachment(lines.encode(), maintype="text", subtype="csv", filename="log.csv")
            return form, message.as_bytes()
    return "csv", lines.encode(form)


@pytest.mark.parametrize(
    "form", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "xlsx", "json", "wrapped.json", "jsonl", "eml"]
)
def test_a_reference_comes_out_as_the_bytes_that_went_in(tmp_path, form):
    """Of every format and encoding."""
    name, content = exported(form)

    *_, found = read_bytes(tmp_path, content, f"raw/share_log/x.{name}")

    assert tuple(found.frame["entry_ref"]) == REFERENCES


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_an_encoding_of_eight_bits_is_detected_and_reported(tmp_path, encoding):
    """Unless it is declared; the offset is that of the byte in the file."""
    text = 'entry_ref,narrative\nCR/1,caf\u00e9\nCR/2,"\u00a3 5\nmore"\n' + (
        "CR/3,\x81\n" if encoding == "latin-1" else "CR/3,\u2019\n"
    )
    content = text.encode(encoding)

    [found] = read_bytes(tmp_path, content, "raw/share_log/x.csv")
    [declared] = read_bytes(tmp_path, content, "raw/share_log/x.csv", declaration=Declaration(encoding=encoding))

    assert found.said == [f"T202 read as {encoding}, which nobody declared: 0xe9 at byte 28 is not UTF-8"]
    assert declared.said == []
    assert found.frame.equals(declared.frame)
    assert found.frame["narrative"].to_list() == ["caf\u00e9", "\u00a3 5\nmore", text[-2]]
    assert [content[start : start + 4] for start in found.records["byte"]] == [b"CR/1", b"CR/2", b"CR/3"]


def test_offsets_of_utf_16_are_those_of_the_file(tmp_path):
    """Also behind characters beyond the basic plane."""
    content = "entry_ref,narrative\nCR/1,\U0001f4f7 \u00e9\nCR/2,x\n".encode("utf-16-be")

    [found] = read_bytes(tmp_path, content, "raw/share_log/x.csv")

    assert [content[start : start + 8].decode("utf-16-be") for start in found.records["byte"]] == ["CR/1", "CR/2"]


def test_a_declared_encoding_that_is_wrong_keeps_rows_apart(tmp_path):
    """UTF-8 declared, cp1252 found: T201, and nothing is guessed."""
    content = "entry_ref,narrative\nCR/1,caf\u00e9\nCR/2,x\n".encode("cp1252")

    [found] = read_bytes(tmp_path, content, "raw/share_log/x.csv", declaration=Declaration(encoding="utf-8"))

    assert found.said == ["T201 not UTF-8: 0xe9 at byte 28"]
    assert found.frame["entry_ref"].to_list() == ["CR/2"]


def test_rows_of_a_sheet_have_their_true_numbers(tmp_path):
    """Blank rows above the header and between rows count; days stay days; numbers are values."""
    book = workbook(
        (
            "Log",
            "",
            {
                3: ["entry_ref", "occurred", "recorded", "narrative"],
                5: ["CR/1", (DAY, "42493"), (TIME, "42493.5"), ("", "1.0")],
                9: ["CR/2", "2016", None, ('t="b"', "1")],
                10: ["CR/3", "2016", None, "x", "too much"],
            },
        )
    )

    whole, found = read_bytes(tmp_path, book, "raw/share_log/x.xlsx")

    assert found.frame["locator"].to_list() == ["row 5", "row 9"]
    assert found.frame["occurred_precision"].to_list() == ["day", "year"]
    assert found.frame["recorded_text"].to_list() == ["2016-05-03 12:00:00", None]
    assert found.frame["narrative"].to_list() == ["1", "true"]
    assert found.said == ["T204 expected 4 cells, as in the header, found more"]
    assert found.records.filter(status="quarantined")["verbatim"].to_list() == [
        '["CR/3", "2016", null, "x", "too much"]'
    ]
    assert (whole.row["part_of"][0], found.row["part_of"][0]) == (None, "raw/share_log/x.xlsx")
    assert found.row.select("rows_in", "accepted", "quarantined", "blank").row(0) == (9, 2, 1, 6)


def test_hidden_sheets_are_read_and_named(tmp_path):
    """What a sender hid is evidence like the rest."""
    log = {1: ["entry_ref"], 2: ["CR/1"]}
    book = workbook(("Log", "", log), ("Old", "hidden", log), ("Older", "veryHidden", log))

    _, *sheets = read_bytes(tmp_path, book, "raw/share_log/x.xlsx")

    assert [sheet.frame.height for sheet in sheets] == [1, 1, 1]
    assert [sheet.problems["code"].to_list() for sheet in sheets] == [[], ["T219"], ["T219"]]


def test_rows_declared_of_a_workbook_are_those_of_its_only_sheet(tmp_path):
    """With several, each is declared by its own path; what a sheet covers it has from the workbook."""
    log = {1: ["entry_ref"], 2: ["CR/1"]}
    said = Declaration(system="crimint", declared_rows=3)

    _, one = read_bytes(tmp_path, workbook(("Log", "", log)), "raw/share_log/x.xlsx", declaration=said)
    _, first, second = read_bytes(
        tmp_path,
        workbook(("A", "", log), ("B", "", log)),
        "raw/share_log/x.xlsx",
        declaration=said,
        **{"raw/share_log/x.xlsx/B": Declaration(declared_rows=2)},
    )

    assert [found.problems["code"].to_list() for found in (one, first, second)] == [["T216"], [], ["T216"]]
    assert first.row["system"].to_list() == ["crimint"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    """Before anything is unpacked."""
    assert LARGEST_UNPACKED_BYTES > 10**9
    monkeypatch.setattr("toolkit.readers.workbook.LARGEST_UNPACKED_BYTES", 100)

    [found] = read_bytes(tmp_path, workbook(("Log", "", {1: ["entry_ref"]})), "raw/share_log/x.xlsx")

    assert found.problems["code"].to_list() == ["M116"]


def test_what_is_read_whole_has_a_largest_size(tmp_path, monkeypatch):
    """Delimited text has none."""
    monkeypatch.setattr("toolkit.readers.source.LARGEST_BYTES", 20)
    content = b'[{"entry_ref": "CR/1"}]'

    [refused] = read_bytes(tmp_path, content, "raw/share_log/x.json")
    [read] = read_bytes(tmp_path, b"entry_ref\n" + b"CR/1\n" * 9, "raw/share_log/x.csv")

    assert (refused.problems["code"].to_list(), read.frame.height) == (["M116"], 9)


def test_json_keeps_numbers_as_they_are_written(tmp_path):
    """Lists are joined, objects within objects become columns, null is blank; items are numbered from 1."""
    text = """[
      {"entry_ref": 1E5, "image_refs": ["IMG-1", "IMG-2"], "encrypted": true, "narrative": null},
      {},
      {"entry_ref": "CR/2", "narrative": 1.50, "grade": {"by": "x", "on": [1, {"a": 2}]}},
      {"image_refs": ["IMG-3"]},
      7
    ]"""

    [found] = read_bytes(tmp_path, text.encode(), "raw/share_log/x.json")

    assert found.frame.select("locator", "entry_ref", "encrypted", "narrative").rows() == [
        ("item 1", "1E5", True, None),
        ("item 3", "CR/2", None, "1.50"),
    ]
    assert found.frame["image_refs"].to_list() == [["IMG-1", "IMG-2"], None]
    assert found.row["header"][0].to_list()[-2:] == ["grade.by", "grade.on"]
    assert found.records["status"].to_list() == ["accepted", "blank", "accepted", "quarantined", "quarantined"]
    assert found.said == ["T218 expected an object", "T212 required and blank: entry_ref"]
    assert [text[start : start + 1] for start in found.records["byte"]] == ["{", "{", "{", "{", "7"]


@pytest.mark.parametrize("content", [b"[1, 2", b"[" * 10**5, b"{}", b'{"a": [{}], "b": [{}]}', b"nothing", b"\xff[]"])
def test_what_is_no_json_of_rows_is_kept_whole(tmp_path, content):
    """Every byte of it, in quarantine, or refused as not UTF-8."""
    [found] = read_bytes(tmp_path, content, "raw/share_log/x.json")

    assert found.problems["code"].to_list() in (["T218"], ["T201"], ["T206"])
    assert (found.row["accepted"][0], found.records.height) == (0, 1)


def letter() -> bytes:
    """Return an e-mail with a subject beyond ASCII, two bodies, a table, a letter within it, and a picture."""
    inner = EmailMessage()
    inner["Subject"] = "The first request"
    inner.set_content("Please send the image of SUB-7.")
    message = EmailMessage()
    message["Subject"] = "Images for King\u2019s Boulevard \u2013 caf\u00e9"
    message["From"] = "POST-OP-1@example.org"
    message["Date"] = "Tue, 03 May 2016 14:05:00 +0100"
    message.set_content("Two images sent.\n\nOn an encrypted stick.\n")
    message.add_alternative("<p>Two images <b>sent</b>.</p><p>On a stick in the post.</p>", subtype="html")
    message.add_attachment(b"transfer_ref\n007\n", maintype="text", subtype="csv", filename="a/log.csv")
    message.add_attachment(inner)
    message.add_attachment(b"\x89PNG...", maintype="image", subtype="png", filename="one.png")
    return message.as_bytes()


def passages(found: Collected) -> list[tuple[str, str]]:
    """Return the places and texts of a document."""
    return found.frame.select("locator", "text").rows()


def test_an_email_is_passages_and_its_attachments_are_sources(tmp_path):
    """Subjects are decoded (RFC 2047); a body that says something else in HTML is kept as well."""
    message, log, inner, picture = read_bytes(tmp_path, letter(), "raw/transfers/1.eml")

    assert passages(message) == [
        ("header Subject", "Images for King\u2019s Boulevard \u2013 caf\u00e9"),
        ("header From", "POST-OP-1@example.org"),
        ("header Date", "Tue, 03 May 2016 14:05:00 +0100"),
        ("part 1 para 1", "Two images sent."),
        ("part 1 para 2", "On an encrypted stick."),
        ("part 2 para 1", "Two images sent."),
        ("part 2 para 2", "On a stick in the post."),
    ]
    assert (log.source, log.frame["transfer_ref"].to_list()) == ("raw/transfers/1.eml/3-a_log.csv", ["007"])
    assert passages(inner)[-1] == ("part 1 para 1", "Please send the image of SUB-7.")
    assert (picture.table, picture.problems["code"].to_list()) == (None, ["M103"])
    assert {found.row["part_of"][0] for found in (log, inner, picture)} == {"raw/transfers/1.eml"}


def test_a_document_is_searched_by_its_words_and_examined_as_no_register(tmp_path):
    """Its silence can never be taken for that of a register."""
    [found] = read_bytes(tmp_path, b"One image was sent.\n\n\nTo the company.", "raw/share_log/note.txt")

    assert passages(found) == [("para 1", "One image was sent."), ("para 2", "To the company.")]
    assert found.coverage.select("method", "measure", "cause", "n").rows() == [("text_search", "files", None, 1)]
    assert found.row["rows_in"].to_list() == [None]


def test_a_pdf_is_passages_by_page_and_its_attachments_are_sources(tmp_path):
    """A page without text is counted, not taken for a blank one."""
    paper = pdf(
        "1. Purpose\nFacial recognition.", "", "3. Retention", attached={"log.csv": b"agreement_ref,version\nA,1\n"}
    )

    document, attachment = read_bytes(tmp_path, paper, "raw/agreements/a.pdf")

    assert [place for place, _ in passages(document)] == ["p.1 para 1", "p.3 para 1"]
    assert "Facial recognition." in passages(document)[0][1]
    assert document.said == ["M117 1 of 3 pages hold no text: p.2"]
    assert (attachment.source, attachment.table) == ("raw/agreements/a.pdf/1-log.csv", "agreement_versions")


def test_a_text_of_any_name_is_rows_where_it_fits_a_table(tmp_path):
    """Our own columns need the name of a table: a note may begin with a word that is one of ours."""
    assert read_bytes(tmp_path, b"entry_ref\nCR/1\n", "raw/share_log/x.txt")[0].table == "passages"
    assert read_bytes(tmp_path, b"entry_ref\nCR/1\n", "raw/share_log/x.csv")[0].table == "entries"


def test_of_sheets_with_one_name_none_is_taken_for_the_other(tmp_path):
    """No program writes such a workbook, and a reader by name would read the first twice: both are named, not read."""
    one, other, third = ({1: ["entry_ref"], 2: [ref]} for ref in ("A1", "B1", "C1"))
    book = workbook(("Log", "", one), ("Logs", "", other), ("Third", "", third))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["xl/workbook.xml"] = files["xl/workbook.xml"].replace(b'"Logs"', b'"Log"')
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)

    _, log, found = read_bytes(tmp_path, twice.getvalue(), "raw/share_log/x.xlsx")

    assert log.problems["code"].to_list() == ["M108"]
    assert "2 of this name" in log.said[0]
    assert found.frame["entry_ref"].to_list() == ["C1"]
