-- What power was relied on, and was it recorded at the time?
-- Report:   p3.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, authorities, entries, claims.
-- Register: entries.
-- States:   established, conflicting, not_found, attested, not_searched.
-- "At the time" is the entry's own: Q11 says how late it was.
with known as (
    select authority_ref, min(citation) as citation, min(authority_kind) as authority_kind,
        records_of(origin_of(source, locator)) as evidence
    from authorities
    group by authority_ref
)

select
    occasion_ref as subject,
    case when len(authority_refs) > 1 then 'conflicting' when len(authority_refs) = 1 then 'established'
        else 'not_found' end as state,
    case
        when len(authority_refs) > 1 then to_json(authority_refs)
        when len(authority_refs) = 1
            then to_json(struct_pack(authority := authority_refs[1], citation := citation, kind := authority_kind))
    end as value,
    null as unit,
    all_of([disclosures.evidence, known.evidence]) as evidence,
    coverage_of(['entries']) as coverage,
    case when len(authority_refs) = 0 then ['no entry names a power'] else [] end as caveats
from disclosures
left join known on disclosures.authority_refs[1] = known.authority_ref
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['entries']), []
from claims
where topic = 'Q30' and claim in ('asserts', 'denies') and not exists (from disclosures)
having count(*) > 0
order by subject
