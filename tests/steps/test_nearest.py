"""The nearest candidates of each probe: a view with a cap, which says what lies below; the table is never cut."""

import json
from datetime import UTC, datetime

import polars as pl
import pytest

import toolkit
from toolkit.errors import UsageError
from toolkit.steps.job import write_frame
from toolkit.tables import table
from toolkit.terminal import show_nearest, to_json


@pytest.fixture
def case(tmp_path):
    """Return a case in which one probe has three candidates, one none, and one could not be searched for."""
    (tmp_path / "case.toml").write_text('[case]\ntitle = "t"\nfrom = "2016"\nto = "2018"\n')
    case = toolkit.open_case(tmp_path)
    seen = datetime(2017, 1, 9, 8, 30, tzinfo=UTC)
    rows = [{"probe_id": "I-1", "source": "raw/footage/a.mp4", "frame": n, "seen_earliest": seen, "seen_latest": seen,
             "distance": 0.3 + n / 10, "rank": n + 1} for n in range(3)]  # fmt: skip
    probes = [{"probe_id": name, "searched": n is not None, "candidates_at_t": n}
              for name, n in (("I-1", 3), ("I-2", 0), ("I-3", None))]  # fmt: skip
    for name, found in (("candidates", rows), ("probes", probes)):
        frame = pl.DataFrame(found, table(name).schema())
        write_frame(case.folder("sweep") / f"{name}.parquet", name, "sweep", frame)
    return case


def test_a_cap_says_what_lies_below_it(case, capsys):
    """Two of three, and that there is one more; a probe without candidates is there, with none."""
    found = toolkit.nearest(case, 2)

    assert [1, 2] == found.candidates["rank"].to_list()
    assert {"I-1": 1, "I-2": 0} == found.below
    assert 3 == case.table("candidates").height
    show_nearest(found)
    printed = capsys.readouterr().out
    assert "I-1: 3 candidates; 1 more within the threshold, ranked below, in the table candidates\n" in printed
    assert "    2  0.4000  raw/footage/a.mp4 frame 1 (2017-01-09 08:30:00 UTC, camera not known)\n" in printed
    assert "I-2: 0 candidates\n" in printed
    read = json.loads(json.dumps(to_json(found, 1)))
    assert (2, "2017-01-09T08:30:00.000000Z") == (read["most"], read["candidates"][0]["seen_earliest"])


def test_a_cap_that_holds_all_cuts_nothing(case):
    """Nothing lies below."""
    assert {"I-1": 0, "I-2": 0} == toolkit.nearest(case, 3).below
    with pytest.raises(UsageError, match="--top: expected 1 or more, found 0"):
        toolkit.nearest(case, 0)
