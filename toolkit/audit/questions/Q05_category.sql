-- Into which category did each person fall: wanted, known offender, missing?
-- Report:   p4.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    disclosed_images, custody_records, claims.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found, attested, not_searched.
with shared as (
    select image_ref, flatten(list(coalesce(subject_refs, []))) as subject_refs, all_of(list(evidence)) as evidence
    from disclosed_images
    group by image_ref
),

recorded as (
    select shared.image_ref, set_of(custody_records.category) as categories,
        set_of(origin_of(custody_records.source, custody_records.locator)) as evidence
    from (select image_ref, unnest(list_distinct(subject_refs)) as subject_ref from shared) as shared
    inner join custody_records on shared.subject_ref = custody_records.subject_ref
    group by shared.image_ref
)

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
    case when len(categories) > 0 then recorded.evidence else shared.evidence end as evidence,
    coverage_of(['custody_records']) as coverage,
    case when len(categories) > 0 then ['the record does not say from when the category applied'] else [] end as caveats
from shared
left join recorded using (image_ref)
union all
select null, 'attested', to_json(min(value)), null, set_of(evidence), coverage_of(['custody_records']), []
from claims
where topic = 'Q05' and claim in ('asserts', 'denies') and not exists (from shared)
having count(*) > 0
order by subject
