"""The command line: one sub-command per step, no logic. The only file that prints."""

import errno
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

import toolkit
from toolkit.errors import EXIT_CODES, ResourceError, ToolkitError
from toolkit.shown import visible, visible_json

if TYPE_CHECKING:
    from toolkit.case import Progress, Run

F = TypeVar("F", bound=Callable[..., Any])

SCHEMA_VERSION = 1
_case = click.argument("case", type=click.Path())
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
_why = click.option("--why", is_flag=True, help="Walk from each sentence to its records, and say what would change it.")
_subject = click.option("--subject", help="With --why: only what is said about this subject.")
_workers = click.option(
    "--workers", type=click.IntRange(1), default=None, help="Processes to use; all cores by default."
)
_scheduler = click.option(
    "--scheduler", default=None, metavar="ADDRESS", help="Use the workers of a Dask cluster: tcp://host:8786."
)


def _share(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return a part as a share: 1% is 0.01."""
    del ctx, param
    if value is None:
        return None
    number = value.removesuffix("%")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", number) or not 0 < float(number) <= 100:  # noqa: PLR2004
        raise click.BadParameter(f"expected a part above 0% and at most 100%, such as 1%, found {value!r}")
    return float(number) / 100


def _environment(name: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """Return a callback that keeps an option where steps look for it, as `--key` is."""

    def keep(_: click.Context, __: click.Parameter, value: str | None) -> None:
        if value is not None:
            os.environ[name] = value

    return keep


_ACCOUNT = {
    "--as": ("TOOLKIT_AS", "Post of who is at work, never a name (or TOOLKIT_AS)."),
    "--reason": ("TOOLKIT_REASON", "Why, in words that name no person (or TOOLKIT_REASON)."),
    "--witness": ("TOOLKIT_WITNESS", "Post of who watches, another than --as (or TOOLKIT_WITNESS)."),
    "--to": ("TOOLKIT_TO", "Post or body that it is given to (or TOOLKIT_TO)."),
}


def _accounted(*options: str) -> Callable[[F], F]:
    """Add the options that say who does it, why, and for whom."""

    def add(command: F) -> F:
        for option in reversed(options):
            name, text = _ACCOUNT[option]
            kept = {"expose_value": False, "callback": _environment(name), "help": text}
            command = click.option(option, name.lower(), **kept)(command)  # type: ignore[arg-type]
        return command

    return add


def _say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text; nothing that came into it from evidence acts on the terminal."""
    try:
        click.echo(visible(text, keep="\n"), err=err, nl=nl)
    except OSError as error:
        if error.errno == errno.EPIPE or err:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in the buffer goes nowhere
        raise ResourceError(f"what there is to say cannot be written: {error.strerror}") from error


_again = click.option(
    "--again", is_flag=True, help="Try again what failed twice and is in quarantine (W501), when its cause is mended."
)


class _Straight(click.Group):
    """Commands in the order of the work, and our errors as one line and their exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are defined."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say in whole sentences what each command does."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(200)) for name in self.list_commands(ctx)]
            )

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run, and end with the exit code of the error."""
        warnings.showwarning = _show_warning  # type: ignore[assignment]
        try:
            return super().invoke(ctx)
        except ToolkitError as error:
            _say(f"toolkit: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            _say("toolkit: interrupted; what was finished is kept, run again to go on", err=True)
            ctx.exit(130)


def _show_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    """Show a warning of ours as one line; those of others are not for the operator."""
    if category.__module__.startswith("toolkit"):
        _say(f"toolkit: {message}", err=True)


_CODES = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())


@click.group(cls=_Straight, epilog=f"\b\nExit codes:\n{_CODES}", context_settings={"max_content_width": 110})
@click.version_option(toolkit.__version__)
@click.option("--key", type=click.Path(dir_okay=False), help="Private key to sign with (or TOOLKIT_KEY).")
@_accounted("--as", "--reason")
def main(key: str | None) -> None:
    """
    Rebuild what was shared, when, and whether it was matched, from archived records and footage.

    A case is a folder. `toolkit new CASE` makes one, `toolkit run CASE` takes it the straight way: seal, ingest,
    index, sweep, link, reconstruct, report. `toolkit demo` does it on the bundled sample.
    """
    if key:
        os.environ["TOOLKIT_KEY"] = key


@main.command()
@_case
@click.option("--title", required=True, help="Title of the case.")
@click.option("--from", "from_", required=True, help="Begin of the period (EDTF: 2016-05).")
@click.option("--to", required=True, help="End of the period, included (EDTF: 2018-03).")
def new(case: str, title: str, from_: str, to: str) -> None:
    """Make the folder of a case: a commented case.toml and a folder for each kind of source."""
    opened = toolkit.new(case, title=title, from_=from_, to=to)
    _say(f"{case}: put what was handed over under raw/<kind>/, then: toolkit run {case}")
    _say(f"kinds: {' '.join(sorted(path.name for path in (opened.root / 'raw').iterdir() if path.is_dir()))}")


def _warm() -> None:
    """Start the process that will read what was handed over: it loads its libraries while this one loads others."""
    from toolkit.steps.workers import warm  # noqa: PLC0415 - `toolkit --help` need not wait for it

    warm("toolkit.readers.source")


def _step(name: str, help_text: str, *, parallel: bool = False, told: bool = False) -> None:
    """Define the sub-command of one step."""

    def command(case: str, as_json: bool, workers: int | None = None) -> None:
        if name == "ingest":
            _warm()
        with _progress(as_json) as progress:
            opened = toolkit.open_case(case)
            options: dict[str, Any] = {"workers": workers, "progress": progress} if parallel else {}
            options |= {"progress": progress} if told else {}
            outcome: Run = getattr(toolkit, name)(opened, **options)
        _show_runs([outcome], as_json=as_json)
        sys.exit(outcome.exit_code)

    decorated = _as_json(_case(command))
    main.command(name, help=help_text)(_workers(decorated) if parallel else decorated)


_step("seal", "Write the manifest of everything under raw/ (checkable with sha256sum) and open the log.", told=True)
_step(
    "ingest", "Keep every source row verbatim, then parse it into tables; count what could not be read.", parallel=True
)


@main.command()
@_case
@_as_json
@_workers
@_scheduler
@click.option(
    "--exhaustive/--no-exhaustive",
    default=None,
    help="Look at every frame whole, now and in later runs, until --no-exhaustive: then as case.toml says again.",
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="Where faces are described, now and in later runs.")
@_again
def index(case: str, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - as the step takes them
    """Find and describe faces in the footage that the mandate covers."""
    with _progress(as_json) as progress:
        outcome = toolkit.index(toolkit.open_case(case), **options, progress=progress)
    _show_runs([outcome], as_json=as_json)
    sys.exit(outcome.exit_code)


@main.command()
@_case
@_as_json
@_workers
@_scheduler
@click.option("--top", type=click.IntRange(1), help="Print so many of each probe's candidates, nearest first.")
@_again
def sweep(case: str, as_json: bool, top: int | None, **options: Any) -> None:  # noqa: ANN401
    """Compare the probes with every face; keep the pairs no farther apart than the threshold."""
    with _progress(as_json) as progress:
        outcome = toolkit.sweep(opened := toolkit.open_case(case), **options, progress=progress)
    if as_json:
        _print_json([outcome] if top is None else [outcome, toolkit.nearest(opened, top)])
    else:
        _show_runs([outcome], as_json=False)
    if top is not None and not as_json:
        from toolkit.terminal import show_nearest  # noqa: PLC0415 - rich and polars load when needed

        show_nearest(toolkit.nearest(opened, top))
    sys.exit(outcome.exit_code)


_step("link", "Link transfers, receipts, enrolments, custody records and disposals to entries; say how surely.")
_step("reconstruct", "Answer the questions and judge the rules from the tables.")
_step("report", "Write the report: text, figures, tables, how to verify it.")


@main.command()
@_case
@_as_json
@_workers
@click.option("--price", type=click.FloatRange(0), default=None, help="Of an hour of one worker, in any currency.")
def plan(case: str, as_json: bool, workers: int | None, price: float | None) -> None:
    """Forecast hours, storage and cost of the index from a timed sample; no face is looked for."""
    forecast = toolkit.plan(toolkit.open_case(case), workers=workers, price=price)
    if as_json:
        _print_json(forecast)
        return
    from toolkit.terminal import show_forecast  # noqa: PLC0415

    show_forecast(forecast)


@main.command()
@_case
@_as_json
@_workers
@_scheduler
@_again
def run(case: str, as_json: bool, workers: int | None, scheduler: str | None, again: bool) -> None:
    """Take a case the straight way: every step that is not up to date."""
    _run(case, as_json=as_json, workers=workers, scheduler=scheduler, again=again)


@main.command()
@click.argument("folder", type=click.Path(), default="kings_boulevard")
@_as_json
@_workers
def demo(folder: str, as_json: bool, workers: int | None) -> None:
    """Copy the sample case to FOLDER and run it. Its input is damaged on purpose, so it ends with exit code 3."""
    toolkit.demo(folder)
    _run(folder, as_json=as_json, workers=workers)


def _run(folder: str, *, as_json: bool, workers: int | None, scheduler: str | None = None, again: bool = False) -> None:
    began = time.monotonic()
    with _progress(as_json) as progress:
        case = toolkit.open_case(folder)
        outcomes = toolkit.run(case, workers=workers, scheduler=scheduler, again=again, progress=progress)
    _show_runs(outcomes, as_json=as_json)
    if not as_json:
        from toolkit.terminal import show_headlines  # noqa: PLC0415 - rich and polars load when needed

        show_headlines(toolkit.open_case(folder), outcomes, seconds=time.monotonic() - began)
    sys.exit(max(outcome.exit_code for outcome in outcomes))


@main.command()
@_case
@click.argument("question", required=False)
@click.option("--list", "only_list", is_flag=True, help="List the questions, their groups, and how this case answers.")
@click.option("--group", help="One group of questions: its letter or name, as --list shows them.")
@click.option("--as-at", metavar="DATE", help="Answer from the records that stood at the end of that day (YYYY-MM-DD).")
@_why
@_subject
@_accounted("--as", "--reason")
@_as_json
def ask(  # noqa: PLR0913, PLR0917 - one argument an option
    case: str,
    question: str | None,
    only_list: bool,
    group: str | None,
    as_at: str | None,
    why: bool,
    subject: str | None,
    as_json: bool,
) -> None:
    """Print the answers to one question (Q01 to Q70), to a group of them, or to all."""
    if why or subject is not None:
        _explain(case, question, "a question", subject=subject, as_at=as_at, as_json=as_json)
        return
    opened = toolkit.open_case(case)
    if only_list:
        listed = toolkit.questions(opened, group=group)
        if as_json:
            _print_json(listed)
            return
        from toolkit.terminal import show_questions  # noqa: PLC0415

        show_questions(listed)
        return
    answers = toolkit.ask(opened, question, group=group, as_at=as_at)
    if as_json:
        _print_json(answers)
        return
    from toolkit.terminal import show_answers  # noqa: PLC0415

    show_answers(answers, as_at)


@main.command()
@_case
@click.argument("rule", required=False)
@_why
@_subject
@_accounted("--as", "--reason")
@_as_json
def check(case: str, rule: str | None, why: bool, subject: str | None, as_json: bool) -> None:
    """Print the verdicts on one rule (R1 to R36), or on all."""
    if why or subject is not None:
        _explain(case, rule, "a rule", subject=subject, as_at=None, as_json=as_json)
        return
    verdicts = toolkit.check(toolkit.open_case(case), rule)
    if as_json:
        _print_json(verdicts)
        return
    from toolkit.terminal import show_verdicts  # noqa: PLC0415

    show_verdicts(verdicts)


@main.command()
@_case
@_as_json
def coverage(case: str, as_json: bool) -> None:
    """Print what was examined, and what was not and why: by unit, system, period and method."""
    found = toolkit.coverage(toolkit.open_case(case))
    if as_json:
        _print_json(found)
        return
    from toolkit.terminal import show_coverage  # noqa: PLC0415

    show_coverage(found)


@main.command()
@_case
@click.argument("old")
@click.argument("new")
@_accounted("--as", "--reason")
@_as_json
def diff(case: str, old: str, new: str, as_json: bool) -> None:
    """Compare two reports of a case, OLD and NEW: which answers changed, from what to what, because of which source."""
    found = toolkit.diff(toolkit.open_case(case), old, new)
    if as_json:
        _print_json(found)
        return
    for change in found.changes:
        sides = (change.was or {}, change.now or {})
        was, now = ("; ".join(f"{key} {value}" for key, value in side.items()) for side in sides)
        _say(f"{change.name} {change.subject or ''}: {was or 'nothing'} -> {now or 'nothing'}")
        _say(f"    because of: {', '.join(change.because) or 'settings, or the tool'}")
    _say(f"diff: {len(found.changes)} answers and verdicts changed between {found.old} and {found.new}")


@main.command()
@_case
@click.option("--head", "heads", multiple=True, type=click.Path(), help="A checkpoint that was kept elsewhere.")
@click.option("--trust", multiple=True, help="Public key of a signer; case.toml's where absent.")
@click.option("--witness", "witnesses", multiple=True, help="Public key of a witness; case.toml's where absent.")
@click.option("--records", is_flag=True, help="Do not read the bytes of sources; say how old the last full read is.")
@click.option("--sample", metavar="PERCENT", callback=_share, help="Read the bytes of this part of the sources: 1%.")
@click.option("--seed", help="With --sample: what chooses the part; a new one each time where absent.")
@_as_json
def verify(case: str, records: bool, as_json: bool, **options: Any) -> None:  # noqa: ANN401
    """Check every source, table, report and line of the log against what was sealed and logged."""
    if records:
        options["sample"] = 0.0
    outcome = toolkit.verify(case, **options)
    if as_json:
        _print_json(outcome)
    else:
        for note in outcome.notes:
            _say(str(note))
        for failure in outcome.failures:
            _say(f"{failure.code} {failure.path}: {failure.detail}")
        for stone in outcome.forgotten:
            _say(f"forgotten {stone.at[:10]}: {stone.path}, {stone.rows} rows: {stone.why}")
        verdict = "ok" if outcome.ok else f"{len(outcome.failures)} failures"
        for limit in outcome.limits:
            _say(limit)
        _say(f"verify: {outcome.checked} files and log lines checked, {outcome.signed}: {verdict}")
    sys.exit(0 if outcome.ok else 4)


@main.group()
def key() -> None:
    """Make keys, and sign mandates and heads with them."""


@key.command("new")
@click.argument("file", type=click.Path())
@click.option("--name", required=True, help="Name of the key: a post or office, never a person.")
@click.option("--witness", is_flag=True, help="A witness's key: it cosigns heads, with the time.")
def key_new(file: str, name: str, witness: bool) -> None:
    """Write a new private key to FILE, outside any case, and print its public key for case.toml."""
    _say(toolkit.new_key(file, name=name, witness=witness))


@key.command("show")
@click.argument("file", type=click.Path())
def key_show(file: str) -> None:
    """Print the public key that goes with a private one."""
    _say(toolkit.public_key(file))


@key.command("sign")
@_case
@click.option("--lost", is_flag=True, help="No key of the signers until now is left: a new one signs, in sight of all.")
def key_sign(case: str, *, lost: bool) -> None:
    """Sign the mandate and the log's head, or who signs from now on, with --key: whoever signs answers for them."""
    for line in toolkit.sign(toolkit.open_case(case), lost=lost):
        _say(line)


@main.command()
@_case
def clock(case: str) -> None:
    """Say in the log, by a signer and with a --reason, that lines of later than now are of a clock that was ahead."""
    ahead = toolkit.correct_clock(toolkit.open_case(case))
    listed = ", ".join(str(n + 1) for n in ahead)
    _say(f"custody/log.jsonl: line {listed}: written by a clock that was ahead; authority is not judged by it any more")


@main.command()
@_case
@click.option("--since", type=click.Path(), help="The checkpoint that the witness saw last.")
@click.option("--add", "cosigned", type=click.Path(), help="A checkpoint that a witness cosigned, to keep in the case.")
def head(case: str, since: str | None, cosigned: str | None) -> None:
    """Print the head of the log and what shows that it grew from an older one: what a witness is handed."""
    opened = toolkit.open_case(case)
    _say(toolkit.keep_head(opened, cosigned) if cosigned else toolkit.head(opened, since), nl=False)


@main.command()
@click.argument("request", type=click.Path())
@click.option("--seen", required=True, type=click.Path(), help="File with the checkpoint of this log seen last.")
@click.option("--trust", multiple=True, help="Public key of the log's signer.")
def witness(request: str, seen: str, trust: tuple[str, ...]) -> None:
    """Check that a log only grew since it was last seen, cosign its head with --key, and print it."""
    _say(toolkit.witness(request, seen=seen, trust=trust), nl=False)


@main.command()
@_case
@click.option("--out", required=True, type=click.Path(), help="Folder to make.")
@_accounted("--as", "--to", "--reason")
def bundle(case: str, out: str) -> None:
    """Write what a third party can check without us: a BagIt bag with tables, reports, log, proofs and a verifier."""
    made = toolkit.bundle(toolkit.open_case(case), out)
    _say(f"{made}: check it with: python3 {made / 'verify.py'} {made}")


@main.command()
@_case
@click.option("--form", required=True, type=click.Choice(["case-uco", "xlsx", "markdown"]), help="Form.")
@click.option("--out", required=True, type=click.Path(), help="File to make, outside the case.")
@_accounted("--as", "--to", "--reason")
def export(case: str, form: str, out: str) -> None:
    """Write what the case found for other programs: CASE/UCO 1.4 JSON-LD, a workbook of texts, or Markdown."""
    _say(f"{toolkit.export(toolkit.open_case(case), form, out)}: written")


@main.command()
@_case
@click.argument("query", required=False)
@click.option("--pack", help="A named pack of queries, or all.")
@click.option("--proposals", is_flag=True, help="List what packs proposed, as judged in hand/proposals.csv.")
@click.option("--most", type=click.IntRange(1), default=20, help="Passages to print of each query; 20.")
@_accounted("--as", "--reason")
@_as_json
def search(case: str, query: str | None, pack: str | None, proposals: bool, most: int, as_json: bool) -> None:
    r"""
    Look for words in narratives, agreements and documents; every query is kept on record.

    \b
    image shared            both words       "facial recognition"    the phrase
    recogni*                begins so        recogntion~             spelled almost so
    NEAR(image sent, 5)     close together   a OR b, a NOT b, (...)
    """
    opened = toolkit.open_case(case)
    if proposals:
        found = toolkit.proposals(opened)
        if as_json:
            _print_json(found)
            return
        from toolkit.terminal import show_proposals  # noqa: PLC0415

        show_proposals(found)
        return
    searched = toolkit.search(opened, query, pack=pack)
    if as_json:
        _print_json(searched)
        return
    from toolkit.terminal import show_search  # noqa: PLC0415

    show_search(searched, most)


@main.command()
@_case
@click.option("--image", metavar="REF", help="Reference of an image, or path of its file.")
@click.option("--bystanders", is_flag=True, help="Every face that is no candidate.")
@click.option("--due", is_flag=True, help="What case.toml says is over by today.")
@click.option("--dry-run/--yes", "dry", default=True, help="Say what would go, and where (the default); or erase it.")
@_accounted("--as", "--witness", "--reason")
@_as_json
def erase(case: str, image: str | None, bystanders: bool, due: bool, dry: bool, as_json: bool) -> None:
    """Erase an image or bystanders from a case, with a certificate; without --yes, only say what would go and where."""
    done = toolkit.erase(toolkit.open_case(case), image, bystanders=bystanders, due=due, yes=not dry)
    if as_json:
        _print_json(done)
        return
    for note in done.notes:
        _say(f"note: {note}")
    for place, count in done.places:
        _say(f"{'removed' if done.certificate else 'would go'}: {place}: {count}")
    for residual in done.residuals:
        _say(f"not reached: {residual}")
    told = f"certificate {done.certificate}" if done.certificate else "nothing was erased; --yes does it"
    _say(f"erase: {done.what}: {len(done.places)} places; {told}")


@main.command()
@_case
@_as_json
def access(case: str, as_json: bool) -> None:
    """Print who collected, altered, consulted, disclosed, combined or erased what, when and why, as far as stated."""
    found = toolkit.access(toolkit.open_case(case))
    if as_json:
        _print_json(found)
        return
    for each in found:
        given = f" to {each.to}" if each.to else ""
        reason = f": {each.reason}" if each.reason else ""
        loose = "" if each.kept else " (not in the log yet)"
        _say(f"{each.by}  {each.operation}  {each.at[:19]}  {each.what}{given}{reason}{loose}")


@main.command()
@click.argument("file", type=click.Path())
@click.option("--kind", help="Kind of source (a folder under raw/); the one that fits best where absent.")
def profile(file: str, kind: str | None) -> None:
    """Propose a profile (TOML for CASE/profiles/) for an export of an unknown layout, and say what is not sure."""
    _say(toolkit.profile(file, kind=kind).toml, nl=False)


@main.command()
@click.option("--out", type=click.Path(file_okay=False), help="Folder for the report; its disk is the one tried.")
@click.option("--key", type=click.Path(dir_okay=False), help="Private key to sign the report with.")
@click.option(
    "--check", "folder", type=click.Path(file_okay=False), help="A report to check, by --trust; runs nothing."
)
@click.option("--trust", multiple=True, help="Public key of whoever signed the report to check.")
@_as_json
def selftest(out: str | None, key: str | None, folder: str | None, trust: tuple[str, ...], as_json: bool) -> None:
    """
    Check on this machine that the tool does what it was made to do: expected and found, for a validation file.

    Ends with 0 where all assertions held, 3 where some could not be checked, 4 where one failed.
    """
    if folder:
        _say(f"{folder}: as signed by {toolkit.check_report(folder, trust)}")
        return
    from toolkit.terminal import show_finding, show_selftest  # noqa: PLC0415

    found = toolkit.selftest(out, key, None if as_json else show_finding)
    if as_json:
        _print_json(found)
    else:
        show_selftest(found)
    sys.exit(found.exit_code)


@main.command()
@click.option("--registers", is_flag=True, help="Instead: what each register declares, and which facts it shows.")
def tables(*, registers: bool) -> None:
    """Print the columns of every kind of source and every table."""
    from toolkit.readers.describe import describe_tables  # noqa: PLC0415
    from toolkit.registers.page import describe_registers  # noqa: PLC0415

    _say(describe_registers() if registers else describe_tables())


def _explain(
    case: str, name: str | None, expected: str, *, subject: str | None, as_at: str | None, as_json: bool
) -> None:
    """Print why the answers to a question, or the verdicts on a rule, are what they are."""
    if name is None:
        raise click.UsageError(f"--why: expected {expected}")
    found = toolkit.why(toolkit.open_case(case), name, subject=subject, as_at=as_at)
    if as_json:
        _print_json(found)
        return
    from toolkit.terminal import show_why  # noqa: PLC0415

    show_why(found, as_at)


def _print_json(found: object) -> None:
    from toolkit.terminal import to_json  # noqa: PLC0415

    _say(visible_json(to_json(found, SCHEMA_VERSION), indent=2))


def _show_runs(outcomes: "list[Run]", *, as_json: bool) -> None:
    if as_json:
        _print_json(outcomes)
        return
    from toolkit.terminal import show_runs  # noqa: PLC0415

    show_runs(outcomes)


@contextmanager
def _progress(as_json: bool) -> "Iterator[Progress | None]":
    """Show a progress bar, to people only."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from toolkit.terminal import progress_bar  # noqa: PLC0415

    with progress_bar() as progress:
        yield progress
