-- Is every agreement relied on in the central register?
-- Report:   p16.
-- Grain:    one row per agreement_ref under which something may have been shared; one where only statements speak.
-- Reads:    agreement_cover, agreement_versions, claims.
-- Register: agreement_versions.
-- States:   established, not_found, attested, not_searched.
with relied_on as (select distinct agreement_ref from agreement_cover where cover <> 'outside'),

registered as (
    select agreement_ref, min(registered_text) as registered, records_of(origin_of(source, locator)) as evidence
    from relied_on
    inner join agreement_versions using (agreement_ref)
    group by agreement_ref
)

select
    agreement_ref as subject,
    case when registered is not null then 'established' else 'not_found' end as state,
    to_json(registered) as value,
    null as unit,
    evidence,
    coverage_of(['agreement_versions']) as coverage,
    case when registered is null then ['no date of entry in the central register is recorded'] else [] end as caveats
from registered
union all
select null, 'attested', to_json(coalesce(min(value), 'planned')), null, records_of(evidence),
    coverage_of(['agreement_versions']), []
from claims
where topic = 'Q28' and claim = 'asserts' and not exists (from registered)
having count(*) > 0
order by subject
