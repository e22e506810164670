-- From which system did each image come?
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    image_custody, custody_records, claims.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found, attested, not_searched.
select
    image_ref as subject,
    case
        when len(systems) > 1 then 'conflicting'
        when len(systems) = 1 then 'established'
        when exists (from custody_records) then 'not_found'
        else 'not_searched'
    end as state,
    case when len(systems) = 1 then to_json(systems[1]) when len(systems) > 1 then to_json(systems) end as value,
    null as unit,
    case when len(systems) > 0 then image_records else shared_evidence end as evidence,
    coverage_of(['custody_records']) as coverage,
    case when len(systems) > 1 then ['more than one system holds it'] when is_image_recorded and len(systems) = 0 then
        ['its record does not say which system'] else [] end as caveats
from image_custody
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['custody_records']), []
from claims
where topic = 'Q04' and claim in ('asserts', 'denies') and not exists (from image_custody)
having count(*) > 0
order by subject
