"""Two reports of a case: what changed, from what to what, because of which source."""

import polars as pl
import pytest

from toolkit import diff, new, open_case
from toolkit.custody import chain, log
from toolkit.custody.digest import file_digest
from toolkit.errors import UsageError
from toolkit.tables import RECORDS, table


def report(case_dir, name, sources, answers):
    """Write and log the tables of a report: path -> digest, and (question, state, source)."""
    folder = case_dir / "reports" / name / "tables"
    folder.mkdir(parents=True)
    given = [
        {"question": question, "state": state, "evidence": [{"source": source, "locator": "line 2"}], "caveats": []}
        for question, state, source in answers
    ]
    held = [{"source": source, "sha256": sha256} for source, sha256 in sources.items()]
    for wanted, rows in (("answers", given), ("verdicts", []), ("sources", held)):
        schema = table(wanted).schema() | ({"evidence": RECORDS} if wanted != "sources" else {})
        frame = pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema)
        frame.write_parquet(folder / f"{wanted}.parquet")
    outputs = {path.relative_to(case_dir).as_posix(): file_digest(path) for path in folder.iterdir()}
    log.append(case_dir / chain.LOG, {"event": "outcome", "step": "report", "outputs": outputs}, "2019-10-04T00:00Z")


@pytest.fixture
def case(tmp_path):
    """A case with two reports: a gateway's log came, the statements are another text."""
    new(tmp_path / "case", title="a case", from_="2016-05", to="2018-03")
    here = tmp_path / "case"
    said = ("Q10", "attested", "raw/b.csv")
    report(here, "1f", {"raw/a.csv": "0", "raw/b.csv": "0"}, [("Q01", "not_found", "raw/a.csv"), said])
    report(
        here, "2c", {"raw/a.csv": "0", "raw/b.csv": "1", "raw/c.csv": "0"}, [("Q01", "established", "raw/c.csv"), said]
    )
    return open_case(here)


def test_a_changed_answer_names_the_source_that_came(case):
    """The new record is why; an answer that says the same is no change, though its source is another text."""
    found = diff(case, "1", "2")

    assert (found.added, found.removed, found.replaced) == (("raw/c.csv",), (), ("raw/b.csv",))
    assert [(c.name, c.was["state"], c.now["state"], c.because) for c in found.changes] == [
        ("Q01", "not_found", "established", ("raw/c.csv",))
    ]


def test_a_report_that_is_not_there_is_named_with_those_that_are(case):
    """The message says what could have been asked."""
    with pytest.raises(UsageError, match="no single report '9': this case has 1f, 2c"):
        diff(case, "9", "2c")
