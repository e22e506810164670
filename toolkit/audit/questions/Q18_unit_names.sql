-- Do the names of units map across the reorganisation?
-- Report:   p2.
-- Grain:    one row per unit_ref that an entry, transfer or agreement names; one for the case where only statements speak.
-- Reads:    entries, transfers, agreement_versions, units, unit_lineage, claims.
-- Register: units.
-- States:   established, not_found, attested, not_searched.
with named as (
    select unit_ref, origin_of(source, locator) as evidence from entries
    union all
    select unit_ref, origin_of(source, locator) from transfers
    union all
    select unit_ref, origin_of(source, locator) from agreement_versions
),

grouped as (
    select unit_ref, count(*) as n, arg_min(evidence, evidence) as example
    from named
    where unit_ref is not null
    group by unit_ref
),

known as (
    select unit_ref, min(name) as name, min(exists_from_text) as exists_from, min(exists_to_text) as exists_to,
        records_of(origin_of(source, locator)) as evidence
    from units
    group by unit_ref
),

kin as (
    select unit_ref, list_sort(list(kin_ref) filter (where relation = 'predecessor')) as predecessors,
        list_sort(list(kin_ref) filter (where relation = 'successor')) as successors
    from unit_lineage
    group by unit_ref
)

select
    unit_ref as subject,
    case when known.unit_ref is not null then 'established' when exists (from units) then 'not_found'
        else 'not_searched' end as state,
    case when known.unit_ref is not null then to_json(struct_pack(
        name := name, exists_from := exists_from, exists_to := exists_to,
        predecessors := coalesce(predecessors, []), successors := coalesce(successors, [])
    )) end as value,
    null as unit,
    all_of([[example], known.evidence]) as evidence,
    coverage_of(['units']) as coverage,
    case when known.unit_ref is null then ['no list of units has it; records that name it: ' || n] else [] end as caveats
from grouped
left join known using (unit_ref)
left join kin using (unit_ref)
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['units']), []
from claims
where topic = 'Q18' and claim in ('asserts', 'denies') and not exists (from grouped)
having count(*) > 0
order by subject
