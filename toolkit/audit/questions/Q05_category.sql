-- Into which category did each person fall: wanted, known offender, missing?
-- Report:   p4.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    image_custody, custody_records, claims.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found, attested, not_searched.
select
    image_ref as subject,
    case
        when len(categories) > 1 then 'conflicting'
        when len(categories) = 1 then 'established'
        when exists (from custody_records) then 'not_found'
        else 'not_searched'
    end as state,
    case when len(categories) = 1 then to_json(categories[1]) when len(categories) > 1 then to_json(categories) end
        as value,
    null as unit,
    case when len(categories) > 0 then person_records else shared_evidence end as evidence,
    coverage_of(['custody_records']) as coverage,
    case when len(categories) > 0 then ['the record does not say from when the category applied'] else [] end as caveats
from image_custody
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['custody_records']), []
from claims
where topic = 'Q05' and claim in ('asserts', 'denies') and not exists (from image_custody)
having count(*) > 0
order by subject
