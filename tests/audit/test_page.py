"""The report's page of a large case: it says how much there is, lists the first, and names the file that holds all."""

import datetime as dt
from dataclasses import replace

import payloads
import pytest

from toolkit.answers import STATES, Answer, Coverage, Verdict
from toolkit.audit import charts, page, render
from toolkit.audit.markdown import answers_markdown
from toolkit.audit.sentences import answer_sentence, headlines
from toolkit.problems import Origin
from toolkit.terminal import to_json

COVERAGE = Coverage("rows", 250, 250)
ABOUT = {
    **dict.fromkeys(("title", "period", "as_at", "signed", "report_id", "version", "problems_rest"), ""),
    "inputs": "0" * 64,
    "as_at_is_today": False,
    "sources_read": 1,
    "problems": [],
    "problem_count": 0,
    "thin_days": 12,
}


def answered(subject, state="not_found"):
    """Return an answer about a subject."""
    return Answer("Q40", "Matched?", (), subject, state, None, None, (Origin("raw/a.csv", "line 2"),), COVERAGE, ())


def judged(subject, verdict):
    """Return a verdict on a subject."""
    return Verdict("R12", "Recorded?", (), subject, verdict, (), (), (Origin("raw/a.csv", "line 2"),))


def rendered(answers, verdicts, images):
    """Return the page."""
    shown = page.Images(dict(page.first(list(images.items()))), len(images), answers)
    values = page.page_values(answers, verdicts, shown, payloads.coverage("x"), payloads.examinations("x"))
    return render.report_page(values | ABOUT, timeline="")


@pytest.mark.parametrize(("subjects", "listed"), [(200, 200), (250, 200)])
def test_a_page_lists_the_first_and_counts_all(subjects, listed):
    """Up to 200 subjects of a question each have their row; beyond, how many there are of each state is said."""
    names = [f"I-{n:04d}" for n in range(subjects)]
    answers = [answered(name, "attested" if n < 3 else "not_found") for n, name in enumerate(names)]

    found = rendered(answers, [], {name: [] for name in names})

    assert 2 * listed == sum(found.count(f'<th scope="row">{name}</th>') for name in names)
    said = "The first 200 of 250 (247 not found, 3 attested); all are in tables/answers.csv."
    assert (said in found) == (subjects > listed)


def test_a_breach_is_not_below_the_cut():
    """Of a rule with too many subjects the page shows breaches first."""
    verdicts = [judged(f"T-{n:04d}", "breach" if n == 249 else "conforms") for n in range(250)]

    found = rendered([], verdicts, {})

    assert "T-0249" in found
    assert "T-0248" not in found
    assert "The first 200 of 250 (249 conforms, 1 breach); all are in tables/verdicts.csv." in found


def test_a_timeline_draws_what_can_be_told_apart():
    """A hundred thousand disclosures are drawn as no more points than the axis has pixels."""
    began = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
    times = [began + dt.timedelta(minutes=40 * n) for n in range(100_000)]
    spans = [charts.Span("disclosures", "disclosure", when, when) for when in times]

    figure = charts.timeline(spans, (times[0], times[-1]))

    assert 1000 <= len(figure.axes[0].lines) <= charts.APART + 1


def test_what_only_other_registers_show_stands_beside_the_value():
    """Each register by its name for a reader; a register without any is not said; text, page and JSON have it."""
    found = replace(answered("I-1", "established"), value=7, unit="images")
    beside = replace(found, by_register={"transfers": 2, "receipts": 0, "recorded_matches": 1})

    assert answer_sentence(found) == "7 images."
    assert answer_sentence(beside) == "7 images; only the alert log: 1; only the media register: 2."
    assert "only the media register: 2" in rendered([beside], [], {})
    assert "only the media register: 2" in answers_markdown([beside], [], {"title": "a", "period": "b", "as_at": "c"})
    [asked] = to_json([beside], 1)
    assert asked["answers"][0]["by_register"] == {"receipts": 0, "recorded_matches": 1, "transfers": 2}


@pytest.mark.parametrize("state", STATES)
def test_every_state_says_what_only_other_registers_show(state):
    """A state without a value too: what one register does not show another may."""
    found = replace(answered("I-1", state), by_register={"enrolments": 3})

    assert answer_sentence(found).endswith("only the recipient's watchlist: 3.")


def test_answers_about_several_subjects_count_each_of_them():
    """The headline of two groups, of 3 and of 5 subjects, speaks of 8, and adds up their records."""
    groups = [replace(answered("some", "not_found"), subjects=3, records=4)]
    groups += [replace(answered("others", "attested"), subjects=5, records=6)]

    [(label, together)] = headlines(groups)

    assert (label, together.value) == ("Matched, by the recipient's records", {"not found": 3, "attested": 5})
    assert (together.subjects, together.records) == (8, 10)
