"""No table is opened before its SHA-256 is the one in the log: a valid file of ours that is another one is refused."""

import shutil
import sqlite3
from contextlib import closing

import polars as pl
import pytest
from click.testing import CliRunner

import toolkit
from toolkit.cli import main
from toolkit.custody import chain, log
from toolkit.errors import IntegrityError, UsageError

COMMANDS = (
    ("ask", "tables/reconstruct/answers.parquet"),
    ("ask", "tables/reconstruct/answer_evidence.parquet"),
    ("check", "tables/reconstruct/verdicts.parquet"),
    ("check", "tables/reconstruct/answer_evidence.parquet"),
    ("report", "tables/index/coverage.parquet"),
    ("sweep", "tables/index/faces/*.parquet"),
    ("search", "tables/ingest/entries/*.parquet"),
    ("diff", "reports/*/tables/answers.parquet"),
    ("link", "tables/ingest/transfers/*.parquet"),
    ("reconstruct", "tables/link/links/*.parquet"),
    ("bundle", "tables/sweep/candidates.parquet"),
)
"""A command, and a table that it reads."""


@pytest.fixture
def case(sample, tmp_path):
    """A copy of the finished sample."""
    folder, _ = sample
    shutil.copytree(folder, tmp_path / "case")
    return tmp_path / "case"


def shorter(path):
    """Put a table in a table's place that has a row less, and is as valid."""
    frame = pl.read_parquet(path)
    assert frame.height
    frame.head(frame.height - 1).write_parquet(path)


def damaged(path):
    """Put bytes in a table's place that no reader can parse: it would say so, in its own words."""
    path.write_bytes(b"PAR1 is how it begins")


@pytest.mark.parametrize("done_to", [shorter, damaged])
@pytest.mark.parametrize(("command", "place"), COMMANDS, ids=lambda each: each.replace("*", "-"))
def test_a_table_that_is_not_what_was_written_is_not_opened(command, place, done_to, case):
    """Exit code 4, with the file and what to do; no answer is printed."""
    path = next(path for path in sorted(case.glob(place)) if pl.read_parquet(path).height)
    done_to(path)
    report = next((case / "reports").iterdir()).name
    more = {"search": ["facial"], "diff": [report, report], "bundle": ["--out", str(case.parent / "bag")]}

    ran = CliRunner().invoke(main, [command, str(case), *more.get(command, [])])

    assert (ran.exit_code, ran.stdout) == (4, "")
    assert path.relative_to(case).as_posix() in ran.stderr


@pytest.mark.parametrize("ask_for", ["table", "connect", "problems"])
def test_no_way_in_from_python_is_another(ask_for, case):
    """The tables of a case, its connection and its problems are checked alike."""
    shorter(case / "tables" / "ingest" / "problems.parquet")
    opened = toolkit.open_case(case)
    ways = {"table": lambda: opened.table("problems", "ingest"), "connect": opened.connect, "problems": opened.problems}

    with pytest.raises(
        IntegrityError, match=r"expected the logged digest [0-9a-f]{12}, found [0-9a-f]{12}; not opened"
    ):
        ways[ask_for]()


def test_what_is_missing_or_was_added_is_refused_too(case):
    """A shard less is evidence less; one more is somebody's."""
    opened, shards = toolkit.open_case(case), case / "tables" / "ingest" / "entries"
    shard = next(shards.iterdir())
    shutil.copy(shard, shards / "another.parquet")
    with pytest.raises(IntegrityError, match=r"another.parquet: no outcome or unit in the log names it"):
        opened.table("entries")
    (shards / "another.parquet").unlink()
    shard.unlink()
    with pytest.raises(IntegrityError, match=f"{shard.name}: missing; the log has it as"):
        opened.connect()
    shutil.rmtree(shards)
    with pytest.raises(IntegrityError, match=f"{shard.name}: missing; the log has it as"):
        opened.table("entries")


def test_a_step_that_was_not_finished_is_to_be_finished_first(case):
    """A killed step leaves a table that the log does not have yet: that is no tampering, and says what to run."""
    opened = toolkit.open_case(case)
    entries = chain.load(case / "custody/log.jsonl").entries
    intent = next(dict(entry) for entry in entries if (entry["event"], entry["step"]) == ("intent", "reconstruct"))
    payload = {key: value for key, value in intent.items() if key not in ("n", "prev", "at")}
    log.append(case / "custody/log.jsonl", payload, intent["at"])
    shorter(case / "tables" / "reconstruct" / "answers.parquet")

    with pytest.raises(UsageError, match="the last 'reconstruct' was not finished: run 'toolkit reconstruct CASE'"):
        opened.table("answers")
    assert opened.table("verdicts").height


def test_an_index_of_words_that_another_wrote_is_made_again(case):
    """`cache/` is never evidence: an edited full-text index answers nothing."""
    opened = toolkit.open_case(case)
    before = toolkit.search(opened, "facial").asked[0].found
    with closing(sqlite3.connect(case / "cache" / "text.sqlite")) as index, index:
        index.execute("delete from texts")

    assert before == toolkit.search(opened, "facial").asked[0].found
    assert before
