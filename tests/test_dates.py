"""What a written date can mean."""

import warnings
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from toolkit.dates import SCHEMA, Interval, interval, intervals
from toolkit.tables import SPAN


def bounds(text: str, **how: object) -> tuple[str | None, str | None]:
    """Return the bounds as texts without a zone: they are always UTC."""
    found = interval(text, **how)
    return tuple(end and end.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for end in (found.earliest, found.latest))


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2016", "2016-01-01 00:00:00", "2017-01-01 00:00:00", "year"),
        ("2016-05", "2016-04-30 23:00:00", "2016-05-31 23:00:00", "month"),
        ("2016-05-03", "2016-05-02 23:00:00", "2016-05-03 23:00:00", "day"),
        ("2016-02-29", "2016-02-29 00:00:00", "2016-03-01 00:00:00", "day"),
        ("2016-05-03T14:05", "2016-05-03 13:05:00", "2016-05-03 13:06:00", "minute"),
        ("2016-05-03 14:05", "2016-05-03 13:05:00", "2016-05-03 13:06:00", "minute"),
        ("2016-05-03T14:05:30", "2016-05-03 13:05:30", "2016-05-03 13:05:31", "second"),
        ("2016-05-03T14:05:30.75", "2016-05-03 13:05:30", "2016-05-03 13:05:31", "second"),
        ("2016-05/2018-03", "2016-04-30 23:00:00", "2018-03-31 23:00:00", "month"),
        ("2016-05-03/2018", "2016-05-02 23:00:00", "2019-01-01 00:00:00", "year"),
        ("../2018-03", None, "2018-03-31 23:00:00", "month"),
        ("2016-05/..", "2016-04-30 23:00:00", None, "month"),
        ("  2016-05 ", "2016-04-30 23:00:00", "2016-05-31 23:00:00", "month"),
    ],
)
def test_a_date_is_an_interval_of_london_civil_time(text, earliest, latest, precision):
    """The upper bound is exclusive; the zone is assumed; the text stays as it was."""
    assert bounds(text) == (earliest, latest)
    found = interval(text)
    assert (found.text, found.precision, found.zone_basis, found.basis, found.problem) == (
        text,
        precision,
        "assumed",
        "recorded",
        None,
    )


@pytest.mark.parametrize(
    ("text", "earliest"),
    [
        ("2016-05-03T14:05Z", "2016-05-03 14:05:00"),
        ("2016-05-03T14:05+01:00", "2016-05-03 13:05:00"),
        ("2016-05-03T14:05:30-0330", "2016-05-03 17:35:30"),
        ("2017-03-26T01:30Z", "2017-03-26 01:30:00"),
    ],
)
def test_a_stated_zone_is_used(text, earliest):
    """A stated zone needs no assumption, so London's clock changes do not matter."""
    found = interval(text)
    assert (bounds(text)[0], found.zone_basis, found.problem) == (earliest, "stated", None)


@pytest.mark.parametrize("text", ["2016~", "2016?", "2016%", "2016~/2016", "2016/2016?"])
def test_a_qualified_date_keeps_its_bounds_but_is_inferred(text):
    """We do not invent how wide "about" is; we say that the bounds are not simply recorded."""
    assert bounds(text) == bounds("2016")
    assert interval(text).basis == "inferred"


def test_an_undeclared_order_gives_both_readings():
    """03/04/2016 without a declared order is the outer interval of 4 March and 3 April: T207."""
    found = interval("03/04/2016")

    assert bounds("03/04/2016") == ("2016-03-04 00:00:00", "2016-04-03 23:00:00")
    assert (found.alternatives, found.problem) == (("2016-03-04", "2016-04-03"), "T207")


@pytest.mark.parametrize(
    ("text", "order", "same_as"),
    [
        ("03/04/2016", "dmy", "2016-04-03"),
        ("3/4/2016", "mdy", "2016-03-04"),
        ("03/04/2016 14:05", "dmy", "2016-04-03T14:05"),
        ("13/04/2016", None, "2016-04-13"),
        ("04/04/2016", None, "2016-04-04"),
    ],
)
def test_an_order_that_is_declared_or_the_only_one_possible_is_no_problem(text, order, same_as):
    """13/04/2016 has one reading, 04/04/2016 twice the same."""
    assert bounds(text, order=order) == bounds(same_as)
    assert interval(text, order=order).problem is None
    assert interval(text, order=order).basis == ("recorded" if order else "inferred")


@pytest.mark.parametrize("day", ["2016-10-30", "2017-10-29", "2018-10-28"])
def test_an_hour_that_happens_twice_spans_both_instants(day):
    """01:30 in the October fold is 00:30Z and 01:30Z; neither is picked."""
    found = interval(f"{day}T01:30")

    assert bounds(f"{day}T01:30") == (f"{day} 00:30:00", f"{day} 01:31:00")
    assert found.alternatives == (f"{day}T00:30:00Z", f"{day}T01:30:00Z")
    assert found.problem is None
    assert interval(f"{day}T00:59").alternatives == ()
    assert interval(f"{day}T02:00").alternatives == ()


@pytest.mark.parametrize("day", ["2016-03-27", "2017-03-26", "2018-03-25"])
def test_an_hour_that_never_happens_is_a_problem(day):
    """01:30 in the March gap spans the instants of both offsets: T208."""
    assert bounds(f"{day}T01:30") == (f"{day} 00:30:00", f"{day} 01:31:00")
    assert interval(f"{day}T01:30").problem == "T208"
    assert interval(f"{day}T00:59").problem is None
    assert interval(f"{day}T02:00").problem is None


def test_days_of_a_clock_change_have_25_and_23_hours():
    """A civil day ends at the next midnight."""
    october, march = interval("2017-10-29"), interval("2017-03-26")

    assert october.latest - october.earliest == timedelta(hours=25)
    assert march.latest - march.earliest == timedelta(hours=23)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2017-02-29", "T209"),
        ("2016-13", "T209"),
        ("2016-00", "T209"),
        ("1899", "T209"),
        ("2101-01-01", "T209"),
        ("9999-12-31", "T209"),
        ("0000", "T209"),
        ("2016-12-31T23:59:60", "T209"),
        ("2016-05-03T24:00", "T209"),
        ("2016-05-03T14:05+19:00", "T209"),
        ("2016-05-03T14:05+01:60", "T209"),
        ("31/31/2016", "T209"),
        ("2018-03/2016-05", "T209"),
        ("2017-02-29/2018", "T209"),
        ("May?", "T211"),
        ("2016/", "T211"),
        ("/2016", "T211"),
        ("..", None),
        ("../..", "T211"),
        ("2016-5-3", "T211"),
        ("2016-05-03T14", "T211"),
        ("2016-05Z", "T211"),
        ("2016-05|2016-06", "T211"),
        ("2016/2017/2018", "T211"),
        ("2016~~", "T211"),
        ("\u0662\u0660\u0661\u0666", "T211"),
        ("2016-05-03\n2016", "T211"),
    ],
)
def test_what_cannot_be_a_date_has_no_bounds(text, code):
    """The text stays; nothing is guessed."""
    assert interval(text) == Interval(text, None, None, None, None, None, (), code)


def test_a_blank_is_no_problem():
    """Nothing was written: nothing to bound, nothing to report."""
    found = intervals(pl.Series(["", "  ", None], dtype=pl.String))

    assert found.drop("text").null_count().row(0) == (3,) * 7
    assert found["text"].to_list() == ["", "  ", None]


def test_the_columns_are_those_of_the_tables():
    """For no row, some rows, and every mixture of forms."""
    for texts in ([], ["2016"], ["2016", "2016/2017"], ["03/04/2016"], ["2017-10-29T01:30", "x"]):
        found = intervals(pl.Series(texts, dtype=pl.String))
        assert found.schema == SCHEMA == pl.Schema({**SPAN, "problem": pl.String})


def test_rows_do_not_influence_each_other():
    """Mixed forms in one series give what each gives alone."""
    texts = ["2016", "03/04/2016", "May?", "", "2017-10-29T01:30", "2017-03-26T01:30", "2016~/..", "2016-05-03T14:05Z"]
    together = intervals(pl.Series(texts))

    assert together.equals(pl.concat(intervals(pl.Series([text])) for text in texts))


def test_a_clock_offset_widens():
    """A clock between 1 minute slow and 5 minutes fast: true time is at most 5 minutes earlier, 1 minute later."""
    found = intervals(pl.Series(["2016-01-03T14:05", "../2016"]), offset_s=(-60, 300))

    assert found["earliest"].to_list() == [datetime(2016, 1, 3, 14, 0, tzinfo=UTC), None]
    assert found["latest"].to_list()[0] == datetime(2016, 1, 3, 14, 7, tzinfo=UTC)
    assert found["basis"].to_list() == ["derived", "derived"]


def test_another_zone_can_be_given():
    """Some zones skip midnight: the day then begins when the clocks have jumped (Sao Paulo, 15 October 2017)."""
    assert bounds("2016-05-03T14:05", zone="Asia/Kolkata")[0] == "2016-05-03 08:35:00"
    assert interval("2017-10-15", zone="America/Sao_Paulo").problem is None


DAYS = st.dates(date(1900, 1, 2), date(2100, 12, 30))
CLOCKS = st.times().map(lambda time: time.strftime("%H:%M:%S"))


@given(DAYS, CLOCKS)
@example(date(2017, 10, 29), "01:30:00")
@example(date(2017, 3, 26), "01:30:00")
@settings(max_examples=60, deadline=None)
def test_less_precision_is_a_wider_interval(day, clock):
    """Year holds month holds day holds minute holds second; and none is empty."""
    text = f"{day.isoformat()}T{clock}"
    found = intervals(pl.Series([text[:cut] for cut in (4, 7, 10, 16, 19)]))
    assume(found["problem"].null_count() == 5)

    assert (found["earliest"] < found["latest"]).all()
    assert found["earliest"].is_sorted()
    assert found["latest"].is_sorted(descending=True)


@given(DAYS, DAYS, st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
@settings(max_examples=60, deadline=None)
def test_an_interval_goes_from_begin_to_end(one, other, cut, other_cut):
    """Whatever the precisions, it holds both ends; the wrong way round it is impossible."""
    first, second = sorted((one, other))
    texts = [first.isoformat()[:cut], second.isoformat()[:other_cut]]
    whole, begin, end = intervals(pl.Series(["/".join(texts), *texts])).iter_rows(named=True)

    assert (whole["earliest"], whole["latest"]) == (begin["earliest"], end["latest"])
    if begin["latest"] < end["earliest"]:
        assert interval("/".join(reversed(texts))).problem == "T209"


@given(st.text(alphabet="0123456789-/.~?%TZ:+ |dM\n", max_size=24))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_bounds_or_a_code_or_states_none(text):
    """No text is lost, none raises."""
    found = interval(text)

    assert found.text == text
    unread = found.problem in {"T209", "T211"}
    assert (found.precision is None) == (unread or text.strip() in {"", ".."})
    if found.earliest and found.latest:
        assert found.earliest < found.latest


def test_days_and_months_agree_with_the_edtf_package():
    """The reference parser, for which a day is a date: its strict bounds are our civil bounds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from edtf import parse_edtf  # noqa: PLC0415 - warns at import
    texts = [
        "2016",
        "2016-02",
        "2017-02",
        "2016-12",
        "2016-05-03",
        "1900-01-01",
        "2016-05/2018-03",
        "2016-05-03/2016-05-04",
    ]

    for text in texts:
        parsed = parse_edtf(text)
        lower, upper = parsed.lower_strict()[:3], parsed.upper_strict()[:3]
        ours = intervals(pl.Series([text]), zone="UTC").row(0, named=True)
        assert ours["earliest"].date() == date(*lower)
        assert ours["latest"].date() == date(*upper) + timedelta(days=1)
