"""The day of the work is the later of the clock and the log; a signer may correct what a clock that was ahead wrote."""

import datetime as dt

import pytest

import toolkit
from toolkit.case import open_case
from toolkit.custody import chain, log
from toolkit.custody.note import PrivateKey
from toolkit.errors import AuthorityError, UsageError
from toolkit.steps.clock import day_of_work, today
from toolkit.steps.gate import standing_mandate
from toolkit.steps.job import key_in

MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "authority 7"
necessity = "no other way"
purpose = "review"
cameras = ["*"]
window = "2017-01"
threshold = 0.5
expires = "2090-12-31"
reviewers = ["POST-2"]
"""
AHEAD = dt.datetime(2095, 5, 6, 12, tzinfo=dt.UTC)


def dated(root, at, key=None):
    """Append a line to the log as a step of that moment would have."""
    signers = [str(key.public)] if key else []
    line = {"event": "refusal", "step": "seal", "why": []}
    log.Log(root / chain.LOG, key, signers).append(line, at.isoformat())


@pytest.fixture
def case(tmp_path, monkeypatch):
    """A signed case whose log has a line of 2095, and after it one of today: the clock was put right."""
    public = toolkit.new_key(tmp_path / "key", name="office")
    monkeypatch.setenv("TOOLKIT_KEY", str(tmp_path / "key"))
    monkeypatch.setenv("TOOLKIT_REASON", "")
    toolkit.new(tmp_path / "case", title="A", from_="2016", to="2018")
    path = tmp_path / "case/case.toml"
    path.write_text(f'signers = ["{public}"]\n{path.read_text()}{MANDATE}')
    case = open_case(tmp_path / "case")
    toolkit.sign(case)
    toolkit.seal(case)
    key = key_in(tmp_path / "key")
    for at in (AHEAD, dt.datetime.now(dt.UTC)):
        dated(case.root, at, key)
    return case


def test_a_day_that_was_logged_has_come(case):
    """A clock that was set back, and a line after it, give an ended mandate nothing."""
    assert (AHEAD, "custody/log.jsonl line 4") == tuple(day_of_work(case))
    assert AHEAD.date() == today(case)
    with pytest.raises(AuthorityError, match=r"2090-12-31 is over on 2095-05-06, by custody/log.jsonl line 4"):
        standing_mandate(case)


def test_a_signer_says_that_a_clock_was_ahead(case, monkeypatch):
    """With a reason, in the log; the line stays, and authority is judged by the clock again."""
    with pytest.raises(UsageError, match="expected --reason TEXT"):
        toolkit.correct_clock(case)
    monkeypatch.setenv("TOOLKIT_REASON", "the machine's battery was empty")

    assert [3] == toolkit.correct_clock(case)

    entries = log.read(case.root / chain.LOG)
    assert ("clock", [3]) == (entries[-1]["event"], entries[-1]["ahead"])
    assert AHEAD.isoformat() == entries[3]["at"]
    assert "2090-12-31" == standing_mandate(case).expires
    assert dt.datetime.now(dt.UTC).date() == today(case)
    assert [] == list(toolkit.verify(case.root).failures)
    with pytest.raises(UsageError, match="no line is later than"):
        toolkit.correct_clock(case)


def test_a_correction_covers_lines_before_it_only(case, monkeypatch):
    """A clock that is ahead again is to be looked into again."""
    monkeypatch.setenv("TOOLKIT_REASON", "the machine's battery was empty")
    toolkit.correct_clock(case)
    dated(case.root, AHEAD, key_in(case.root.parent / "key"))

    assert AHEAD == day_of_work(case).at


@pytest.mark.parametrize("lists_signers", [True, False])
def test_nobody_else_does(case, lists_signers, monkeypatch):
    """Another key, or a case that lists no signers: its mandate can be renewed, its log cannot be talked away."""
    monkeypatch.setenv("TOOLKIT_REASON", "because")
    path = case.root / "case.toml"
    if lists_signers:
        (case.root.parent / "other").write_text(
            PrivateKey("office", key_in(case.root.parent / "key").kind, bytes(32)).to_text()
        )
        monkeypatch.setenv("TOOLKIT_KEY", str(case.root.parent / "other"))
    else:
        path.write_text(path.read_text().partition("\n")[2])
    with pytest.raises(AuthorityError, match=r"only a signer|expected those of the log"):
        toolkit.correct_clock(open_case(case.root))
