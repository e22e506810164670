-- Does the other party's account agree?
-- Report:   p9.
-- Grain:    one row per image_ref that either side names.
-- Reads:    disclosures, transfer_links, receipts, enrolments, recorded_matches, image_names, image_spellings, police_images,
--           police_units, settings, complete_spans, registers_examined.
-- Register: entries.
-- Awaits:   receipts.
-- States:   established, conflicting, not_found, not_searched.
-- Sender: entries. Recipient: receipts, enrolments, matches. conflicting: one side has it, and the register of the other, declared
-- complete for the period, does not; or it is not sure that what the recipient has is this image. An image that the recipient
-- writes otherwise is the one it is linked to. One that no register of the police knows, and of which no record says that the
-- police sent it, is on the recipient's list from elsewhere, or its source is not recorded.
with sent as (
    select image_ref, all_of(list(entry_evidence)) as evidence
    from (select unnest(image_refs) as image_ref, entry_evidence from disclosures)
    group by image_ref
),

kept as (
    select 'receipts' as left_table, receipt_ref as left_ref, unnest(image_refs) as written, from_ref,
        origin_of(source, locator) as evidence
    from receipts
    where coalesce(recipient_ref not in (select unit_ref from police_units), true)
    union all
    select 'enrolments', enrolment_ref, image_ref, from_ref, origin_of(source, locator) from enrolments
    union all
    select 'recorded_matches', match_ref, image_ref, null, origin_of(source, locator) from recorded_matches
),

received as (
    select
        coalesce(image_names.image_ref, image_spellings.image_ref, kept.written) as image_ref,
        bool_or(coalesce(image_names.is_sure, true)) as is_sure,
        bool_or(coalesce(from_ref in (select unit_ref from police_units), false)) as is_from_police,
        records_of(kept.evidence) as evidence
    from kept
    left join image_names using (left_table, left_ref, written)
    left join image_spellings on kept.left_table = 'recorded_matches' and kept.written = image_spellings.written
    group by 1
),

compared as (
    select
        coalesce(sent.image_ref, received.image_ref) as image_ref,
        sent.image_ref is not null as is_sent,
        received.image_ref is not null as is_received,
        coalesce(is_sure, true) as is_sure,
        coalesce(is_from_police, false) or police_images.image_ref is not null as is_known,
        all_of([sent.evidence, received.evidence]) as evidence
    from sent
    full join received using (image_ref)
    left join police_images on received.image_ref = police_images.image_ref
)

select
    image_ref as subject,
    case
        when is_sent and is_received and not is_sure then 'conflicting'
        when is_sent and is_received then 'established'
        when not is_received and is_complete('receipts', null, from_earliest, to_latest) then 'conflicting'
        when not is_sent and not is_known then 'not_found'
        when not is_sent and is_complete('entries', null, from_earliest, to_latest) then 'conflicting'
        when not is_received and not is_held('receipts', from_earliest, to_latest) then 'not_searched'
        else 'not_found'
    end as state,
    to_json(case
        when is_sent and is_received and not is_sure then 'the recipient may have it'
        when is_sent and is_received then 'both sides have it'
        when not is_received then 'only the sender has it'
        when not is_known then 'on the recipient''s list, from elsewhere or not recorded'
        else 'only the recipient has it'
    end) as value,
    null as unit,
    case when is_received then evidence else all_of([evidence, examined_for_each(['receipts', 'enrolments'])]) end as evidence,
    coverage_of(['entries', 'receipts', 'enrolments', 'recorded_matches']) as coverage,
    given([
        case when not is_received and not is_held('receipts', from_earliest, to_latest) then
            'no receipts of the recipient were supplied' end,
        case when not is_sure then 'the recipient writes it otherwise, and nobody has decided whether it is this image' end,
        case when not is_sent and not is_known then 'no register of the police knows it' end
    ]) as caveats
from compared
cross join settings
order by subject
