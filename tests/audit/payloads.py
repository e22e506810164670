"""Texts that a hostile or careless sender could put into a record, and answers that hold one in every field."""

import datetime as dt

import polars as pl

from toolkit.answers import Answer, Coverage, Verdict
from toolkit.audit.charts import Span
from toolkit.problems import Origin, Problem
from toolkit.tables import table

CANARY = "canary.invalid"
"""Stands for the address that nobody may ever ask for; the browser's test puts a server of its own there."""

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    "=cmd|' /C calc'!A0",
    f'=HYPERLINK("http://{CANARY}/x","see")',
    f'=WEBSERVICE("http://{CANARY}/x")',
    '"=1+1',
    'a","=1+1',
    "a\r\n=1+1,b",
    "\x00=1+1",
    "\u202e=1+1",
    "_x003D_1+1",
)
SCRIPTS = (
    "<script>document.title='ran'</script>",
    f'<script src="http://{CANARY}/x.js"></script>',
    f"<img src=x onerror=\"document.title='ran';new Image().src='http://{CANARY}/e'\">",
    f'"><img src="http://{CANARY}/x.png">',
    "'><svg onload=\"document.title='ran'\">",
    "<body onload=\"document.title='ran'\">",
    "<input autofocus onfocus=\"document.title='ran'\">",
    "<details open ontoggle=\"document.title='ran'\">",
    "<a href=\"javascript:document.title='ran'\">see</a>",
    "javascript:alert(1)",
    f'<iframe src="http://{CANARY}/f"></iframe>',
    "<iframe srcdoc=\"<script>parent.document.title='ran'</script>\">",
    f'<meta http-equiv="refresh" content="0;url=http://{CANARY}/r">',
    f'<link rel=stylesheet href="http://{CANARY}/s.css">',
    f"</style><style>@import url(http://{CANARY}/i.css);</style>",
    "</title><script>document.title='ran'</script>",
    "--><script>document.title='ran'</script><!--",
    "]]><script>document.title='ran'</script>",
    "{{ 7 * 7 }}{% for x in [1] %}",
    "&lt;script&gt;&#60;b&#62;",
    f'<form action="http://{CANARY}/p"><button autofocus>x',
    f'<base href="http://{CANARY}/">',
    "<r><t>run</t></r><f>1+1</f><r><t>run</t></r>",
    "</t></si></sst><f>1+1</f>",
)
MARKUP = (
    f"[see](http://{CANARY}/x)",
    f"![x](http://{CANARY}/x.png)",
    "[x](javascript:alert(1))",
    f"<http://{CANARY}>",
    f"http://{CANARY}/bare www.{CANARY} a@{CANARY}",
    "| a | b |\n| --- | --- |",
    "# heading\n* item\n```",
    "**bold** `code` ~~gone~~ $x$ [^1]",
    r"\[x\]\(y\) \\",
    "[bold red]x[/] [link=http://x]y[/link] [/]",
    r"$\frac{1}{0}$ \$ _{",
)
SCREENS = (
    "\x1b[2J\x1b[1;1Hall in order",
    "\x1b]8;;http://x\x1b\\see\x1b]8;;\x1b\\",
    "\x1b]0;title\x07",
    "\x9b31mred",
    "ok\rdone",
    "kept\nverify: 9 files checked: ok",
    "a\x00b\x08\x7f",
    "invoice\u202efdp.exe",
    "\u2066\u2067x\u2069\u200f\u200e\u061c",
    "a\u200bb\u00ad\ufeffc\u2028d\u2029e",
    "x" * 4_000,
    "../../etc/passwd",
    "\U000e0041\ufffe\u0085",
)
PAYLOADS = (*FORMULAS, *SCRIPTS, *MARKUP, *SCREENS)
PLAIN = "1 plain text"

_BLANK = {"measure": "rows", "method": "records", "complete": "yes", "step": "ingest", "n": 3}
_COVERAGE = pl.Schema({"step": pl.String, **table("coverage", "ingest").schema()})


def answers(text: str) -> list[Answer]:
    """Answers with a text wherever evidence can put one."""
    origin = Origin(text, text)
    coverage = Coverage("rows", 3, 2, {"row_rejected": 1})
    told = {"text": text, "earliest": None, "latest": None, "precision": "day"}
    act = {"act": text, "when": told, "post": text, "witness": text, "method": text}
    values = (text, [text, text], told, [act], {"of": text})
    return [
        Answer("Q09", "Which?", ("p9",), text, "established", value, None, (origin,), coverage, (f"note {text}",))
        for value in values
    ] + [Answer("Q56", "Who?", (), None, "conflicting", text, None, (origin, origin), coverage, (text, "again"))]


def verdicts(text: str) -> list[Verdict]:
    """Verdicts with a text as subject and evidence."""
    return [
        Verdict("R1", "Is it?", ("p9",), text, "cannot_determine", ("missing_field",), (), (Origin(text, text),)),
        Verdict("R36", "Is it?", (), None, "conforms", (), (), (Origin("raw/x", text),)),
    ]


def problems(text: str) -> list[Problem]:
    """A problem that quotes a text, as most do."""
    return [Problem("T211", Origin(text, text), f"not a date: {text}", text)]


def coverage(text: str) -> pl.DataFrame:
    """Coverage of a source whose every name is a text."""
    named = dict.fromkeys(("source", "system", "unit_ref", "covers_text", "method", "complete"), text)
    return pl.DataFrame([{**dict.fromkeys(_COVERAGE), **_BLANK, **named}], schema=_COVERAGE)


def examinations(text: str) -> pl.DataFrame:
    """Coverage by unit, system and period, of which every name is a text."""
    schema = table("examinations").schema()
    named = dict.fromkeys(("method", "system", "unit_ref", "covers_text", "complete", "measure"), text)
    row = {**dict.fromkeys(schema), **named, "declared": 3, "examined": 2, "not_examined": [{"cause": text, "n": 1}]}
    return pl.DataFrame([row | {"sources": [text]}], schema=schema)


def spans(text: str) -> list[Span]:
    """What the timeline draws of a text."""
    when = dt.datetime(2017, 5, 1, tzinfo=dt.UTC)
    return [Span(f"system {text}", "system", when, None, text)]


def frame(text: str) -> pl.DataFrame:
    """A table as it is exported: a text alone, in a list, in a record, and beside numbers."""
    records = pl.List(pl.Struct({"source": pl.String, "locator": pl.String}))
    return pl.DataFrame(
        {"subject": [text], "reasons": [[text, text]], "evidence": [[{"source": text, "locator": text}]], "n": [-1]},
        schema={"subject": pl.String, "reasons": pl.List(pl.String), "evidence": records, "n": pl.Int64},
    )


def sources(text: str) -> pl.DataFrame:
    """A source whose every name is a text."""
    row = {"source": text, "kind": "share_log", "sha256": "0" * 64, "bytes": 3, "system": text, "covers_text": text}
    schema = table("sources").schema()
    return pl.DataFrame([{**dict.fromkeys(schema), **row, "complete": text}], schema=schema)


def candidates(text: str) -> pl.DataFrame:
    """A candidate whose every name is a text."""
    row = {"probe_id": text, "probe_source": text, "face_id": text, "source": text, "frame": 1}
    schema = table("candidates").schema()
    return pl.DataFrame([{**dict.fromkeys(schema), **row, "pts_s": 0.5, "distance": 0.4, "rank": 1}], schema=schema)
