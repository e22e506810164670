"""The records that answers and verdicts on disk rest on, from the table `answer_evidence`."""

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

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
    """Return row, source and locator of the records that may be named."""
    kept = pl.DataFrame(schema={"row": pl.UInt32, "source": pl.String, "locator": pl.String})
    for found in _found(case, single):
        kept = origins.first_of_each_place(pl.concat([kept, found]))
    return kept


def _found(case: Case, single: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield row, source and locator of the records that some rows (row, topic, subject) rest on, in order."""
    wanted = single.rename({single.columns[1]: "topic"})
    path = case.checked(case.folder("reconstruct") / "answer_evidence.parquet")
    for rows in _batches(path, wanted["topic"].unique().to_list()):
        found = rows.join(wanted, on=("topic", "subject"), nulls_equal=True, maintain_order="left")
        yield found.select("row", "source", "locator")


def _batches(path: Path, topics: Collection[str]) -> Iterator[pl.DataFrame]:
    """Yield the rows of some topics, in order; row groups that have none of them are not read."""
    with pq.ParquetFile(path) as file:
        spans = [file.metadata.row_group(at).column(0).statistics for at in range(file.num_row_groups)]
        held = [at for at, span in enumerate(spans) if any(span.min <= topic <= span.max for topic in topics)]
        for batch in file.iter_batches(row_groups=held):
            yield pl.DataFrame(batch)
