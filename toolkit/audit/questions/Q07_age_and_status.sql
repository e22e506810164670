-- Was any person under 18?
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    image_custody, custody_records.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found, not_searched.
-- By the status recorded when the image was captured; whether a person was a victim or witness is in no register.
select
    image_ref as subject,
    case
        when len(age_statuses) > 1 then 'conflicting'
        when len(age_statuses) = 1 then 'established'
        when exists (from custody_records) then 'not_found'
        else 'not_searched'
    end as state,
    case when len(age_statuses) = 1 then to_json(age_statuses[1])
        when len(age_statuses) > 1 then to_json(age_statuses) end as value,
    null as unit,
    case when len(age_statuses) > 0 then person_records else shared_evidence end as evidence,
    coverage_of(['custody_records']) as coverage,
    case when len(age_statuses) > 0 then ['as recorded when the image was captured'] else [] end as caveats
from image_custody
order by subject
