-- Was any person under 18?
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    disclosed_images, custody_records.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found, not_searched.
-- By the status recorded when the image was captured; whether a person was a victim or witness is in no register.
with shared as (
    select image_ref, list_distinct(flatten(list(coalesce(subject_refs, [])))) as subject_refs,
        all_of(list(evidence)) as evidence
    from disclosed_images
    group by image_ref
),

recorded as (
    select shared.image_ref, set_of(nullif(custody_records.age_status, 'unknown')) as statuses,
        set_of(origin_of(custody_records.source, custody_records.locator)) as evidence
    from (select image_ref, unnest(subject_refs) as subject_ref from shared) as shared
    inner join custody_records on shared.subject_ref = custody_records.subject_ref
    group by shared.image_ref
)

select
    image_ref as subject,
    case
        when len(statuses) > 1 then 'conflicting'
        when len(statuses) = 1 then 'established'
        when exists (from custody_records) then 'not_found'
        else 'not_searched'
    end as state,
    case when len(statuses) = 1 then to_json(statuses[1]) when len(statuses) > 1 then to_json(statuses) end as value,
    null as unit,
    case when len(statuses) > 0 then recorded.evidence else shared.evidence end as evidence,
    coverage_of(['custody_records']) as coverage,
    case when len(statuses) > 0 then ['as recorded when the image was captured'] else [] end as caveats
from shared
left join recorded using (image_ref)
order by subject
