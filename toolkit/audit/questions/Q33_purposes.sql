-- Which purpose was stated on each occasion?
-- Report:   p9.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, entries, claims.
-- Register: entries.
-- States:   established, not_found, attested, not_searched.
select
    occasion_ref as subject,
    case when len(reasons) > 0 then 'established' else 'not_found' end as state,
    case when len(reasons) > 0 then to_json(reasons) end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    case when len(reasons) = 0 then ['no entry states a purpose'] else [] end as caveats
from disclosures
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['entries']), []
from claims
where topic = 'Q33' and claim in ('asserts', 'denies') and not exists (from disclosures)
having count(*) > 0
order by subject
