"""Texts and dates as they are kept, states as they are answered, and what is neutralised on the way out."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence

import duckdb
import polars as pl
import pyarrow.parquet as pq

import toolkit
from toolkit.audit import asking, export, markdown, render, workbook
from toolkit.custody import write
from toolkit.dates import Order, interval
from toolkit.readers.declarations import NOTHING_DECLARED
from toolkit.readers.entries import Entry, Part, Reader
from toolkit.readers.source import read_source
from toolkit.shown import visible
from toolkit.steps.assertions.bench import Assertion, Bench

AWKWARD = (
    "007",
    "1E5",
    "+44",
    "NULL",
    "NA",
    "1/2",
    "true",
    " 7 ",
    "caf\u00e9",
    "e\u0301",
    "\u202eabc",
    "\U0001f600",
    '"',
    "a\nb",
    "",
)
ACTIVE = (
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "\uff1d1",
    "<script>x</script>",
    "\x1b[2J",
    "[a](javascript:b)",
    "\u202eexe",
)
ANSWERS = {
    "established": ("Q01", None),
    "established_not": ("Q31", "AUTH-C1"),
    "not_found": ("Q16", "OCC-1"),
    "record_missing": ("Q54", "MED-03"),
    "no_duty": ("Q46", None),
    "destroyed": ("Q53", "KX-01"),
    "attested": ("Q50", None),
    "conflicting": ("Q24", "OCC-1"),
    "not_searched": ("Q17", None),
}
"""A question and a subject of the sample for each of the nine states; see the sample's README for what is planted."""


def _parquet(reader: Callable[[str], list[str]]) -> Callable[[Bench], str]:
    def check(bench: Bench) -> str:
        path = bench.place().with_suffix(".parquet")
        write.write_table(path, pl.DataFrame({"text": [*AWKWARD, None]}).to_arrow())
        return _same(reader(str(path)), [*AWKWARD, None])

    return check


def _same(found: Sequence[str | None], expected: Sequence[str | None]) -> str:
    return f"{sum(a == b for a, b in zip(found, expected, strict=False))} of {len(expected)} the same"


def _by_duckdb(path: str) -> list[str]:
    with duckdb.connect(":memory:") as connection:
        return [text for (text,) in connection.read_parquet(path).fetchall()]


def _any_batches(bench: Bench) -> str:
    table = pl.DataFrame({"n": range(1_000), "text": [AWKWARD[n % len(AWKWARD)] for n in range(1_000)]}).to_arrow()
    paths = [bench.place().with_suffix(".parquet") for _ in range(2)]
    write.write_table(paths[0], table)
    write.write_table(paths[1], iter(table.to_batches(max_chunksize=7)), table.schema)
    return f"{len({path.read_bytes() for path in paths})} content, {pq.read_metadata(paths[0]).num_rows} rows"


def _register(bench: Bench, lines: list[str]) -> tuple[list[Part], dict[str, int], list[str]]:
    """Return the parts, the balance and the problem codes of a register that holds these lines."""
    path = bench.place().with_suffix(".csv")
    path.write_bytes("".join(f"{line}\n" for line in ["entry_ref,occurred,narrative", *lines]).encode())
    parts: list[Part] = []
    read = read_source(
        path, Entry("raw/share_log/x.csv", "share_log", "0" * 64, NOTHING_DECLARED), Reader(parts.append)
    )
    names = ("rows_in", "accepted", "quarantined", "blank")
    counts = {name: sum(int(each.row[name].sum() or 0) for each in read) for name in names}
    return parts, counts, sorted(code for each in read for code in each.problems["code"])


def _ingested(bench: Bench) -> str:
    quoted = ['E{},2017,"{}"'.format(at, text.replace('"', '""')) for at, text in enumerate(AWKWARD[:-1])]
    parts, _, _ = _register(bench, quoted)
    frame = pl.concat([part.frame for part in parts if part.frame is not None])
    return _same(frame["narrative"].to_list(), [*AWKWARD[:-1]])


def _balanced(bench: Bench) -> str:
    _, counts, codes = _register(bench, ["E1,2017,x", "E2,2017", "", "E3,2017,x,y", "E4,May?,x"])
    parts = " + ".join(f"{counts[name]} {name}" for name in ("accepted", "quarantined", "blank"))
    return f"{counts['rows_in']} rows in = {parts}; {', '.join(codes)}"


def _when(text: str, order: Order | None = None) -> Callable[[Bench], str]:
    def check(_: Bench) -> str:
        found = interval(text, order=order)
        bounds = [bound.strftime("%Y-%m-%dT%H:%MZ") if bound else ".." for bound in (found.earliest, found.latest)]
        return f"{'/'.join(bounds)} {found.problem or found.basis}"

    return check


def _csv(_: Bench) -> str:
    rows = csv.reader(io.StringIO(export.csv_text(pl.DataFrame({"a": ACTIVE})), newline=""))
    cells = [row[0] for row in rows][1:]
    return f"{sum(cell.startswith(export.FORMULA) for cell in cells)} of {len(cells)} cells begin a formula"


def _workbook(bench: Bench) -> str:
    import fastexcel  # noqa: PLC0415

    path = bench.file(workbook.workbook({"answers": pl.DataFrame({"a": ACTIVE})}))
    sheet = fastexcel.read_excel(path.read_bytes()).load_sheet("answers", dtypes="string").to_polars()
    same = sum(a == visible(b, keep="\t") for a, b in zip(sheet["a"], ACTIVE, strict=True))
    return f"{sheet.height} texts, {same} as they are"


def _terminal(_: Bench) -> str:
    shown = "".join(map(visible, ACTIVE))
    return f"{sum(not char.isprintable() for char in shown)} characters that act, {len(shown)} shown"


def _page(_: Bench) -> str:
    text = str(render.escaped("".join(ACTIVE)))
    return f"{len(re.findall('<', text))} tags, {len(re.findall('&lt;', text))} shown as text"


def _markdown(_: Bench) -> str:
    active = re.findall(r"(?<!\\)[<\[]", markdown.plain("".join(ACTIVE)))
    return f"{len(active)} marks that act"


def _state(question: str, subject: str | None) -> Callable[[Bench], str]:
    def check(bench: Bench) -> str:
        [found] = [
            each["state"] for each in _answers(bench) if (each["question"], each["subject"]) == (question, subject)
        ]
        return str(found)

    return check


def _answers(bench: Bench) -> list[dict[str, object]]:
    """Return the answers, asked once."""
    path = bench.folder / "answers.json"
    if not path.exists():
        with bench.case.connect() as tables:
            found = asking.answers_table(tables, {question for question, _ in ANSWERS.values()})
        path.write_text(json.dumps(found.select("question", "subject", "state", "value").to_dicts()), "utf-8")
    read: list[dict[str, object]] = json.loads(path.read_text("utf-8"))
    return read


def _silence(bench: Bench) -> str:
    root = bench.copy()
    for path in sorted((root / "raw").glob("*/*")):
        if path.parent.name not in ("share_log", "units"):
            path.unlink()

    case = toolkit.open_case(root)
    toolkit.seal(case)
    toolkit.ingest(case, workers=1)
    toolkit.link(case)
    with case.connect() as tables:
        states = asking.answers_table(tables, {"Q40", "Q49", "Q53"})["state"].to_list()
    return "never no" if "established_not" not in states else "no"


ASSERTIONS = (
    Assertion(
        "T01",
        "awkward texts through Parquet, read by Polars",
        "16 of 16 the same",
        _parquet(lambda path: pl.read_parquet(path)["text"].to_list()),
    ),
    Assertion("T02", "awkward texts through Parquet, read by DuckDB", "16 of 16 the same", _parquet(_by_duckdb)),
    Assertion("T03", "the same rows, in whatever batches, are the same bytes", "1 content, 1000 rows", _any_batches),
    Assertion("T04", "texts of a register come out as they went in", "14 of 14 the same", _ingested),
    Assertion(
        "T05",
        "a register balances: ragged rows are kept apart, none is lost",
        "5 rows in = 2 accepted + 2 quarantined + 1 blank; T204, T204, T211",
        _balanced,
    ),
    Assertion(
        "Z01",
        "May 2016 in London, an hour ahead of UTC",
        "2016-04-30T23:00Z/2016-05-31T23:00Z recorded",
        _when("2016-05"),
    ),
    Assertion(
        "Z02",
        "an hour that exists twice keeps both",
        "2017-10-29T00:30Z/2017-10-29T01:31Z recorded",
        _when("2017-10-29T01:30"),
    ),
    Assertion(
        "Z03",
        "an hour that does not exist is a problem",
        "2017-03-26T00:30Z/2017-03-26T01:31Z T208",
        _when("2017-03-26T01:30"),
    ),
    Assertion(
        "Z04",
        "03/04/2016 without a declared order: both readings",
        "2016-03-04T00:00Z/2016-04-03T23:00Z T207",
        _when("03/04/2016"),
    ),
    Assertion(
        "Z05", "03/04/2016, day first", "2016-04-02T23:00Z/2016-04-03T23:00Z recorded", _when("03/04/2016", "dmy")
    ),
    Assertion("Z06", "29 February 2017 is no date", "../.. T209", _when("2017-02-29")),
    Assertion("Z07", "the year 9999 is no date", "../.. T209", _when("9999-12-31")),
    Assertion(
        "Z08", "about 2016 is inferred, not recorded", "2016-01-01T00:00Z/2017-01-01T00:00Z inferred", _when("2016~")
    ),
    Assertion("X01", "CSV: texts that a spreadsheet would calculate", "0 of 11 cells begin a formula", _csv),
    Assertion("X02", "XLSX: read back as texts", "11 texts, 11 as they are", _workbook),
    Assertion(
        "X03", "terminal: escapes and marks that turn the reading order", "0 characters that act, 72 shown", _terminal
    ),
    Assertion("X04", "page: what looks like a tag", "0 tags, 2 shown as text", _page),
    Assertion("X05", "Markdown: what looks like a link or a tag", "0 marks that act", _markdown),
    *(
        Assertion(f"A{n:02}", f"state of {' '.join(filter(None, asked))} in the sample: {state}", state, _state(*asked))
        for n, (state, asked) in enumerate(ANSWERS.items(), 1)
    ),
    Assertion("A10", "registers taken away: no answer becomes 'no'", "never no", _silence),
)
