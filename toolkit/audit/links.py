"""
Links between registers that do not know of each other: exact keys first, then references that look alike.

The files of `linking/` say what is compared with what, and how it is weighed; all of it is SQL, so that a link can be
followed to the numbers it stands on. What people decide stands in `hand/links.csv`: a line is added, none is changed;
the latest line about a pair rules, whichever way round it names the two.

The weights are Fellegi and Sunter's with stated priors (`linking/weighed.sql`), not a trained model's: none can be
trained on seven images, and the answer must not depend on how large the case is. `benchmarks/linking.py` holds them
beside Splink 5, trained on the same references: as precise, and Splink finds fewer of them, in more time.
"""

import csv
import io
from collections.abc import Iterator

import duckdb
import polars as pl

from toolkit.audit.queries import BATCH_ROWS, in_order, queries
from toolkit.dates import interval
from toolkit.errors import UsageError
from toolkit.tables import table

JUDGEMENTS = ("positive", "negative", "unsure")
HAND = pl.Schema(dict.fromkeys(("left_ref", "right_ref", "judgement", "who", "when", "why"), pl.String()))
"""Columns of the judgements in force, one row per pair; in `hand/links.csv` the first two are `left` and `right`."""
REGISTERS = ("custody_records", "disposals", "enrolments", "receipts", "recorded_matches", "transfers")
"""What is linked to entries; a shard each, empty where nothing is."""
_COLUMNS = ("left", "right", "judgement", "who", "when", "why")


def read_judgements(text: str) -> pl.DataFrame:
    r"""
    Return the judgements in force: of each pair the latest, by its date, then by its line.

    Args:
        text: `hand/links.csv`: left, right, judgement (positive, negative, unsure), who, when (a date), why.

    Raises:
        UsageError: If a line cannot be understood, or does not say who judged when: whoever wrote it must repair it.

    >>> line = "left,right,judgement,who,when,why\nRC-1,CRIM-2,negative,POST-9,2019-10-01,another person"
    >>> read_judgements(line)["judgement"].to_list()
    ['negative']
    """
    rows = csv.DictReader(io.StringIO(text))
    try:
        names, lines = rows.fieldnames or (), list(rows)
    except csv.Error as error:
        raise UsageError(f"hand/links.csv line {rows.line_num + 1}: cannot be read as CSV: {error}") from error
    if missing := [name for name in _COLUMNS if name not in names]:
        raise UsageError(f"hand/links.csv: expected the columns {', '.join(_COLUMNS)}; found no {missing[0]}")
    latest: dict[frozenset[str], tuple[str, dict[str, str]]] = {}
    for number, line in enumerate(lines, 2):
        row = {name: (line[name] or "").strip() for name in _COLUMNS}
        when = _checked(row, number)
        pair = frozenset((row["left"], row["right"]))
        if pair not in latest or latest[pair][0] <= when:
            latest[pair] = (when, row)
    values = [tuple(row[name] for name in _COLUMNS) for _, row in latest.values()]
    return pl.DataFrame(sorted(values), schema=HAND, orient="row")


def _checked(row: dict[str, str], number: int) -> str:
    """Return when a line was written, so that texts sort as times."""
    place = f"hand/links.csv line {number}"
    if row["judgement"] not in JUDGEMENTS:
        raise UsageError(f"{place}: judgement: expected one of {', '.join(JUDGEMENTS)}; found {row['judgement']!r}")
    if blank := [name for name in ("left", "right", "who", "when") if not row[name]]:
        raise UsageError(f"{place}: expected {blank[0]} to be stated, found nothing")
    if row["left"] == row["right"]:
        raise UsageError(f"{place}: expected two records, found {row['left']!r} twice")
    when = interval(row["when"])
    if when.earliest is None or when.latest is None:
        raise UsageError(f"{place}: when: expected a date, found {row['when']!r}")
    return when.earliest.isoformat()


def links(
    connection: duckdb.DuckDBPyConnection, judgements: pl.DataFrame
) -> Iterator[tuple[str, Iterator[pl.DataFrame]]]:
    """
    Yield the table `links`, for one register after the other, in order; some rows at a time, to be taken at once.

    Args:
        connection: From `views.open_views`, without the shared views: with one thread, the same bytes each time.
        judgements: From `read_judgements`.
    """
    connection.from_arrow(judgements.to_arrow()).create("hand_links")
    for query in in_order(queries("linking")):
        connection.execute(f'create table "{query.name}" as\n{query.text}')
    schema = table("links").schema()
    for register in REGISTERS:
        found = connection.sql("from linked where left_table = $1 order by all", params=[register])
        batches = map(pl.DataFrame, found.to_arrow_reader(BATCH_ROWS))
        yield register, (rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items()) for rows in batches)
