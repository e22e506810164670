"""Coverage as a table: what was declared, what was examined, and what was not and why."""

from collections.abc import Collection

import duckdb
import polars as pl

from toolkit.tables import table

_COUNTED = """
    select {grain}, measure,
        case when not bool_or(n is null) then sum(n)::bigint end as declared,
        coalesce(sum(n) filter (where cause is null), 0)::bigint as examined,
        coalesce(
            list(struct_pack(cause := cause, n := n) order by cause) filter (where cause is not null), []
        ) as not_examined,
        ordered(flatten(list(sources))) as sources
    from (
        select {grain}, measure, cause, set_of(source) as sources,
            case when not bool_or(n is null) then sum(n)::bigint end as n
        from {rows}
        group by {grain}, measure, cause
    )
    group by {grain}, measure
"""
_SCOPE = "method, system, unit_ref, covers_text, covers_earliest, covers_latest, complete"

_OF_CAMERAS = """
    select * replace (
        case when method = 'sweep' then min(covers_text) over camera || '/' || max(covers_text) over camera
            else covers_text end as covers_text,
        case when method = 'sweep' then min(covers_earliest) over camera else covers_earliest end as covers_earliest,
        case when method = 'sweep' then max(covers_latest) over camera else covers_latest end as covers_latest
    )
    from coverage
    window camera as (partition by method, system)
"""
"""Files of footage have a time each; a camera's are one line, from the first to the last."""

_RETURNS = """
    select
        coalesce(attestations.method, case when replied_text is null then 'no reply' else 'not stated' end) as method,
        coalesce(array_to_string(systems, ', '), 'not stated') as system,
        unit_ref, covers_text, covers_earliest, covers_latest, 'unknown' as complete, 'units' as measure,
        case when replied_text is null then 'no_reply' when attestations.method in ('record_search', 'both') then null
            else 'memory_only' end as cause,
        1 as n, source
    from attestations
    union all
    select distinct 'not asked', 'not stated', unit_ref, null, null::timestamptz, null::timestamptz, 'unknown', 'units',
        'unit_not_asked', 1, source
    from units
    where unit_kind in ('bcu', 'ocu') and unit_ref not in (select unit_ref from attestations)
"""
"""What units say of their own search: an answer from memory is apart from a search of records."""


def examinations(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """
    Return the table `examinations`: unit x system x period x method, each with its counts.

    Args:
        connection: From `views.open_views`.
    """
    counted = _COUNTED.format(grain=_SCOPE, rows=f"({_OF_CAMERAS})")
    returned = _COUNTED.format(grain=_SCOPE, rows=f"({_RETURNS})")
    columns = ", ".join(table("examinations").schema())
    found: pl.DataFrame = connection.sql(
        f"with counted as ({counted}), returned as ({returned}) "
        f"select {columns} from (select * from counted union all by name select * from returned) order by all"
    ).pl()
    return found.select(pl.col(name).cast(dtype) for name, dtype in table("examinations").schema().items())


def examined_of(
    connection: duckdb.DuckDBPyConnection, registers: Collection[str], *, archive: bool = False
) -> pl.DataFrame:
    """
    Return one row for each source that feeds, or may have fed, some input tables, and for each that is lacking.

    Args:
        connection: From `views.open_views`.
        registers: Names of input tables.
        archive: Whether the footage that was swept counts, too: one row for each camera.
    """
    kinds = sorted({kind for name in registers if (kind := table(name, "ingest").kind)})
    rows = f"""(
        select
            coverage.*,
            case when coverage.method = 'sweep' then coalesce('camera ' || coverage.system, 'images and faces')
                else coalesce(coverage.source, 'none supplied') end as place
        from ({_OF_CAMERAS}) as coverage
        left join sources on coverage.source = sources.source
        where sources."table" in {_texts(registers)}
            or (sources."table" is null and sources.kind in {_texts(kinds)} and coverage.cause is not null)
            or (coverage.source is null and coverage.system in {_texts([*kinds, *registers])})
            or ({str(archive).lower()} and coverage.method = 'sweep')
    )"""
    grain = f"place, {_SCOPE}"
    ordered = f"{_COUNTED.format(grain=grain, rows=rows)} order by method, place, measure, system"
    found: pl.DataFrame = connection.sql(ordered).pl()
    return found


def _texts(words: Collection[str]) -> str:
    """Return words of ours as a list in SQL."""
    return "(" + ", ".join(f"'{word}'" for word in sorted(words) or [""]) + ")"
