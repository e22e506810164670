"""Links between registers: exact keys first, then references that look alike; people rule."""

from math import log2

import polars as pl
import pytest
from ledgers import cells, write_tables

from toolkit.audit.links import links, read_judgements
from toolkit.audit.views import open_views
from toolkit.errors import UsageError

HEADER = "left,right,judgement,who,when,why\n"
PAGE = """
    entries:
    entry_ref | occurred   | direction | use                | recipient_ref | image_refs
    E1        | 2017-06-08 | out       | facial_recognition | KCES          | CI-7H2K9Q4
    E2        | 2016-09-01 | out       | facial_recognition | KCES          | CI-3M8T5W1
    transfers:
    transfer_ref | occurred   | recipient_ref | image_refs | entry_ref
    T1           | 2016-09-01 | KCES          | CI-3M8T5W1 | E2
    receipts:
    receipt_ref | occurred   | recipient_ref | image_refs | transfer_ref
    R1          | 2017-06-08 | KCES          | CI-7H2K94Q |
    R2          | 2016-09-01 | KCES          | CI-3M8T5W1 | T1
"""


@pytest.fixture
def linked(tmp_path):
    """A function from judgements to the table `links` of PAGE."""
    write_tables(tmp_path, cells(PAGE), ("ingest",))

    def link(judgements: str = HEADER) -> pl.DataFrame:
        with open_views(tmp_path, shared="linking") as connection:
            return pl.concat(rows for _, found in links(connection, read_judgements(judgements)) for rows in found)

    return link


def test_a_record_that_names_another_is_linked_exactly_and_a_misspelt_image_by_its_weight(linked):
    """Two digits exchanged, the same day, the same recipient: the odds are far above 99 to 1."""
    found = linked().select("left_ref", "right_ref", "method", "explanation", "judgement").rows()

    assert found == [
        ("R1", "E1", "model", "reference one slip apart; same recipient; at most a day apart", "positive"),
        ("R2", "T1", "exact", "it names the transfer", "positive"),
        ("T1", "E2", "exact", "it names the entry", "positive"),
    ]


def test_a_weight_is_that_of_fellegi_and_sunter(linked):
    """One of two images; one slip among 10^7 numbers of seven digits; the only recipient; 4 of 281 days."""
    weight = linked().filter(pl.col("left_ref") == "R1")["weight"].item()

    assert weight == pytest.approx(log2(1 / 2 * 0.65 / (70 / 1e7) * 0.99 * 0.90 / (4 / 281)), abs=1e-3)
    assert weight == round(weight, 6)


def test_the_latest_judgement_of_a_pair_rules_and_says_whose_it_is(linked):
    """Whichever way round the pair is named; the earlier line stays in the file."""
    lines = "R1,E1,positive,POST-1,2019-10-01,legible\nE1,R1,negative,POST-2,2019-10-02,another person\n"

    found = linked(HEADER + lines).filter(pl.col("left_ref") == "R1")

    assert found.select("judgement", "judged_by", "judged_when").rows() == [("negative", "POST-2", "2019-10-02")]


def test_a_reference_one_digit_off_says_nothing_in_a_short_series(tmp_path):
    """I1 and I2 are two images, not one misspelt."""
    page = PAGE.replace("CI-7H2K9Q4", "I1").replace("CI-7H2K94Q", "I2")
    write_tables(tmp_path, cells(page), ("ingest",))
    with open_views(tmp_path, shared="linking") as connection:
        found = pl.concat(rows for _, some in links(connection, read_judgements(HEADER)) for rows in some)

    assert "R1" not in found["left_ref"].to_list()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("R1,E1,maybe,POST-1,2019-10-01,", "line 2: judgement: expected one of positive, negative, unsure"),
        ("R1,E1,positive,,2019-10-01,", "line 2: expected who to be stated"),
        ("R1,E1,positive,POST-1,someday,", "line 2: when: expected a date, found 'someday'"),
        ("R1,R1,positive,POST-1,2019-10-01,", "line 2: expected two records, found 'R1' twice"),
    ],
)
def test_a_judgement_nobody_can_follow_stops_the_step(line, message):
    """Whoever wrote it must repair it: it is a decision, not evidence."""
    with pytest.raises(UsageError, match=message):
        read_judgements(HEADER + line + "\n")
