-- What else was in the files: names, other personal data?
-- Report:   p7.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, claims, entries.
-- Register: entries.
-- States:   established, not_found, attested, not_searched.
select
    occasion_ref as subject,
    case when names_included is null and other_personal_data is null then 'not_found' else 'established' end as state,
    case when names_included is not null or other_personal_data is not null then
        to_json(struct_pack(names := names_included, other_personal_data := other_personal_data)) end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    given([
        case when names_included is null then 'no entry says whether names were included' end,
        case when other_personal_data is null then 'no entry says whether other personal data was included' end
    ]) as caveats
from disclosures
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['entries']), []
from claims
where topic = 'Q03' and claim in ('asserts', 'denies') and not exists (from disclosures)
having count(*) > 0
order by subject
