-- Does the other party's account agree?
-- Report:   p9.
-- Grain:    one row per image_ref that either side names.
-- Reads:    shared_images, receipts, enrolments, image_names, settings, complete_spans, registers_examined.
-- Register: entries.
-- Awaits:   receipts.
-- States:   established, conflicting, not_found, not_searched.
-- Sender: entries. Recipient: receipts and enrolments. conflicting: one side has it, and the register of the other, declared
-- complete for the period, does not; or it is not sure that what the recipient has is this image. An image that the recipient
-- writes otherwise is the one it is linked to.
with sent as (select image_ref, evidence from shared_images),

kept as (
    select 'receipts' as left_table, receipt_ref as left_ref, unnest(image_refs) as written,
        origin_of(source, locator) as evidence
    from receipts
    union all
    select 'enrolments', enrolment_ref, image_ref, origin_of(source, locator) from enrolments
),

received as (
    select
        coalesce(image_names.image_ref, kept.written) as image_ref,
        bool_or(coalesce(image_names.is_sure, true)) as is_sure,
        records_of(kept.evidence) as evidence
    from kept
    left join image_names using (left_table, left_ref, written)
    group by 1
)

select
    coalesce(sent.image_ref, received.image_ref) as subject,
    case
        when sent.image_ref is not null and received.image_ref is not null and not is_sure then 'conflicting'
        when sent.image_ref is not null and received.image_ref is not null then 'established'
        when received.image_ref is null and is_complete('receipts', null, from_earliest, to_latest) then 'conflicting'
        when sent.image_ref is null and is_complete('entries', null, from_earliest, to_latest) then 'conflicting'
        when received.image_ref is null and not is_held('receipts', from_earliest, to_latest) then 'not_searched'
        else 'not_found'
    end as state,
    case when sent.image_ref is not null and received.image_ref is not null and not is_sure
            then to_json('the recipient may have it')
        when sent.image_ref is not null and received.image_ref is not null then to_json('both sides have it')
        when received.image_ref is null then to_json('only the sender has it')
        else to_json('only the recipient has it') end as value,
    null as unit,
    all_of([sent.evidence, received.evidence]) as evidence,
    coverage_of(['entries', 'receipts', 'enrolments']) as coverage,
    given([
        case when received.image_ref is null and not is_held('receipts', from_earliest, to_latest) then
            'no receipts of the recipient were supplied' end,
        case when not is_sure then 'the recipient writes it otherwise, and nobody has decided whether it is this image' end
    ]) as caveats
from sent
full join received using (image_ref)
cross join settings
order by subject
