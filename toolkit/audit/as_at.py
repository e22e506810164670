"""
The tables of a case as they stood at the end of a day.

When it happened and when it was written down are two times. A row was not there yet where it was *written* later: by
its recording time where it states one (`recorded`), else by the time of what it tells, which nobody can write down
before. Which times those are, what is added later, and which ends are events, each register declares. A row whose time
is blank, or so coarse that it may lie on either side, stays, and is counted. So

- rows that were definitely written later are left out, and the coverage says how many (`out_of_period`);
- what was added to an earlier row later is blanked (a disposal in a custody record, a reply), and an end that had not
  come yet becomes "at least until that day"; terms agreed in advance (the end of an agreement, of a vetting) stay;
- a register reaches no farther than that day, whatever it is declared to cover;
- what this tool itself computed (links, faces, candidates) is as it is, as far as its records stood.

Nothing is written: these are views of one connection.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from toolkit.dates import Interval, interval
from toolkit.registers import REGISTERS
from toolkit.tables import table


@dataclass(frozen=True)
class Narrowed:
    """
    What a day changes.

    Args:
        left_out: Rows that were definitely written later.
        doubtful: Rows that may have been: their time is blank or too coarse; they are kept.
    """

    left_out: int
    doubtful: int


def narrow(connection: duckdb.DuckDBPyConnection, day: Interval) -> None:
    """
    Replace the input tables of a connection by views of what stood at the end of a day.

    Adds the table `left_out`: name of the table, source, rows left out, rows kept that may have been written later.

    Args:
        connection: From `views.open_views`, before the shared views are made.
        day: Known to the day.

    Raises:
        ValueError: If it is not.
    """
    if day.latest is None or day.precision != "day":
        raise ValueError(f"expected a day as YYYY-MM-DD, found {day.text!r}")
    cut = f"timestamptz '{day.latest.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}+00'"
    connection.execute('create table left_out (table_name varchar, source varchar, "left" bigint, doubtful bigint)')
    for name in sorted(REGISTERS):
        _rename(connection, name)
        columns = ", ".join(_columns(name, cut, day))
        later, doubtful = _later(name, cut)
        connection.execute(f'create view "{name}" as select {columns} from "{name}_whole" where not {later}')
        connection.execute(
            f"insert into left_out select '{name}', source, count(*) filter ({later}), "
            f'count(*) filter (not {later} and {doubtful}) from "{name}_whole" group by source'
        )
    _reach_no_farther(connection, cut, str(day.text))


def narrowed(connection: duckdb.DuckDBPyConnection) -> Narrowed:
    """Return how many rows a narrowed connection left out."""
    found = connection.sql('select coalesce(sum("left"), 0)::bigint, coalesce(sum(doubtful), 0)::bigint from left_out')
    return Narrowed(*found.fetchall()[0])


def _rename(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    kinds = connection.execute("select table_type from information_schema.tables where table_name = $1", [name])
    kind = "view" if kinds.fetchall()[0][0] == "VIEW" else "table"
    connection.execute(f'alter {kind} "{name}" rename to "{name}_whole"')


def _later(name: str, cut: str) -> tuple[str, str]:
    """Return whether a row was definitely written later, and whether that cannot be told, as SQL."""
    times = REGISTERS[name].written
    if not times:
        return "false", "false"
    earliest, latest = (
        f"coalesce({', '.join(f'{time}_{bound}' for time in times)})" for bound in ("earliest", "latest")
    )
    return f"coalesce({earliest} >= {cut}, false)", f"coalesce({latest} > {cut}, true)"


def _columns(name: str, cut: str, day: Interval) -> Iterator[str]:
    """Yield the columns of a narrowed table: what came later is blank."""
    blanked: dict[str, str] = {}
    for time, brought in REGISTERS[name].added.items():
        for column in table(name).columns:
            if column.name == time or column.name in brought:
                blanked |= dict.fromkeys(column.stored(), f"{time}_earliest")
    until = interval(f"{day.text}/..")
    ends = {
        f"{end}_{part}": (f"{end}_earliest", value)
        for end in REGISTERS[name].ends
        for part, value in (
            ("text", f"'{until.text}'"),
            ("earliest", f"timestamptz '{until.earliest}'"),
            ("latest", "null"),
            ("precision", f"'{until.precision}'"),
        )
    }
    for stored in table(name).schema():
        if stored in blanked:
            yield f'case when not coalesce({blanked[stored]} >= {cut}, false) then "{stored}" end as "{stored}"'
        elif stored in ends:
            time, value = ends[stored]
            yield f'case when coalesce({time} >= {cut}, false) then {value} else "{stored}" end as "{stored}"'
        else:
            yield f'"{stored}"'


def _reach_no_farther(connection: duckdb.DuckDBPyConnection, cut: str, day: str) -> None:
    """Let no source cover more than the time until then, and count what was left out as not examined."""
    reach = f"""
        case when coalesce(covers_latest > {cut}, true) and covers_text is not null
            then covers_text || ', as at {day}' else covers_text end as covers_text,
        case when covers_text is not null then least(coalesce(covers_latest, {cut}), {cut}) end as covers_latest
    """
    for name in ("sources", "ingest_coverage"):
        _rename(connection, name)
    connection.execute(f"create view sources as select * replace ({reach}) from sources_whole")
    connection.execute(f"""
        create view ingest_coverage as
        with apart as (select source, sum("left")::bigint as n from left_out group by source having sum("left") > 0)

        select ingest_coverage_whole.* replace (
            {reach},
            case when measure = 'rows' and cause is null then ingest_coverage_whole.n - coalesce(apart.n, 0)
                else ingest_coverage_whole.n end as n
        )
        from ingest_coverage_whole
        left join apart using (source)
        union all
        select ingest_coverage_whole.* replace ({reach}, 'out_of_period' as cause, apart.n as n)
        from ingest_coverage_whole
        inner join apart using (source)
        where measure = 'rows' and cause is null
    """)
