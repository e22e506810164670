"""Fault 38: what the XML of a workbook declares is neither expanded nor read; only XML's own five entities are."""

import io
import resource
import time
import zipfile

import pytest
from collecting import read_bytes
from papers import workbook

CANARY = "CANARY-4c1d"
BOMB = '<!ENTITY l0 "lollollol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
"""Nine bytes, ten times, nine times over: 9 GB."""
DECLARED = {
    "bomb": (BOMB, "&l9;"),
    "one step": ('<!ENTITY a "expanded">', "&a;"),
    "file": ('<!ENTITY a SYSTEM "file://{canary}">', "&a;"),
    "file by its path": ('<!ENTITY a SYSTEM "{canary}">', "&a;"),
    "host": ('<!ENTITY a SYSTEM "http://127.0.0.1:9/{canary}">', "&a;"),
}
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
ROWS = "".join(f"<table:table-row>{CELL.format(text)}</table:table-row>" for text in ("entry_ref", "USED"))
ODS = (
    f'<office:document-content xmlns:office="{OPEN}:office:1.0" xmlns:table="{OPEN}:table:1.0"'
    f' xmlns:text="{OPEN}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Log">{ROWS}'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)


def packed(files):
    """Return an archive of these texts, compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def xlsx(doctype, used):
    """Return a workbook whose one reference is *used*."""
    with zipfile.ZipFile(io.BytesIO(workbook(("Log", "", {1: ["entry_ref"], 2: ["USED"]})))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    files[sheet] = files[sheet].replace("?>", f"?>{doctype}", 1).replace("USED", used)
    return packed(files)


def ods(doctype, used):
    """Return a workbook of the other kind."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = f'<?xml version="1.0"?>{doctype}{ODS.replace("USED", used)}'
    return packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"})


@pytest.mark.parametrize("make", [xlsx, ods])
def test_an_entity_of_xml_itself_is_a_character(tmp_path, make):
    """And a declaration that is not used changes nothing: what is refused below is not refused for its make."""
    *_, found = read_bytes(tmp_path, make(f"<!DOCTYPE x [{BOMB}]>", "CR&amp;&#x31;"), "raw/share_log/a.bin")

    assert ([], ["CR&1"]) == (found.said, found.frame["entry_ref"].to_list())


@pytest.mark.parametrize("make", [xlsx, ods])
@pytest.mark.parametrize("declared", DECLARED)
def test_an_entity_that_a_workbook_declares_is_not_expanded(tmp_path, make, declared):
    """Workbook or sheet is refused and named (M108); at once, in little memory, with nothing of another file."""
    (tmp_path / "canary").write_text(CANARY)
    entities, used = DECLARED[declared]
    content = make(f"<!DOCTYPE x [{entities.format(canary=tmp_path / 'canary')}]>", used)
    began, most = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = read_bytes(tmp_path, content, "raw/share_log/a.bin")

    assert [["M108"]] == [each.problems["code"].to_list() for each in found if each.problems.height]
    assert not any("expanded" in said or CANARY in said or "lol" in said for each in found for said in each.said)
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 100_000  # KiB
