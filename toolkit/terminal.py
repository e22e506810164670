"""What people and machines read on the terminal."""

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape as _no_markup
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from toolkit.answers import Answer, StatementCheck, Verdict
from toolkit.audit.sentences import (
    answer_sentence,
    causes_text,
    count_text,
    headlines,
    statement_text,
    value_text,
    verdict_sentence,
)
from toolkit.audit.why import Why
from toolkit.audit.why_text import VERBATIM, parts
from toolkit.case import Case, Run
from toolkit.case import Progress as Report
from toolkit.custody.verify import Verification
from toolkit.problems import Origin
from toolkit.readers.fulltext import BEGIN, END
from toolkit.shown import visible
from toolkit.steps.access import Access
from toolkit.steps.ask import Listed
from toolkit.steps.assertions.report import Finding, Selftest, tally
from toolkit.steps.diff import Difference
from toolkit.steps.erase import Erasure
from toolkit.steps.forecast import Forecast
from toolkit.steps.nearest import Nearest
from toolkit.steps.search import Searched

_STATE_STYLE = {
    "established": "green",
    "established_not": "green",
    "not_found": "yellow",
    "record_missing": "red",
    "no_duty": "yellow",
    "destroyed": "yellow",
    "attested": "cyan",
    "conflicting": "red",
    "not_searched": "magenta",
    "conforms": "green",
    "breach": "red",
    "cannot_determine": "yellow",
    "not_applicable": "dim",
}
_BEARING = {
    "supersedes": "[magenta]supersedes[/]",
    "contradicts": "[red]contradicts[/]",
    "confirms": "[green]confirms[/]",
}
_EVIDENCE_SHOWN = 4
_PROBLEMS_SHOWN = 30


class _Console(Console):
    """Prints no text that acts on the terminal, whatever it was put together from."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - rich's own
        """Render what is printed or stands in a table."""
        return super().render_str(visible(text, keep="\n"), **options)


def escape(text: str) -> str:
    r"""
    Return a text from evidence for the terminal: one line, without markup, nothing in it acts.

    >>> print(escape("[red]a\nb"))
    \[red]a\nb
    """
    return _no_markup(visible(text))


def _console() -> Console:
    """Return a console that does not cut lines when the output goes into a file."""
    return _Console(width=None if sys.stdout.isatty() else 140, highlight=False)


def _state(word: str) -> str:
    return f"[{_STATE_STYLE.get(word, 'white')}]{word}[/]"


def show_runs(runs: list[Run]) -> None:
    """Print what each step did, and every problem on record."""
    console = _console()
    for run in runs:
        for found in run.problems[:_PROBLEMS_SHOWN]:
            console.print(escape(str(found)), style="yellow", soft_wrap=True)
        if len(run.problems) > _PROBLEMS_SHOWN:
            more = len(run.problems) - _PROBLEMS_SHOWN
            console.print(f"... and {more} more in tables/{run.step}/problems.parquet", style="yellow")
        done = f"{len(run.written)} files written in {run.seconds:.1f} s" if run.did_work else "nothing to do"
        if run.notes:
            done = "; ".join((*((done,) if run.did_work else ()), *run.notes))
        balance = _balance(run)
        head = f"; log head {run.head[:12]}" if run.head else ""
        console.print(f"[bold]{run.step}[/]: {balance}{escape(done)}{head}", soft_wrap=True)


def _balance(run: Run) -> str:
    """Return 'rows in = accepted + quarantined + blank' over the sources of an ingest."""
    if not run.sources:
        return ""
    total: Counter[str] = Counter()
    for source in run.sources:
        total.update({name: n for name, n in source.items() if isinstance(n, int)})
    parts = " + ".join(f"{total[name]} {name}" for name in ("accepted", "quarantined", "blank"))
    return f"{total['rows_in']} rows in = {parts}; {len(run.sources)} sources; "


def show_headlines(case: Case, runs: list[Run], *, seconds: float) -> None:
    """Print the headline table, where the report is, and how long the pipeline took."""
    from toolkit.steps.ask import answers_of  # noqa: PLC0415 - steps load what they need

    console = _console()
    rows = Table(title=f"{escape(case.settings.about.title)}, as at {case.as_at.text}", title_justify="left")
    for name in ("question", "state", "value"):
        rows.add_column(name, overflow="fold")
    for label, answer in headlines(answers_of(case)):
        rows.add_row(escape(label), _state(answer.state), escape(value_text(answer)))
    console.print()
    console.print(rows)
    for path in sorted({name for run in runs for name in run.written if name.endswith("report.html")}) or [
        _latest(case)
    ]:
        console.print(f"report: {case.root / path}", soft_wrap=True)
    problems = sum(len(run.problems) for run in runs)
    console.print(
        f"pipeline: {seconds:.1f} s; {problems} problems on record; check any time: toolkit verify {case.root}"
    )


def _latest(case: Case) -> str:
    found = max((case.root / "reports").glob("*/report.html"), key=lambda path: path.stat().st_mtime_ns)
    return case.relative(found)


def show_search(found: Searched, most: int) -> None:
    """Print what each query found, at most so many passages of each, and what was and was not searched."""
    console = _console()
    for one in found.asked:
        console.print(f"[bold]{escape(one.query)}[/]" + (f" ({one.pack})" if one.pack else ""), soft_wrap=True)
        for passage in one.found[:most]:
            about = " ".join(filter(None, (passage.field, passage.ref)))
            marked = escape(passage.snippet).replace(BEGIN, f"[bold]{BEGIN}").replace(END, f"{END}[/]")
            console.print(f"  {escape(passage.source)} {passage.locator} ({escape(about)}): {marked}", soft_wrap=True)
        shown = f"; {most} shown" if len(one.found) > most else ""
        console.print(f"  search {one.number}: {len(one.found)} passages found{shown}", soft_wrap=True)
    searched = ", ".join(f"{n} {field}" for field, n in found.passages.items()) or "none"
    causes = ", ".join(f"{n} {cause}" for cause, n in found.not_searched.items()) or "none"
    console.print(f"passages searched: {searched}; files not searched: {causes}", soft_wrap=True)
    if found.proposals:
        states = ", ".join(f"{n} {state}" for state, n in found.proposals.items())
        console.print(f"proposals: {states}; decide in hand/proposals.csv", soft_wrap=True)


def show_proposals(found: pl.DataFrame) -> None:
    """Print every proposal and who judged it."""
    console = _console()
    for row in found.iter_rows(named=True):
        by = f" by {row['judged_by']}, {row['judged_when']}: {row['judged_why']}" if row["judged_by"] else ""
        place = f"{row['source']} {row['locator']} ({row['pack']})"
        console.print(f"{row['state']}{escape(by)}  {escape(place)}: {escape(row['snippet'])}", soft_wrap=True)


def show_nearest(found: Nearest) -> None:
    """Print the nearest candidates of each probe, and how many lie below."""
    console = _console()
    for probe, below in found.below.items():
        rows = found.candidates.filter(pl.col("probe_id") == probe)
        more = f"; {below} more within the threshold, ranked below, in the table candidates" if below else ""
        console.print(f"[bold]{escape(probe)}[/]: {rows.height + below} candidates{more}", soft_wrap=True)
        for row in rows.iter_rows(named=True):
            seen = f"{row['seen_earliest']:%Y-%m-%d %H:%M:%S} UTC" if row["seen_earliest"] else "undated"
            place = f"{row['source']} frame {row['frame']} ({seen}, camera {row['camera_id'] or 'not known'})"
            console.print(f"  {row['rank']:>3}  {row['distance']:.4f}  {escape(place)}", soft_wrap=True)
    console.print("A candidate is worth a person's look; it is not a match.")


def show_forecast(found: Forecast) -> None:
    """Print what the index would take."""
    console = _console()
    left_out = f"; {found.not_opened} more that no decoder opens" if found.not_opened else ""
    left_out += (
        f"; {found.no_length} of them do not say how long they are, and are not counted" if found.no_length else ""
    )
    size = f"{found.footage_bytes / 1e9:.2f} GB"
    console.print(f"footage: {found.files} files, {found.footage_hours:.2f} h, {size}{left_out}", soft_wrap=True)
    share = f"{found.searched_share:.0%} of the picture, at the looks asked for, moved"
    console.print(f"sample:  {found.sampled_s:.0f} s decoded, no face looked for: {share}", soft_wrap=True)
    each, together = (found.worker_hours_least, found.worker_hours_most), found.hours
    console.print(f"index:   {_range(each)} h of one worker; {_range(together)} h with {found.workers}")
    faces = f"{found.describing_s:.0f} s of one worker and {found.face_bytes / 1e6:.2f} MB of storage"
    console.print(f"faces:   {faces} for each 1,000 that are described; how many is not known")
    console.print(f"later:   {_later_probe(found)}", soft_wrap=True)
    if found.cost_least is not None and found.cost_most is not None:
        console.print(
            f"cost:    {_range((found.cost_least, found.cost_most))}, at the price given for an hour of a worker"
        )


def _later_probe(found: Forecast) -> str:
    """Say what a probe costs that comes after the sweep."""
    if found.kept_until:
        kept = f"descriptors are kept until {found.kept_until} (mandate.keep_descriptors_until): until then "
        return f"{kept}a new probe is only compared"
    faces = "each 1,000 faces" if found.faces is None else f"{found.faces:,} faces"
    describing_s = found.describing_s * (1 if found.faces is None else found.faces / 1000)
    decoding = f"up to {_range((found.again_hours, found.again_hours))} h of one worker to decode"
    forgotten = "descriptors are forgotten when the sweep is done, unless mandate.keep_descriptors_until is stated"
    return f"{forgotten}; a new probe then costs {decoding} and {describing_s:.0f} s to describe {faces} again"


def _range(bounds: tuple[float, float]) -> str:
    """
    Return two numbers to two digits, or one where they do not differ.

    >>> _range((0.1234, 12.3)), _range((1234.5, 1234.5))
    ('0.12 to 12', '1,234')
    """
    least, most = (f"{bound:,.0f}" if bound >= 10 else f"{bound:.2g}" for bound in bounds)  # noqa: PLR2004
    return least if least == most else f"{least} to {most}"


def show_finding(found: Finding) -> None:
    """Print one assertion of the self-test: what, and where it failed what was expected and found."""
    state = {True: "[green]pass[/]", False: "[red]FAIL[/]", None: "[yellow]not checked[/]"}[found.passed]
    console = _console()
    console.print(f"{found.name}  {state}  {escape(found.what)}", soft_wrap=True)
    if not found.passed:
        console.print(f"     expected: {escape(found.expected)}", soft_wrap=True)
        console.print(f"     found:    {escape(found.found)}", soft_wrap=True)


def show_selftest(found: Selftest) -> None:
    """Print the counts, and where the report is."""
    passed, failed, unchecked = tally(found.findings)
    seconds = sum(finding.seconds for finding in found.findings)
    console = _console()
    counts = f"{passed} passed, {failed} failed, {unchecked} not checked"
    console.print(f"selftest: {len(found.findings)} assertions in {seconds:.0f} s: {counts}", soft_wrap=True)
    if found.folder:
        console.print(f"report: {escape(str(found.folder))}, {found.signed}", soft_wrap=True)


def show_questions(listed: list[Listed]) -> None:
    """Print the questions under their groups, and in which states the case answers each."""
    console = _console()
    group = None
    for one in listed:
        if one.group != group:
            group = one.group
            console.print(f"\n[bold]{group}  {escape(one.group_name)}[/]")
        states = ", ".join(_state(state) + (f" {n:,}" if n > 1 else "") for state, n in one.states.items())
        console.print(f"  {one.question}  {escape(one.title)}  {states or '[dim]not answered yet[/]'}", soft_wrap=True)


def show_why(found: list[Why], as_at: str | None = None) -> None:
    """Print why each answer or verdict is what it is."""
    console = _console()
    if as_at:
        console.print(f"[bold]As at {escape(as_at)}[/]: from the records that stood at the end of that day\n")
    if not found:
        console.print("nothing is said about that subject")
    for label, lines in (part for why in found for part in (*parts(why), ("", [""]))):
        for at, line in enumerate(lines):
            style = "dim" if line.startswith(VERBATIM) else "bold" if label == "says" and at == 0 else ""
            head = f"[bold]{label if at == 0 else '':<9}[/]" if line else ""
            console.print(f"  {head} [{style or 'none'}]{escape(line)}[/]" if line else "", soft_wrap=True)


def show_coverage(found: pl.DataFrame) -> None:
    """Print coverage as a table."""
    console = _console()
    rows = Table()
    for name in ("method", "system", "unit", "covers", "complete"):
        rows.add_column(name, overflow="fold")
    for name in ("declared", "examined"):
        rows.add_column(name, justify="right")
    rows.add_column("not examined", overflow="fold")
    for row in found.iter_rows(named=True):
        cells = (row["method"], row["system"], row["unit_ref"], row["covers_text"] or "not stated", row["complete"])
        counts = (count_text(row["declared"], row["measure"]), f"{row['examined']:,}")
        causes = causes_text({cause["cause"]: cause["n"] for cause in row["not_examined"]})
        rows.add_row(*(escape((cell or "").replace("_", " ")) for cell in cells), *counts, escape(causes))
    console.print(rows)


def show_answers(answers: list[Answer], as_at: str | None = None) -> None:
    """Print answers as sentences, each with its coverage, evidence and caveats, and the statements they bear on."""
    console = _console()
    asked = None
    if as_at:
        console.print(f"[bold]As at {escape(as_at)}[/]: from the records that stood at the end of that day")
    for answer in answers:
        if answer.question != asked:
            asked, said = answer.question, set[StatementCheck]()
            console.print(
                f"\n[bold]{answer.question}[/] {escape(answer.title)} [dim]({', '.join(answer.paragraphs)})[/]"
            )
        subject = f"{escape(answer.subject)}: " if answer.subject else ""
        sentence = answer_sentence(answer)
        console.print(f"  {_state(answer.state)}  {subject}{escape(sentence)}", soft_wrap=True)
        for caveat in (caveat for caveat in answer.caveats if caveat not in sentence):
            console.print(f"      note: {escape(caveat)}", style="dim", soft_wrap=True)
        if answer.evidence:
            console.print(f"      rests on: {escape(_evidence(answer))}", style="dim", soft_wrap=True)
        _show_statements(console, answer.statements, said)


def _show_statements(console: Console, checks: Iterable[StatementCheck], said: set[StatementCheck]) -> None:
    """Print the earlier statements that an answer bears on; one that bears on several subjects once."""
    for check in (check for check in checks if check not in said):
        said.add(check)
        console.print(f"      {_BEARING[check.bearing]} {escape(statement_text(check))}", soft_wrap=True)


def _evidence(found: Answer | Verdict) -> str:
    shown = "; ".join(map(str, found.evidence[:_EVIDENCE_SHOWN]))
    more = found.records - _EVIDENCE_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def show_verdicts(verdicts: list[Verdict]) -> None:
    """Print verdicts under their rules, each with what it rests on."""
    console = _console()
    judged = None
    for found in verdicts:
        if found.rule != judged:
            judged, said = found.rule, set[StatementCheck]()
            console.print(f"\n[bold]{found.rule}[/] {escape(found.title)} [dim]({', '.join(found.paragraphs)})[/]")
        subject = f"{escape(found.subject)}: " if found.subject else ""
        console.print(f"  {_state(found.verdict)}  {subject}{escape(verdict_sentence(found))}", soft_wrap=True)
        if found.evidence:
            console.print(f"      rests on: {escape(_evidence(found))}", style="dim", soft_wrap=True)
        _show_statements(console, found.statements, said)


@contextmanager
def progress_bar() -> Iterator[Report]:
    """Give a function that shows how far the work is, on stderr."""
    pace, left = TextColumn("{task.fields[pace]}"), TimeRemainingColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), left, pace)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, done: float, total: float, pace: str = "", /) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(escape(what), total=total, pace="")
            bar.update(tasks[what], completed=done, total=total, pace=escape(pace))

        yield report


def to_json(found: object, schema_version: int) -> object:
    """Return what a step found in the documented JSON shape; lists are sorted."""
    version = {"schema_version": schema_version}
    match found:
        case [Answer(), *_]:
            questions: dict[str, list[Answer]] = {}
            for answer in (each for each in found if isinstance(each, Answer)):
                questions.setdefault(answer.question, []).append(answer)
            return [version | _question(answers) for _, answers in sorted(questions.items())]
        case list():
            return [to_json(item, schema_version) for item in found]
        case Verdict():
            return version | {
                "rule": found.rule,
                "title": found.title,
                "paragraphs": sorted(found.paragraphs),
                "subject": found.subject,
                "verdict": found.verdict,
                "reasons": sorted(found.reasons),
                "flags": sorted(found.flags),
                "evidence": _origins(found.evidence),
                "records": found.records,
                "subjects": found.subjects,
                "statements": [dataclasses.asdict(check) for check in found.statements],
            }
        case Verification():
            failures = [{"code": f.code, "path": f.path, "detail": f.detail} for f in found.failures]
            gone = [stone._asdict() for stone in found.forgotten]
            said = {"signed": found.signed, "limits": list(found.limits), "forgotten": gone}
            return version | {"ok": found.ok, "checked": found.checked, "failures": failures} | said
        case (
            Access()
            | Difference()
            | Erasure()
            | Forecast()
            | Listed()
            | Nearest()
            | Searched()
            | Selftest()
            | Why()
            | pl.DataFrame()
        ):
            return version | _plain(found)
        case Run():
            return version | {
                "step": found.step,
                "did_work": found.did_work,
                "exit_code": found.exit_code,
                "written": sorted(found.written),
                "problems": [
                    {"code": p.code, "source": p.origin.source, "locator": p.origin.locator}
                    | {"message": p.message, "kept": p.kept}
                    for p in found.problems
                ],
                "sources": list(found.sources),
                "head": found.head,
                "notes": list(found.notes),
                "seconds": round(found.seconds, 3),
            }
    raise TypeError(f"no JSON shape for {type(found).__name__}")


def _plain(
    found: Access | Difference | Erasure | Forecast | Listed | Nearest | Searched | Selftest | Why | pl.DataFrame,
) -> dict[str, object]:
    if isinstance(found, pl.DataFrame):
        return {"rows": found.to_dicts()}
    if isinstance(found, Nearest):
        times = pl.col("seen_earliest", "seen_latest").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        return {"most": found.most, "candidates": found.candidates.with_columns(times).to_dicts(), "below": found.below}
    if isinstance(found, Selftest):
        counts = dict(zip(("passed", "failed", "not_checked"), tally(found.findings), strict=True))
        listed = {"assertions": [dataclasses.asdict(one) for one in found.findings]}
        return found.about | counts | {"signed": found.signed} | listed
    hours = {"hours_least": found.hours[0], "hours_most": found.hours[1]} if isinstance(found, Forecast) else {}
    return dataclasses.asdict(found) | hours


def _question(answers: list[Answer]) -> dict[str, object]:
    """Return a question with its answers, sorted by subject."""
    return {
        "question": answers[0].question,
        "title": answers[0].title,
        "paragraphs": sorted(answers[0].paragraphs),
        "answers": [_answer(answer) for answer in sorted(answers, key=lambda answer: answer.subject or "")],
    }


def _answer(answer: Answer) -> dict[str, object]:
    coverage = answer.coverage
    return {
        "subject": answer.subject,
        "state": answer.state,
        "value": answer.value,
        "unit": answer.unit,
        "evidence": _origins(answer.evidence),
        "records": answer.records,
        "subjects": answer.subjects,
        "by_register": dict(sorted(answer.by_register.items())),
        "coverage": {
            "measure": coverage.measure,
            "declared": coverage.declared,
            "examined": coverage.examined,
            "not_examined": dict(sorted(coverage.not_examined.items())),
        },
        "caveats": list(answer.caveats),
        "statements": [dataclasses.asdict(check) for check in answer.statements],
    }


def _origins(origins: tuple[Origin, ...]) -> list[dict[str, str]]:
    return [{"source": origin.source, "locator": origin.locator} for origin in sorted(origins)]
