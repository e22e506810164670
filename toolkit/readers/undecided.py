"""What is unread or unsaid in one source, gathered from its blocks: it is undecided, never absent."""

import polars as pl

from toolkit.readers.faults import PROBLEMS, problem, shown
from toolkit.readers.feeds import Feed
from toolkit.readers.layouts import source_columns
from toolkit.readers.quarantine import Rows
from toolkit.readers.values import united
from toolkit.tables import table as table_named

CELLS = table_named("unread_cells").schema()
BLANK = table_named("blank_columns").schema()
APPLIED_IN = pl.Schema(
    {"source": pl.String, "locator": pl.String, "table_name": pl.String, "column_name": pl.String, "state": pl.String}
)
"""What became of the readings of a source."""


class Undecided:
    """What is unread or unsaid in a source, added block by block."""

    def __init__(self, feed: Feed | None, names: list[str], source: str) -> None:
        """Begin with nothing."""
        self._feed, self._names, self._source = feed, names, source
        self._filled: set[str] = set()
        self._apart: list[pl.DataFrame] = []
        self._applied: list[pl.DataFrame] = []
        self._values: list[pl.DataFrame] = []
        self._unseen: list[pl.DataFrame] = []

    def add(self, rows: Rows) -> None:
        """Add a block."""
        self._filled |= rows.filled
        self._apart += [rows.apart] if rows.apart.height else []
        self._applied += [rows.applied] if rows.applied.height else []
        for frame in rows.oddities:
            (self._values if frame["code"].first() == "T221" else self._unseen).append(frame)

    def cells(self, rows: Rows) -> pl.DataFrame:
        """Return the unread cells of a block as rows of `unread_cells`."""
        return self._of_table(rows.unread).select(*CELLS)

    def problems(self) -> list[pl.DataFrame]:
        """Return the problems that are said once of a source."""
        if self._feed is None:
            return []
        columns = {column.name: column for column in source_columns(self._feed.table)}
        found = [
            problem(
                "T220",
                self._source,
                "",
                f"column {shown(theirs)} is like {ours}, and is not used",
                "kept verbatim with each row; rename it, or say so in a profile",
            )
            for theirs, ours in self._feed.unused(self._names).items()
        ]
        for row in united(self._values, by_value=True).iter_rows(named=True):
            kept = "quarantined" if columns[row["column"]].required else "without this reference"
            message = f"{row['column']}: no reference: {shown(row['value'])}{_rows(row['n'])}"
            found.append(problem("T221", self._source, row["locator"], message, _KEPT[kept]))
        for row in united(self._unseen, by_value=False).iter_rows(named=True):
            message = (
                f"{row['column']}: characters that nobody sees around or in {shown(row['value'])}{_rows(row['n'])}"
            )
            found.append(problem("T222", self._source, row["locator"], message, "reference read without them"))
        return [pl.concat([PROBLEMS.to_frame(), *found])]

    def frames(self, accepted: int) -> dict[str, pl.DataFrame]:
        """Return the rows of the tables of this module, as far as one source can tell."""
        found = {}
        if self._apart:
            found["unread_rows"] = pl.concat(self._apart)
        if self._applied:
            found["readings"] = self._of_table(pl.concat(self._applied)).select(*APPLIED_IN)
        if self._feed and accepted:
            found["blank_columns"] = self._blank(self._feed, accepted)
        return found

    def _blank(self, feed: Feed, accepted: int) -> pl.DataFrame:
        """Return the columns that are blank in every row."""
        like = {ours: theirs for theirs, ours in feed.unused(self._names).items()}
        rows = [
            (self._source, feed.table.name, column.name, accepted, like.get(column.name))
            for column in source_columns(feed.table)
            if column.name not in self._filled
        ]
        return pl.DataFrame(rows, schema=BLANK, orient="row")

    def _of_table(self, frame: pl.DataFrame) -> pl.DataFrame:
        name = self._feed.table.name if self._feed else None
        return frame.with_columns(pl.lit(self._source).alias("source"), pl.lit(name, pl.String).alias("table_name"))


_KEPT = {
    "quarantined": "rows kept in quarantine",
    "without this reference": "rows kept, without this reference",
}


def _rows(n: int) -> str:
    return f" ({n} rows, the first here)" if n > 1 else ""
