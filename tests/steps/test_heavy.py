"""Whatever a source does to its parser costs that source: it is kept and counted as unread, and the run goes on."""

import io
import os
import zipfile
import zlib

import papers
import polars as pl
import pytest

import toolkit
from toolkit.case import open_case
from toolkit.errors import UsageError
from toolkit.readers.entries import MOST_PARTS
from toolkit.steps import ingest as step
from toolkit.steps import units, workers
from toolkit.steps.limits import Limits

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cell(place, text):
    """Return a cell of a sheet."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(*cells):
    """Return a workbook whose one sheet has an entry, and then these rows of one cell as they are."""
    book = io.BytesIO(papers.workbook(("Log", "", {1: ["entry_ref"], 2: ["E-1"]})))
    rows = "".join(f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}">{cell(place, "x")}</row>' for place in cells)
    made = io.BytesIO()
    with zipfile.ZipFile(book) as was, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as now:
        for name in was.namelist():
            content = was.read(name)
            if "worksheets/" in name:
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            now.writestr(name, content)
    return made.getvalue()


def shared(rows):
    """Return a workbook of rows that all refer to one text of 32,000 characters, 19 times each."""
    one = "".join(f'<c r="{chr(65 + at)}{{0}}" t="s"><v>0</v></c>' for at in range(19))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet())) as was, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as now:
        for name in was.namelist():
            content = was.read(name).decode()
            if "worksheets/" in name:
                inside = "".join(f'<row r="{n}">{one.format(n)}</row>' for n in range(3, rows + 3))
                content = content.replace("</sheetData>", inside + "</sheetData>")
            if name.endswith("workbook.xml.rels"):
                link = 'Id="texts" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
                content = content.replace(
                    "</Relationships>", f'<Relationship {link} Target="sharedStrings.xml"/></Relationships>'
                )
            now.writestr(name, content)
        now.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>')
    return made.getvalue()


def mail(n_attachments):
    """Return a message with so many attachments."""
    part = b'--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\n'
    part += b"entry_ref\r\nE-1\r\n"
    head = b'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + part * n_attachments + b"--b--\r\n"


def pdf(content):
    """Return a document of one page with this content, deflated."""
    packed = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for n, each in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (n, each)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(places)
    return body + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


W501 = "W501 raw/share_log/{}: tried twice: "
MEMORY = "gave up, as code does that gets no more memory: it may have 0.5 GiB"
HEAVY = {
    "row.xlsx": (lambda: sheet("A999999999999"), W501 + MEMORY),
    "column.xlsx": (lambda: sheet("ZZZZZZZ2"), W501 + MEMORY),
    "add_in.xlsx": (lambda: sheet(*(f"XFD{n}" for n in range(3, 20_003))), W501 + MEMORY),
    "one_text.xlsx": (lambda: shared(3_000), W501 + MEMORY),
    "words.eml": (
        lambda: b"Subject: " + b"\r\n ".join([b"=?utf-8?q?abc?="] * 100_000) + b"\r\n\r\nbody\r\n",
        W501 + "needed more than 0.5 GiB of memory",
    ),
    "brackets.eml": (lambda: b"To: " + b"(" * 500_000 + b"\r\n\r\nbody\r\n", W501),
    "sheets.xlsx": (
        lambda: papers.workbook(*((f"S{n}", "", {1: ["entry_ref"]}) for n in range(MOST_PARTS + 1))),
        "M116 raw/share_log/{}: expected at most 1000 sheets, found 1001",
    ),
    "attached.eml": (
        lambda: mail(MOST_PARTS + 1),
        "M116 raw/share_log/{}: expected at most 1000 attachments, found 1001",
    ),
    "bomb.pdf": (
        lambda: pdf(b"BT /F 9 Tf (hello) Tj ET " + bytes(90_000_000)),
        "M116 raw/share_log/{}: expected pages within the limits of unpacking, found larger ones: p.1",
    ),
}
"""File -> its content, and what is said of it. Each ended the run, took 5 to 21 GB or no end of time."""


def test_a_heavy_source_costs_itself(new_case):
    """All of them beside a register that is read: exit 3, each kept, named and counted as unread; nothing left over."""
    files = {f"raw/share_log/{name}": make() for name, (make, _) in HEAVY.items()}
    case = new_case({**files, "raw/share_log/ok.csv": "entry_ref\nE-1\n"})
    path = case.root / "case.toml"
    path.write_text(path.read_text().replace("memory_mib = 2048", "memory_mib = 512"))
    case = open_case(case.root)
    toolkit.seal(case)

    run = toolkit.ingest(case, workers=1)

    said = sorted(str(problem) for problem in run.problems)
    expected = sorted(text.format(name) for name, (_, text) in HEAVY.items())
    assert len(expected) == len(said)
    assert [] == [(found, text) for found, text in zip(said, expected, strict=True) if not found.startswith(text)]
    assert 3 == run.exit_code
    assert ["E-1"] == case.table("entries")["entry_ref"].to_list()
    unread = case.table("coverage", "ingest").filter(pl.col("cause") == "cannot_read")
    assert sorted(files) == sorted(set(unread["source"]) & set(files))
    assert [] == [each for each in case.root.rglob("*") if each.name.startswith(".tmp")]
    assert [] == list(toolkit.verify(case.root).failures)


def pid_of(_):
    """Return which process reads."""
    return os.getpid()


def test_reading_happens_in_another_process_and_one_is_kept(new_case, monkeypatch):
    """Also for a small source, and for `raw/sources.csv`: what parses is another, and the same one each time."""
    asked, real = [], workers.run

    def noted(things, function, *rest, limits=None, **named):
        asked.append(None if limits is None else limits(things[0]))
        return real(things, function, *rest, limits=limits, **named)

    monkeypatch.setattr(workers, "run", noted)
    case = new_case(
        {"raw/share_log/a.csv": "entry_ref\nE-1\n", "raw/sources.csv": "path,complete\nshare_log/a.csv,yes\n"}
    )
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)

    assert [Limits(60.0, 2 << 30)] * 2 == asked
    assert ["yes"] == case.table("sources").filter(source="raw/share_log/a.csv")["complete"].to_list()
    [(_, first)], [(_, second)] = (list(workers.run([1], pid_of, 1, limits=lambda _: Limits())) for _ in range(2))
    assert first == second != os.getpid()


def test_no_progress_costs_the_source(new_case, monkeypatch):
    """A parser that never comes back is ended by the kernel; the source beside it is read."""
    monkeypatch.setattr(units, "SILENT_S", 4.0)
    case = new_case(
        {
            "raw/share_log/slow.eml": b"To: " + b"<" * 3_000_000 + b"\r\n\r\nbody\r\n",
            "raw/share_log/ok.csv": "entry_ref\nE-1\n",
        }
    )
    toolkit.seal(case)

    [problem] = toolkit.ingest(case, workers=1).problems

    assert "W501 raw/share_log/slow.eml: tried twice: no sign of life for 4 s; ended" in str(problem)
    assert ["E-1"] == case.table("entries")["entry_ref"].to_list()


def test_a_proposal_of_a_profile_survives_its_file(tmp_path):
    """`toolkit profile` opens what was handed over, too."""
    path = tmp_path / "row.xlsx"
    path.write_bytes(sheet("A999999999999"))

    with pytest.raises(UsageError, match=r"row.xlsx: cannot be read, tried twice: gave up"):
        toolkit.profile(path)


def test_a_sheet_with_a_header_alone_is_no_fault_of_the_reader(new_case):
    """It holds no rows, and says so."""
    case = new_case({"raw/share_log/a.xlsx": papers.workbook(("Log", "", {1: ["entry_ref"]}))})
    toolkit.seal(case)

    assert ["T214"] == [problem.code for problem in toolkit.ingest(case, workers=1).problems]


def test_a_source_is_tried_again_when_it_may_take_more(new_case):
    """What was too heavy for the setting is read under a larger one."""
    case = new_case({"raw/share_log/a.xlsx": shared(3_000)})
    path = case.root / "case.toml"
    path.write_text(path.read_text().replace("memory_mib = 2048", "memory_mib = 512"))
    toolkit.seal(open_case(case.root))
    assert ["W501"] == [problem.code for problem in toolkit.ingest(open_case(case.root), workers=1).problems]

    path.write_text(path.read_text().replace("memory_mib = 512", "memory_mib = 16384"))
    assert "W501" not in [problem.code for problem in toolkit.ingest(open_case(case.root), workers=1).problems]
    assert step.ingest(open_case(case.root), workers=1).did_work is False


def test_what_a_heavy_source_took_is_never_held_against_the_next(new_case):
    """The worker that is kept has failed at a workbook of 21 GB; what comes later is read as if it had not."""
    case = new_case({"raw/share_log/heavy.xlsx": shared(300_000)})
    toolkit.seal(case)
    toolkit.ingest(case)
    (case.root / "raw/share_log/light.csv").write_text("entry_ref,occurred\nE-1,2017-01-01\n")
    toolkit.seal(case)

    run = toolkit.ingest(case)

    assert ["raw/share_log/heavy.xlsx"] == [found.origin.source for found in run.problems if found.code == "W501"]
    assert ["E-1"] == case.table("entries")["entry_ref"].to_list()
