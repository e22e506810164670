-- How much of the archive the sweep looked at.
-- Grain:  one row per measure.
-- Reads:  coverage.
-- Declared is null where nobody can say how many there are.
with counted as (
    select measure, cause, sum(n)::bigint as n, bool_or(n is null) as is_unknown
    from coverage
    where method = 'sweep'
    group by measure, cause
)

select
    measure,
    to_json(
        struct_pack(
            measure := measure,
            declared := case when not bool_or(is_unknown) then sum(n)::bigint end,
            examined := coalesce(sum(n) filter (where cause is null), 0)::bigint,
            not_examined := map_from_entries(
                coalesce(list((cause, coalesce(n, 0)) order by cause) filter (where cause is not null), [])
            )
        )
    ) as coverage,
    coalesce(sum(n) filter (where cause is null), 0)::bigint as examined
from counted
group by measure
