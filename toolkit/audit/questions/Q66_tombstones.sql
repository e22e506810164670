-- Was a record ever held and later destroyed, and is the destruction recorded?
-- Report:   p8.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    clauses, disclosed_images, disposals, enrolments, settings, complete_spans, registers_examined, duties,
--           claims, agreement_versions.
-- Register: entries.
-- Awaits:   disposals.
-- States:   destroyed, record_missing, not_found, no_duty, not_searched.
with shared as (select image_ref, max(latest) as last_latest, all_of(list(evidence)) as evidence from disclosed_images
    group by image_ref),

gone as (
    select
        image_ref,
        list(struct_pack(
            act := act,
            "when" := struct_pack(
                "text" := occurred_text, earliest := moment(occurred_earliest), latest := moment(occurred_latest),
                "precision" := occurred_precision
            ),
            witness := witness_post_ref
        ) order by occurred_earliest nulls last, disposal_ref) as acts,
        set_of(origin_of(source, locator)) as evidence
    from (select *, unnest(image_refs) as image_ref from disposals where act <> 'collection')
    group by image_ref
),

kept as (
    select image_ref, set_of(origin_of(source, locator)) as evidence from enrolments group by image_ref
)

select
    image_ref as subject,
    case when acts is not null then 'destroyed'
        else silent_state('disposals', 'disposals', 'Q66', from_earliest, coalesce(as_at_latest, to_latest), false) end
        as state,
    to_json(acts) as value,
    null as unit,
    all_of([shared.evidence, kept.evidence, gone.evidence]) as evidence,
    coverage_of(['disposals']) as coverage,
    case when acts is null then ['it was held: the record of its disclosure says so'] else [] end as caveats
from shared
left join gone using (image_ref)
left join kept using (image_ref)
cross join settings
order by subject
