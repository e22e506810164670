"""A register, however it is written: its rows verbatim, as a table, what was wrong, and what was examined."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from toolkit.readers.entries import RECORDS_OF, Entry, Part, Reader, ReadSource, coverage, sources_row
from toolkit.readers.faults import PROBLEMS, problem
from toolkit.readers.feeds import Feed
from toolkit.readers.pieces import RECORDS, Block
from toolkit.readers.quarantine import Reading, Rows, Split, no_cells, read_rows
from toolkit.readers.undecided import Undecided
from toolkit.readers.values import Manner

_IN_QUARANTINE = "rows kept in quarantine"


@dataclass(frozen=True)
class Register:
    """
    Rows under a header.

    Args:
        names: The header, verbatim; empty where there is none.
        blocks: The rows behind it; of a register that nobody understands, without cells.
        feed: What they feed; None where `fault` says why they feed nothing.
        fault: Code, message and place of what is wrong with all of it.
        blank: The blank rows before the header.
        place: What its rows are numbered by: line, row, item.
        size: Its bytes.
        encoding: What its text was read with; None: it is not text.
        manner: How its cells are read, as declared.
        problems: What else is wrong; as rows of `problems`.
        split: Takes a row in quarantine apart, as far as it goes, where its blocks did not.
    """

    names: list[str]
    blocks: Iterable[Block]
    feed: Feed | None = None
    fault: tuple[str, str, str] | None = None
    blank: pl.DataFrame = field(default_factory=RECORDS.to_frame)
    place: str = "line"
    size: int = 0
    encoding: str | None = None
    manner: Manner = field(default_factory=Manner)
    problems: list[pl.DataFrame] = field(default_factory=list)
    split: Split = no_cells


def read_register(register: Register, entry: Entry, reader: Reader) -> ReadSource:
    """Hand the rows of a register to the sink, block by block, and return what else it gave."""
    problems, statuses = [PROBLEMS.to_frame(), *register.problems], Counter[str]()
    undecided = Undecided(register.feed, register.names, entry.source)
    if register.feed and entry.source in reader.readings:
        manner = replace(register.manner, readings=reader.readings[entry.source])
        register = replace(register, manner=manner)
    for records, rows in _parts(register, entry):
        statuses.update(dict(records.group_by("status").len().iter_rows()))
        if rows is None or register.feed is None:
            reader.sink(Part(entry.source, None, records))
            continue
        problems.append(rows.problems)
        undecided.add(rows)
        reader.sink(Part(entry.source, register.feed.table.name, records, rows.frame, undecided.cells(rows)))
    problems += undecided.problems()
    return replace(_balanced(register, entry, problems, statuses), undecided=undecided.frames(statuses["accepted"]))


def _parts(register: Register, entry: Entry) -> Iterable[tuple[pl.DataFrame, Rows | None]]:
    """Yield records, and what they are in the register's table."""
    place, feed = register.place, register.feed
    if register.blank.height:
        yield placed(register.blank, entry, place), None
    if feed is None:
        for block in register.blocks:
            yield placed(block.records, entry, place), None
        return
    reading = Reading(feed, register.names, entry.source, feed.manner(register.manner), place, register.split)
    for block in register.blocks:
        rows = read_rows(reading, block)
        yield placed(rows.records, entry, place), rows


def placed(records: pl.DataFrame, entry: Entry, place: str) -> pl.DataFrame:
    """Return the records of a block as rows of `records`."""
    locator = (f"{place} " + pl.col("line").cast(pl.String)).alias("locator")
    return records.with_columns(pl.lit(entry.source).alias("source"), locator).select(*RECORDS_OF)


def _balanced(register: Register, entry: Entry, problems: list[pl.DataFrame], statuses: Counter[str]) -> ReadSource:
    """Count, and compare with what was declared."""
    accepted, apart, blank = (statuses[status] for status in ("accepted", "quarantined", "blank"))
    feed, declared = register.feed, entry.declaration.declared_rows
    counts: list[tuple[str, str | None, int]] = [("rows", None, accepted)] if feed else []
    if register.fault:
        code, message, place = register.fault
        problems.append(problem(code, entry.source, place, message, _IN_QUARANTINE if apart else "nothing to keep"))
    elif accepted + apart == 0:
        expected = "rows below the header, found none" if feed else "a header and rows, found blank lines"
        problems.append(problem("T214", entry.source, "", f"expected {expected}", "nothing to keep"))
    if apart:
        counts.append(("rows", "row_rejected" if feed else "cannot_parse", apart))
    elif register.fault:
        counts.append(("files", "cannot_parse", 1))
    if declared is not None and declared != accepted + apart:
        message = f"expected {declared} rows, as raw/sources.csv declares, found {accepted + apart}"
        problems.append(problem("T216", entry.source, "", message, "what was found is kept"))
        counts += [("rows", "not_supplied", declared - accepted - apart)] if declared > accepted + apart else []
    name = feed.table.name if feed else None
    row = sources_row(
        entry,
        register.size,
        table=name,
        profile=feed.profile.name if feed and feed.profile else None,
        profile_sha256=feed.profile.sha256 if feed and feed.profile else None,
        encoding=register.encoding,
        header=register.names,
        rows_in=accepted + apart + blank,
        accepted=accepted,
        quarantined=apart,
        blank=blank,
    )
    return ReadSource(entry.source, name, pl.concat(problems), row, coverage(entry, counts))
