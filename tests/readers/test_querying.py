"""What people may write, and what the index is asked."""

import pytest

from toolkit.readers.packs import packs
from toolkit.readers.querying import NotUnderstood, expression, spellings

WORDS = ["facial", "face", "recognition", "recognise", "shared", "charged", "stared", "images"]


def asked(query: str) -> str:
    """Return the expression of a query on an index of these words."""
    return expression(query, lambda word: spellings(word, WORDS))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("image shared", '"image" AND "shared"'),
        ('"facial recognition"', '"facial recognition"'),
        ("recogni*", '"recogni" *'),
        ('"face recogn"*', '"face recogn" *'),
        ("a OR b NOT (c d)", '"a" OR "b" NOT ( "c" AND "d" )'),
        ("a AND b", '"a" AND "b"'),
        ("CR/1", '"CR/1"'),
        ("NEAR(image sent, 5)", 'NEAR("image" "sent", 5)'),
        ('x NEAR(imag* "third party")', '"x" AND NEAR("imag" * "third party", 10)'),
        ("recogntion~", '("recognition" OR "recogntion")'),
        ("Shred~", '("shared" OR "shred")'),
        ("NEAR(facal~ sent, 3)", '(NEAR("facal" "sent", 3) OR NEAR("facial" "sent", 3))'),
        ("ORDER nothing", '"ORDER" AND "nothing"'),
    ],
)
def test_a_query_becomes_an_expression(query, wanted):
    """Words side by side must all be there; misspellings are spelled out."""
    assert wanted == asked(query)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        '"open',
        '""',
        "a OR",
        "OR a",
        "(a",
        "a)",
        "()",
        "a, 5",
        "NEAR(a)",
        "NEAR(a b",
        "NEAR(a OR b)",
        "*",
        "--",
        "a~b~ *",
    ],
)
def test_a_query_that_cannot_be_understood_says_what_was_expected(query):
    """Nothing is searched for that nobody asked for."""
    with pytest.raises(NotUnderstood, match="expected"):
        asked(query)


def test_too_many_spellings_are_refused():
    """They would find everything."""
    words = [f"aaaaaaa{first}{second}" for first in "bcdefghijk" for second in "bcdefghijk"]
    with pytest.raises(NotUnderstood, match="at most 64 spellings"):
        expression("aaaaaaaxx~", lambda word: spellings(word, words))


@pytest.mark.parametrize("pack", packs().values(), ids=lambda pack: pack.name)
def test_every_pack_is_understood(pack):
    """And says why each of its queries is asked."""
    assert pack.title
    for one in pack.queries:
        assert asked(one.query)
        assert one.why.endswith(".")
