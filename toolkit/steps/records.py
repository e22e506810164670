"""The records that answers and verdicts on disk rest on, from the table `answer_evidence`."""

from collections.abc import Iterator

import polars as pl

from toolkit.audit import origins
from toolkit.case import Case


def with_records(case: Case, said: pl.DataFrame) -> pl.DataFrame:
    """
    Return rows of `answers` or `verdicts` with a column `evidence`: the records that each names (`origins.NAMED`).

    Args:
        case: The case; reconstructed.
        said: The rows; those that count subjects name none.

    Raises:
        IntegrityError: If `answer_evidence` is not what the log has of it.
    """
    is_single = (pl.col("subjects") == 1) & (pl.col("records") > 0)
    single = said.with_row_index("row").filter(is_single)
    return origins.with_evidence(said, _named(case, single.select("row", said.columns[0], "subject")))


def with_all_records(case: Case, said: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `answers_each` or `verdicts_each` with that column, and `records`: how many there are."""
    single = said.with_row_index("row").select("row", said.columns[0], "subject")
    rows = pl.concat([single.clear().select("row"), *(found.select("row") for found in _found(case, single))])
    counts = rows.group_by("row").agg(pl.len().cast(pl.Int64).alias("records"))
    counted = single.join(counts, on="row", how="left", maintain_order="left")["records"].fill_null(0)
    return origins.with_evidence(said.with_columns(counted), _named(case, single))


def _named(case: Case, single: pl.DataFrame) -> pl.DataFrame:
    """Return row, source and locator of the records that are named."""
    none = pl.DataFrame(schema={"row": pl.UInt32, "source": pl.String, "locator": pl.String})
    return pl.concat([none, *(origins.named(found) for found in _found(case, single))])


def _found(case: Case, single: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield row, source and locator of the records that some rows (row, topic, subject) rest on, topic by topic."""
    path = case.checked(case.folder("reconstruct") / "answer_evidence.parquet")
    for (topic,), wanted in single.group_by(single.columns[1], maintain_order=True):
        rows = pl.scan_parquet(path).filter(pl.col("topic") == topic)  # row groups of other topics are not read
        found = rows.join(wanted.lazy(), on="subject", nulls_equal=True, maintain_order="left")
        yield found.select("row", "source", "locator").collect()
