"""`case.toml`: errors name the file, the key, what was expected and what was found."""

import re

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from toolkit.errors import UsageError
from toolkit.settings import TEMPLATE, Settings, numbers, read_settings

CASE = '[case]\ntitle = "T"\nfrom = "2016-05"\nto = "2018-03"\n'
MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "common law"
necessity = "n"
purpose = "p"
cameras = ["*"]
window = "2016-05/2018-03"
threshold = 0.5
expires = "2099-12-31"
reviewers = ["POST-2", "POST-3"]
"""


def read(tmp_path, text):
    """Return the settings that a text states."""
    (tmp_path / "case.toml").write_text(text)
    return read_settings(tmp_path / "case.toml")


def test_what_is_left_out_has_its_documented_default(tmp_path):
    """Only [case] is required; without [mandate] there is no mandate."""
    settings = read(tmp_path, CASE)

    assert (settings.index.min_face_px, settings.index.looks_per_s, settings.mandate) == (40, 2.0, None)


def test_the_template_of_a_new_case_is_valid(tmp_path):
    """What `toolkit new` writes can be read."""
    text = TEMPLATE.format(title='"T"', from_='"2016-05"', to='"2018-03"')

    assert read(tmp_path, text).about.from_ == "2016-05"


def test_a_date_may_stand_without_quotes(tmp_path):
    """TOML's own dates are taken as they are written."""
    assert read(tmp_path, CASE.replace('"2016-05"', "2016-05-03")).about.from_ == "2016-05-03"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CASE.replace('title = "T"\n', ""), "case.title: required, not found"),
        (CASE + 'colour = "red"\n', "case.colour: no such key"),
        (CASE.replace('"2018-03"', '"sometime"'), "case.to: expected a date or interval (EDTF)"),
        (CASE + MANDATE.replace("0.5", '"0.5"'), "mandate.threshold: expected float, found str"),
        (CASE + MANDATE.replace("0.5", "0.7"), "mandate.threshold: expected 0.001 to 0.6, found 0.7"),
        (CASE + MANDATE.replace('["*"]', "[]"), "mandate.cameras: expected camera ids"),
        (CASE + MANDATE.replace('"n"', '" "'), "mandate.necessity: expected some words, found ' '"),
        (CASE + MANDATE + 'keep_descriptors_until = "2026"\n', "mandate.keep_descriptors_until: expected a day"),
        (CASE + "[index]\nlooks_per_s = 0\n", "index.looks_per_s: expected 0.001 to 240, found 0"),
        (CASE + '[[sources]]\nkind = "gossip"\npath = "/x"\n', "sources.kind: expected one of share_log"),
        (CASE + "[case", "not TOML"),
    ],
)
def test_a_mistake_names_its_key(tmp_path, text, message):
    """Where, what was expected, what was found."""
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)

    assert f"{tmp_path}/case.toml: {message}" in str(raised.value)


NUMBERS = {
    "ingest.memory_mib": "[ingest]\nmemory_mib = {}\n",
    "index.min_face_px": "[index]\nmin_face_px = {}\n",
    "index.looks_per_s": "[index]\nlooks_per_s = {}\n",
    "mandate.threshold": MANDATE.replace("0.5", "{}"),
    "mandate.age_floor_hours": MANDATE + "age_floor_hours = {}\n",
    "mandate.face_budget": MANDATE + "face_budget = {}\n",
    "mandate.probe_budget": MANDATE + "probe_budget = {}\n",
    "rules.R13_days": "[rules]\nR13_days = {}\n",
    "rules.R20_days": "[rules]\nR20_days = {}\n",
}
"""Each number of case.toml, and a text that states it."""
ANY_NUMBER = st.one_of(
    st.integers(),
    st.integers(-100, 1_000_000),
    st.integers(0, 60).map(lambda n: 10**n),
    st.floats(),
    st.floats(0, 300),
)


def ranges(struct=Settings, key=""):
    """Return the range of each number that a table may hold, by its key: None where it has none."""
    found = {}
    for node in msgspec.inspect.type_info(struct).fields:
        kinds = getattr(node.type, "types", None) or [getattr(node.type, "item_type", node.type)]
        for kind in kinds:
            place = f"{key}.{node.encode_name}".lstrip(".")
            if isinstance(kind, msgspec.inspect.StructType):
                found |= ranges(kind.cls, place)
            if isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType):
                said = {}
                for part in reversed(place.split(".")):
                    said = {part: said or 1}
                found[place] = next((between for _, between, _ in numbers(Settings, said)), None)
    return found


def test_every_number_has_a_range():
    """A number that is added without one fails here; and each is tried below."""
    assert dict.fromkeys(NUMBERS, True) == {key: between is not None for key, between in ranges().items()}


def taken_or_refused(tmp_path, key, text):
    """Return why a text is refused, or None and the number that is taken from it."""
    table, name = key.split(".")
    try:
        return None, getattr(getattr(read(tmp_path, text), table), name)
    except UsageError as error:
        return str(error), None


@pytest.mark.parametrize("key", NUMBERS)
@effort(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=ANY_NUMBER)
def test_a_number_is_within_its_range_or_refused_with_key_and_range(tmp_path, key, number):
    """Whatever number stands there: never a traceback, never taken as it is."""
    between, text = ranges()[key], CASE + NUMBERS[key].format(number)
    refused, taken = taken_or_refused(tmp_path, key, text)

    least, most = re.escape(f"{between.least:g}"), re.escape(f"{between.most:g}")
    assert refused is None or re.search(rf"case\.toml: {key}: expected ({least} to {most}, found |int)", refused)
    assert refused or (between.least <= taken <= between.most and number == taken)


@pytest.mark.parametrize(
    ("found", "shown"),
    [*((odd, odd) for odd in ("inf", "nan", "-inf", "1e+308", "-0.0", "9" * 20)), ("9" * 3000, "one of 3000 digits")],
)
def test_no_number_is_too_odd_to_be_refused(tmp_path, found, shown):
    """The error repeats it where it is short, and says how long it is where it is not."""
    with pytest.raises(UsageError) as raised:
        read(tmp_path, f"{CASE}[index]\nlooks_per_s = {found}\n")

    assert f"index.looks_per_s: expected 0.001 to 240, found {shown}" in str(raised.value)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(
            ("mandate.expires", MANDATE.replace("2099-12-31", odd))
            for odd in (
                "2019-12-31/..",
                "../2099-12-31",
                "..",
                "2099",
                "2099-12",
                "2099-12-31?",
                "9999-12-31",
                "2018/2019",
            )
        ),
        *(("case.as_at", f'as_at = "{odd}"\n') for odd in ("../2030", "2019/..", "2019", "2018-13-01", "3000-01-01")),
        ("mandate.keep_descriptors_until", MANDATE + 'keep_descriptors_until = "9999-12-31"\n'),
    ],
)
def test_what_hangs_on_a_day_states_one_day(tmp_path, key, text):
    """Not an interval, not one without an end, not one that no calendar reaches."""
    with pytest.raises(UsageError, match=f"{key}: expected a day, in 1900 to 2100: 2026-12-31, found"):
        read(tmp_path, CASE + text)


def test_what_may_not_be_kept_longer_is_over_some_day(tmp_path):
    """A retention that never ends is none."""
    with pytest.raises(UsageError, match=r"retention.until of I-1: expected a date that comes: 2026-12-31, found"):
        read(tmp_path, CASE + '[[retention]]\nref = "I-1"\nuntil = "2016/.."\nbasis = "policy"\n')
