"""
Precision and recall of breaches, rule by rule, on a made-up force whose faults are known.

    python benchmarks/planted_truth.py [--disclosures 100000] [--seed 1] [--layouts A] [--keep]

Goals: at least 0.99 where registers share exact keys, 0.95 where only misspelt references link them. A breach is right
when the ledger plants one for that rule under any reference that the breach's subject names; breaches about which two
readings of a rule differ count neither way. Exit code 1 where a goal is missed, or a planted rule is not judged.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

import polars as pl

import toolkit
from toolkit.synthetic.force import write_force

GOALS = {"exact": 0.99, "fuzzy": 0.95}
_SEPARATORS = r"[^;|/, ]+"


def made(case_dir: Path, disclosures: int, seed: int, layouts: str) -> None:
    """Make the force and judge it, through the public steps; print what each cost."""
    shutil.rmtree(case_dir, ignore_errors=True)
    started = time.perf_counter()
    write_force(case_dir, disclosures, seed, layouts)
    print(f"{'make':12} {time.perf_counter() - started:8.1f} s")
    for step in ("seal", "ingest", "link", "reconstruct"):
        started = time.perf_counter()
        getattr(toolkit, step)(toolkit.open_case(case_dir))
        print(f"{step:12} {time.perf_counter() - started:8.1f} s", flush=True)


def compared(verdicts: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """
    Return, for each rule and kind of link, how the breaches compare with the ledger.

    Args:
        verdicts: The table `verdicts`.
        ledger: `planted.parquet`.

    Returns:
        rule, link, planted (breaches in the ledger), found (of those), said (breaches judged), right (of those),
        recall, precision, and undecided: verdicts that are to stay open and were decided as breaches.
    """
    ledger = ledger.filter(pl.col("rule").is_not_null()).with_row_index("row")
    keys = ledger.explode("keys").rename({"keys": "key"})
    said = verdicts.filter(pl.col("verdict") == "breach").select("rule", "subject").unique().with_row_index("breach")
    named = said.with_columns(pl.col("subject").fill_null("").str.extract_all(_SEPARATORS).alias("key")).explode("key")
    both = pl.concat(
        [named.select("breach", "rule", "key"), said.select("breach", "rule", pl.col("subject").alias("key"))]
    )
    pairs = both.unique().join(keys.select("row", "rule", "key", "expected", "link"), on=["rule", "key"])
    best = pairs.group_by("breach").agg(
        (pl.col("expected") == "breach").any().fill_null(value=False).alias("is_right"),
        pl.col("expected").is_null().any().alias("is_moot"),
        (pl.col("expected") == "cannot_determine").any().fill_null(value=False).alias("is_open"),
        pl.col("link").max().alias("link"),
    )
    judged = said.join(best, on="breach", how="left").with_columns(
        pl.col("is_right", "is_moot", "is_open").fill_null(value=False), pl.col("link").fill_null("exact")
    )
    judged = judged.filter(pl.col("is_right") | ~pl.col("is_moot"))
    planted = ledger.filter(pl.col("expected") == "breach")
    found = planted.join(pairs.select("row").unique(), on="row", how="semi")
    counts = [
        planted.group_by("rule", "link").len("planted"),
        found.group_by("rule", "link").len("found"),
        judged.group_by("rule", "link").agg(
            pl.len().alias("said"), pl.col("is_right").sum().alias("right"), pl.col("is_open").sum().alias("undecided")
        ),
    ]
    frame = counts[0]
    for more in counts[1:]:
        frame = frame.join(more, on=["rule", "link"], how="full", coalesce=True)
    frame = frame.join(ledger.select("rule").unique(), on="rule", how="semi").fill_null(0)
    return frame.with_columns(
        (pl.col("found") / pl.col("planted")).alias("recall"), (pl.col("right") / pl.col("said")).alias("precision")
    ).sort(pl.col("rule").str.slice(1).cast(pl.Int64, strict=False), "rule", "link")


def main() -> int:
    """Make, judge, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--disclosures", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layouts", default="A", help="layouts that the readers have a profile for")
    parser.add_argument("--case", type=Path, default=Path("build/force"))
    parser.add_argument("--keep", action="store_true", help="compare a force that was judged before")
    chosen = parser.parse_args()
    if not chosen.keep:
        made(chosen.case, chosen.disclosures, chosen.seed, chosen.layouts)
    verdicts = toolkit.open_case(chosen.case).table("verdicts")
    table = compared(verdicts, pl.read_parquet(chosen.case / "planted.parquet"))
    judged = set(verdicts["rule"].unique())
    missed = 0
    print(f"\n{'rule':5} {'link':6} {'planted':>8} {'recall':>7} {'said':>8} {'precision':>9} {'goal':>5}")
    for row in table.iter_rows(named=True):
        goal = GOALS[row["link"]]
        met = row["rule"] in judged and row["recall"] >= goal and (not row["said"] or row["precision"] >= goal)
        missed += not met
        note = "" if met else " <- not judged yet" if row["rule"] not in judged else " <-"
        if row["undecided"]:
            note += f" ({row['undecided']} of them must stay open)"
        print(
            f"{row['rule']:5} {row['link']:6} {row['planted']:8} {row['recall']:7.4f} {row['said']:8} "
            f"{row['precision']:9.4f} {goal:5}{note}"
        )
    print(f"\n{missed} of {table.height} goals missed")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
