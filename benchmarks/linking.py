"""
Linking misspelt references to the entries they are of: our weights, in SQL with stated priors, against Splink 5.

`TOOLKIT_BENCH_DISCLOSURES` says how large the made-up force is (10^4). Both are given the same references, of which 6
in 10 have a slip, the same days and recipients, and the same rule for a sure link: odds of 99 to 1, and ten times those
of any other image. Splink is trained as its documents advise: how often unlike records agree from a random sample, how
often like ones do by expectation maximisation; it compares pairs that share a day and recipient, or the first or last
half of a reference. The plan of the force says what is true. One thread each, wall seconds.
"""

import logging
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as comparisons

from benchmarks.measuring import Result, at_most
from toolkit.audit import links
from toolkit.case import open_case
from toolkit.steps.ingest import ingest
from toolkit.steps.seal import seal
from toolkit.synthetic.force import write_force
from toolkit.synthetic.force.plan import SECOND, plan
from toolkit.synthetic.force.references import record_refs, with_references
from toolkit.synthetic.force.registers import TWICE
from toolkit.synthetic.force.write import PART

DISCLOSURES = int(os.environ.get("TOOLKIT_BENCH_DISCLOSURES", "10000"))
SEED = 7
"""Not the one that the priors were looked at with."""
SURE = 0.99
"""Odds of 99 to 1, as in `linking/alike.sql`."""
TIMES_ANY_OTHER = 10


def measure() -> Iterator[Result]:
    """Yield precision, recall and time of both."""
    with tempfile.TemporaryDirectory() as folder:
        case = open_case(force(Path(folder) / "force"))
        with case.connect(shared="linking") as connection:
            began = time.perf_counter()
            for _, frames in links.links(connection, links.HAND.to_frame()):
                deque(frames, maxlen=0)
            ours_s = time.perf_counter() - began
            ours = connection.sql("select left_ref, image, sent_image, entry_ref from alike where is_sure").pl()
            lost, sent = connection.sql("from lost").pl(), connection.sql("from sent").pl()
        began = time.perf_counter()
        peer = by_splink(lost, sent)
        peer_s = time.perf_counter() - began
    named = sent.select("entry_ref", sent_image="image")
    right = truth().join(lost, on=["left_ref", "image"], how="semi").join(named, on=named.columns, how="semi")
    to_find = right.select("left_ref", "image").n_unique()
    note = f"{lost.height} references that no entry has, {to_find} of them of an entry; seed {SEED}"
    for name, n_right in (("precision", None), ("recall", to_find)):
        of_ours, of_peer = share(ours, right, n_right), share(peer, right, n_right)
        yield at_most(f"{name} of sure links", "Splink 5", of_ours, of_peer, None, unit="of 1", note=note)
    note = "ours: all links of all registers; Splink: these alone, with training"
    yield at_most(f"linking {DISCLOSURES:.0e} disclosures", "Splink 5", ours_s, peer_s, None, note=note)


def force(folder: Path) -> Path:
    """Make a force and ingest it."""
    write_force(folder, DISCLOSURES, SEED, "A")
    seal(open_case(folder))
    ingest(open_case(folder))
    return folder


def truth() -> pl.DataFrame:
    """Return the pairs that are one: left_ref, image (as it was spelt), sent_image, entry_ref."""
    made = pl.concat(
        with_references(plan(start, min(PART, DISCLOSURES - start), max(20, DISCLOSURES // 50), SEED), SEED)
        for start in range(0, DISCLOSURES, PART)
    )
    number = made["i"].to_numpy()
    again = record_refs("CRIM-", number + TWICE, 0), record_refs("EN-", number + SECOND, 4)
    made = made.with_columns(again[0].alias("again_ref"), again[1].alias("second_enrolment_ref"))
    spellings = (
        ("receipt_ref", "spelt", "image"),
        ("receipt_ref", "second_spelt", "second_image"),
        ("enrolment_ref", "spelt", "image"),
        ("second_enrolment_ref", "second_spelt", "second_image"),
    )
    pairs = [
        made.select(left_ref=left, image=spelt, sent_image=right, entry_ref=entry)
        for left, spelt, right in spellings
        for entry in ("entry_ref", "again_ref")
    ]
    return pl.concat(pairs).drop_nulls()


def share(said: pl.DataFrame, right: pl.DataFrame, of: int | None) -> float:
    """Return how many references are linked to an entry of theirs, of *of*, or of all that are linked."""
    found = said.join(right, on=["left_ref", "image", "sent_image", "entry_ref"], how="semi")
    wrong = said.join(right, on=["left_ref", "image", "sent_image", "entry_ref"], how="anti")
    linked = found.select("left_ref", "image").n_unique()
    return linked / (of or (linked + wrong.select("left_ref", "image").n_unique()))


def by_splink(lost: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Return the sure links that Splink finds: left_ref, image, sent_image, entry_ref."""
    connection = duckdb.connect(config={"threads": 1})
    api = DuckDBAPI(connection=connection)
    columns = (
        pl.concat_str("left_ref", "image", separator="|").alias("unique_id"),
        "slug",
        "recipient_ref",
        pl.col("earliest").dt.convert_time_zone("Europe/London").dt.date().cast(pl.String).alias("day"),
        pl.col("slug").str.head(5).alias("head"),
        pl.col("slug").str.tail(5).alias("tail"),
    )
    sides = [
        api.register(side.select(columns).to_arrow(), dataset_display_name=name)
        for name, side in (("lost", lost), ("sent", sent.rename({"entry_ref": "left_ref"})))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.DamerauLevenshteinAtThresholds("slug", [1, 2]),
            comparisons.ExactMatch("recipient_ref"),
            comparisons.AbsoluteDateDifferenceAtThresholds(
                "day", input_is_string=True, metrics=["day", "day"], thresholds=[1, 31]
            ),
        ],
        blocking_rules_to_generate_predictions=[block_on("recipient_ref", "day"), block_on("head"), block_on("tail")],
        probability_two_random_records_match=1 / sent["slug"].n_unique(),
    )
    linker = Linker(sides, settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for blocked in (block_on("recipient_ref", "day"), block_on("head")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            blocked, record_sample_proportion=1.0, fix_probability_two_random_records_match=True
        )
    weighed = linker.inference.predict(threshold_match_probability=0.01).as_duckdbpyrelation().pl()
    return sure(weighed)


def sure(weighed: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose odds are 99 to 1 and ten times those of any other image, as we decide."""
    odds = pl.col("match_probability") / (1 - pl.col("match_probability"))
    pairs = weighed.select(
        pl.col("unique_id_l").str.split("|").list.get(0).alias("left_ref"),
        pl.col("unique_id_l").str.split("|").list.get(1).alias("image"),
        pl.col("unique_id_r").str.split("|").list.get(0).alias("entry_ref"),
        pl.col("unique_id_r").str.split("|").list.get(1).alias("sent_image"),
        odds.alias("odds"),
    )
    reference = ["left_ref", "image"]
    best = pairs.sort("odds", descending=True).unique(reference, keep="first", maintain_order=True)
    best = best.filter(pl.col("odds") >= SURE / (1 - SURE))
    others = pairs.join(best, on=[*reference, "sent_image"], how="anti").group_by(reference).agg(pl.col("odds").max())
    best = best.join(others, on=reference, how="left", suffix="_of_other")
    best = best.filter((pl.col("odds") >= TIMES_ANY_OTHER * pl.col("odds_of_other")).fill_null(value=True))
    return pairs.join(best.select(*reference, "sent_image"), on=[*reference, "sent_image"]).filter(
        pl.col("odds") >= SURE / (1 - SURE)
    )
