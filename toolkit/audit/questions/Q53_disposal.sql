-- When was each image destroyed or deleted, by whom, how, and who watched?
-- Report: p8.
-- Grain:  one row per image_ref that was disclosed.
-- Reads:  clauses, shared_images, image_tombstones, verifications, claims, asserted, settings, complete_spans,
--         registers_examined, duties, agreement_versions.
-- Register: entries.
-- Awaits: disposals.
-- States: destroyed, conflicting, attested, record_missing, not_found, no_duty, not_searched.
-- conflicting: it was shared again after its last disposal, or the two cannot be ordered, or a copy was found later.
with copies as (
    select image_ref, records_of(origin_of(source, locator)) as evidence
    from (select *, unnest(image_refs) as image_ref from verifications where result = 'copy_found')
    group by image_ref
),

answered as (
    select
        shared_images.image_ref,
        case
            when copies.image_ref is not null and gone.image_ref is not null then 'conflicting'
            when gone.image_ref is not null and coalesce(gone_latest <= last_earliest, false) then 'conflicting'
            when gone.image_ref is not null and not coalesce(gone_earliest >= last_latest, false)
                and not coalesce(gone_latest > last_latest and gone_earliest >= last_earliest, false)
                then 'conflicting'
            when gone.image_ref is not null then 'destroyed'
            when exists (from asserted where topic = 'Q53') then 'attested'
            else silent_state('disposals', 'disposals', 'Q53', last_earliest, coalesce(as_at_latest, to_latest), false, true)
        end as state,
        acts,
        copies.image_ref is not null as is_copy_found,
        all_of([shared_images.evidence, gone.evidence, copies.evidence]) as evidence
    from shared_images
    left join image_tombstones as gone using (image_ref)
    left join copies using (image_ref)
    cross join settings
)

select
    image_ref as subject,
    state,
    case when acts is not null then to_json(acts)
        when state = 'attested' then (select to_json(min(value)) from claims where topic = 'Q53') end as value,
    null as unit,
    evidence,
    coverage_of(['disposals']) as coverage,
    list_filter(
        [
            case when is_copy_found then 'a later check found a copy' end,
            case when state = 'conflicting' and not is_copy_found then
                'it was shared again afterwards, or the dates cannot be ordered' end,
            case when len(list_filter(acts, lambda act: act.witness is null)) > 0 then 'no witness is recorded' end,
            case when len(list_filter(acts, lambda act: act.witness = 'none')) > 0 then
                'the record says that nobody watched' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from answered
order by subject
