-- What was not examined, and why?
-- Report: p1.
-- Grain:  one row per cause; one for the case where everything declared was examined.
-- Reads:  coverage.
-- States: established, not_found, not_searched.
-- Numbers by what they count; a null number is one that nobody can state.
with counted as (
    select cause, measure, case when bool_or(n is null) then null else sum(n)::bigint end as n,
        records_of(origin_of(source, '')) as evidence
    from coverage
    where cause is not null
    group by cause, measure
),

measures as (
    select measure, to_json(struct_pack(
        measure := measure,
        declared := case when not bool_or(is_unknown) then sum(n)::bigint end,
        examined := coalesce(sum(n) filter (where cause is null), 0)::bigint,
        not_examined := map_from_entries(
            coalesce(list((cause, coalesce(n, 0)) order by cause) filter (where cause is not null), [])
        )
    )) as coverage
    from (
        select measure, cause, sum(n)::bigint as n, bool_or(n is null) as is_unknown
        from coverage
        group by measure, cause
    )
    group by measure
),

by_cause as (
    select cause, to_json(map(list(measure order by measure), list(n order by measure))) as numbers,
        min(measure) as measure, all_of(list(evidence)) as evidence
    from counted
    group by cause
)

select
    cause as subject,
    'established' as state,
    numbers as value,
    null as unit,
    evidence,
    measures.coverage,
    case when list_contains(json_extract_string(numbers, '$.*'), 'null') then ['how many is not known'] else [] end as caveats
from by_cause
left join measures using (measure)
union all
select null, case when exists (from measures) then 'not_found' else 'not_searched' end, null, null, [],
    (select min(coverage) from measures), []
where not exists (from by_cause)
order by subject
