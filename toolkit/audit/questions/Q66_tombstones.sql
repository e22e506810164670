-- Was a record ever held and later destroyed, and is the destruction recorded?
-- Report:   p8.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    clauses, shared_images, image_tombstones, enrolments, settings, complete_spans, registers_examined, duties,
--           claims, agreement_versions.
-- Register: entries.
-- Awaits:   disposals.
-- States:   destroyed, record_missing, not_found, no_duty, not_searched.
with kept as (
    select image_ref, records_of(origin_of(source, locator)) as evidence from enrolments group by image_ref
)

select
    image_ref as subject,
    case when acts is not null then 'destroyed'
        else silent_state('disposals', 'disposals', 'Q66', from_earliest, coalesce(as_at_latest, to_latest), false, true) end
        as state,
    to_json(list_transform(
        acts, lambda one: struct_pack(act := one.act, "when" := one."when", witness := one.witness)
    )) as value,
    null as unit,
    all_of([shared_images.evidence, kept.evidence, gone.evidence]) as evidence,
    coverage_of(['disposals']) as coverage,
    case when acts is null then ['it was held: the record of its disclosure says so'] else [] end as caveats
from shared_images
left join image_tombstones as gone using (image_ref)
left join kept using (image_ref)
cross join settings
order by subject
