"""`case.toml`: errors name the file, the key, what was expected and what was found."""

import pytest

from toolkit.errors import UsageError
from toolkit.settings import TEMPLATE, read_settings

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
expires = "2030"
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
        (CASE + MANDATE.replace("0.5", "0.7"), "mandate.threshold: expected a distance above 0 and at most 0.6"),
        (CASE + MANDATE.replace('["*"]', "[]"), "mandate.cameras: expected camera ids"),
        (CASE + MANDATE.replace('"n"', '" "'), "mandate.necessity: expected some words, found ' '"),
        (CASE + MANDATE + 'keep_descriptors_until = "2026"\n', "mandate.keep_descriptors_until: expected a day"),
        (CASE + "[index]\nlooks_per_s = 0\n", "index.looks_per_s: expected more than 0, found 0.0"),
        (CASE + '[[sources]]\nkind = "gossip"\npath = "/x"\n', "sources.kind: expected one of share_log"),
        (CASE + "[case", "not TOML"),
    ],
)
def test_a_mistake_names_its_key(tmp_path, text, message):
    """Where, what was expected, what was found."""
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)

    assert f"{tmp_path}/case.toml: {message}" in str(raised.value)
