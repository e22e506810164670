"""
Injection (goal G10): whatever a record says, nothing we write or print acts on who reads it.

Every payload goes into every field of every output; what comes out has the same parts as with a plain text.
"""

import csv
import datetime as dt
import io
import json
import re
import shutil
import socketserver
import subprocess
import threading
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser

import fastexcel
import payloads
import pytest
from markdown_it import MarkdownIt
from payloads import CANARY, PAYLOADS, PLAIN

from toolkit import terminal
from toolkit.audit import case_uco, charts, export, markdown, page, render, workbook
from toolkit.case import Run
from toolkit.shown import visible, visible_json

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COUNTED: dict[str, int] = {}
PERIOD = (dt.datetime(2016, 5, 1, tzinfo=dt.UTC), dt.datetime(2018, 4, 1, tzinfo=dt.UTC))
TAGS_OF_A_FIGURE = {"svg", "metadata", "defs", "style", "g", "path", "use", "clipPath", "rect"} | {
    "RDF",
    "Work",
    "type",
    "format",
}
ENTRY = {"event": "intent", "step": "seal", "tool": "0.1.0", "at": "2026-01-05T09:30:00+00:00"}


@pytest.fixture(scope="module", autouse=True)
def _count():
    """Print how many checks there were: payloads x fields, by output."""
    yield
    print(f"\n{sum(COUNTED.values()):,} injection checks, 0 active: {COUNTED}")  # noqa: T201 - the counts belong into the CI's output
    assert sum(COUNTED.values()) >= 240


def check(output, fields):
    """Count a payload that was looked for in so many fields of an output."""
    COUNTED[output] = COUNTED.get(output, 0) + fields


def unseen(text, keep="\n"):
    """Return what a text holds that is not seen."""
    return {char for char in text if visible(char) != char and char not in keep}


def ours(text):
    """Return the elements of XML that we wrote."""
    return ET.fromstring(text).iter()  # noqa: S314 - written a line above


def figure(*texts):
    """Return the timeline of things that are called so."""
    return charts.svg(charts.timeline([span for text in texts for span in payloads.spans(text)], PERIOD))


def html(text, timeline=""):
    """Return the report with a payload in each field."""
    values = page.page_values(
        payloads.answers(text),
        payloads.verdicts(text),
        page.Images({text: [text, "O-1"]}, 1, payloads.answers(text)),
        payloads.coverage(text),
        payloads.examinations(text),
    )
    about = dict.fromkeys(("title", "period", "as_at", "signed", "report_id", "version"), text)
    about |= {
        "as_at_is_today": True,
        "sources_read": 1,
        "problems": payloads.problems(text),
        "problem_count": 1,
        "problems_rest": "",
        "thin_days": 12,
    }
    about |= {"inputs": "0" * 64}
    return render.report_page(values | about, timeline=timeline)


class Parts(HTMLParser):
    """The tags of a page, each with its attributes, and the text between."""

    def __init__(self, text):
        """Read a page."""
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Keep a tag."""
        self.tags.append((tag, attributes))

    def handle_data(self, text):
        """Keep a text."""
        self.texts.append(text)


def test_every_payload_is_its_own():
    """There are at least 40, as the goal says."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 40


def test_csv_holds_no_formula_and_every_row():
    """Read as a spreadsheet reads it: no cell begins a calculation, none breaks out of its row."""
    for payload in PAYLOADS:
        [names, cells] = csv.reader(io.StringIO(export.csv_text(payloads.frame(payload)), newline=""))
        assert len(names) == len(cells) == 4
        for cell in cells[:3]:
            assert not cell.startswith(export.FORMULA)
            assert unseen(cell, "\n\t") == set()
            assert visible(payload, "\n\t")[1:9].rstrip("\\") in cell or "\\" in cell
        check("csv", 4)


def test_a_workbook_holds_texts_only():
    """Read back: each cell is the text; and no part of the file is a formula, a link, or leads outside."""
    for payload in PAYLOADS:
        content = workbook.workbook({"answers": payloads.frame(payload)})
        [row] = fastexcel.read_excel(content).load_sheet("answers", dtypes="string").to_polars().rows()
        expected = visible(payload, "\n\t")
        assert row[0] == expected or expected.startswith(row[0].removesuffix(workbook._CUT))
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            texts = [parts.read(name).decode() for name in parts.namelist()]
        assert not re.search(r"<f[ >/]|<hyperlink|TargetMode|oleObject|ddeLink", "".join(texts))
        kinds = {cell.get("t") for text in texts for cell in ours(text) if cell.tag.endswith("}c")}
        assert kinds == {"s"}
        check("xlsx", 4)


def test_a_cell_longer_than_a_spreadsheet_opens_is_cut_and_says_so():
    """At most 32,767 characters; the Parquet file has them all."""
    content = workbook.workbook({"answers": payloads.frame("x" * 40_000)})
    [cell, *_] = fastexcel.read_excel(content).load_sheet("answers", dtypes="string").to_polars().row(0)

    assert 32_767 == len(cell)
    assert cell.endswith(" ... cut; whole in the Parquet file")


def test_a_page_has_the_tags_of_a_page_about_plain_text():
    """Not one tag, attribute or comment more; each payload stands there as text."""
    expected = Parts(html(PLAIN)).tags
    for payload in PAYLOADS:
        written = html(payload)
        found = Parts(written)
        assert found.tags == expected
        assert unseen("".join(found.texts), "\n\t") == set()
        assert "".join(found.texts).count(visible(payload, "\n\t")[:40]) >= 10
        check("html", 20)


def test_a_figure_is_drawn_and_nothing_more():
    """SVG: known tags only, no reference but to itself; a text that looks like mathematics is a text."""
    for part in ours(figure(*PAYLOADS)):
        assert part.tag.split("}")[1] in TAGS_OF_A_FIGURE
        assert not [name for name in part.attrib if name.split("}")[-1].startswith("on")]
        leads = [value for name, value in part.attrib.items() if name.endswith(("href", "resource"))]
        assert all(value.startswith(("#", "http://purl.org/dc/")) for value in leads)
    check("svg", 2 * len(PAYLOADS))


def test_markdown_reads_as_it_stands():
    """Rendered by CommonMark with tables: the tags of a text about plain things; no link, image or HTML."""
    reader = MarkdownIt("commonmark").enable("table")

    def rendered(text):
        about = {"title": text, "period": text, "as_at": text, "head": text}
        examinations = payloads.examinations(text)
        made = markdown.answers_markdown(payloads.answers(text), payloads.verdicts(text), about, examinations)
        assert unseen(made) == set()
        assert not re.search(rf"(?<!\\)(://{CANARY}|www\.{CANARY})", made.replace(r"\:/", ""))
        return Parts(reader.render(made))

    expected = rendered(PLAIN).tags
    for payload in PAYLOADS:
        found = rendered(payload)
        assert found.tags == expected
        assert "".join(found.texts).count(visible(payload)[:40]) >= 10
        check("markdown", 15)


def test_a_terminal_shows_text(capsys):
    """As many lines as for a plain text, so that none is forged; no escape, no colour of the record's own."""

    def printed(text):
        terminal.show_answers(payloads.answers(text))
        terminal.show_verdicts(payloads.verdicts(text))
        terminal.show_runs([Run("ingest", did_work=True, problems=tuple(payloads.problems(text)), notes=(text,))])
        return capsys.readouterr().out

    expected = printed(PLAIN).count("\n")
    for payload in PAYLOADS:
        found = printed(payload)
        assert unseen(found) == set()
        assert found.count("\n") == expected
        assert found.count(visible(payload)[:40]) >= 10
        check("terminal", 20)


def test_json_means_the_same_and_can_be_printed():
    """Parsed, it is the payload; printed, nothing in it acts."""
    for payload in PAYLOADS:
        run = Run("ingest", did_work=True, problems=tuple(payloads.problems(payload)))
        for found in (payloads.answers(payload), payloads.verdicts(payload), [run]):
            text = visible_json(terminal.to_json(found, 1), indent=2)
            assert unseen(text) == set()
            assert json.loads(text) == json.loads(json.dumps(terminal.to_json(found, 1)))
            assert json.dumps(payload)[1:-1][:40] in json.dumps(json.loads(text))
        check("json", 20)


def test_case_uco_holds_text_and_names_of_our_own():
    """JSON-LD: identifiers are made of digests; whatever a source is called, it names nothing."""
    for payload in PAYLOADS:
        about = {"origin": "toolkit/case/0", "title": payload, "legal_basis": payload}
        made = case_uco.case_uco(about, payloads.sources(payload), [ENTRY], payloads.candidates(payload))
        text = visible_json(made)
        assert unseen(text) == set()
        names = re.findall(r'"@id": "([^"]*)"', text)
        assert names
        assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in names)
        assert json.loads(text) == made
        check("case-uco", 8)


class Canary(socketserver.ThreadingTCPServer):
    """A server that notes who asks."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self):
        """Listen on a port that is free."""
        self.asked = []
        super().__init__(("127.0.0.1", 0), None)

    def finish_request(self, request, _):
        """Note what was asked for, and answer nothing."""
        self.asked.append(request.recv(200).split(b"\r\n")[0])


@pytest.fixture
def canary():
    """Listen where the payloads lead."""
    with Canary() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def title_in_browser(text, server, folder):
    """Return the title of a page once a browser has run it."""
    address = f"127.0.0.1:{server.server_address[1]}"
    (folder / "page.html").write_text(text.replace(CANARY, address), "utf-8")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--virtual-time-budget=2000", "--dump-dom", (folder / "page.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)[1]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: pages were checked by their tags only")
def test_a_browser_runs_nothing_and_asks_for_nothing(canary, tmp_path):
    """All payloads in one page. Unescaped, they run where no policy forbids it: the check can fail; with ours, not."""
    short = [payload for payload in PAYLOADS if len(payload) < 1_000]
    whole = html("\n".join(short), figure(*short)).replace("<title>", "<title>report</title><title>", 1)
    raw = "".join(payloads.SCRIPTS[:8])
    policy = re.search(r"<meta http-equiv=.Content-Security-Policy.[^>]*>", whole)[0]

    assert "report" == title_in_browser(whole, canary, tmp_path)
    assert "held" == title_in_browser(f"{policy}<title>held</title>{raw}", canary, tmp_path)
    assert canary.asked == []
    assert "ran" == title_in_browser(f"<title>free</title>{raw}", canary, tmp_path)
    assert canary.asked != []
    check("browser", len(short))
