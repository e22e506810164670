-- Every disclosure that an independent register shows has an entry in the intelligence system.
-- Report:   p8.
-- Grain:    one row per transfer, per receipt that answers no known transfer, and per enrolment of an image that neither
--           names; one for the case where only the intelligence system was examined.
-- Reads:    transfers, transfer_links, receipts, enrolments, disclosures, disclosed_images, kept_apart, complete_spans,
--           registers_examined, asserted.
-- Register: transfers.
-- Breach:   nothing that may be its entry, in an intelligence system declared complete for that time.
with lone_receipts as (
    select receipt_ref, recipient_ref, occurred_earliest, occurred_latest, unnest(image_refs) as image_ref,
        origin_of(source, locator) as evidence
    from receipts
    where transfer_ref is null or transfer_ref not in (select transfer_ref from transfers)
),

lone_enrolments as (
    select enrolment_ref, image_ref, enrolled_earliest, enrolled_latest, origin_of(source, locator) as evidence
    from enrolments
    where image_ref not in (select unnest(image_refs) from transfers where image_refs is not null)
        and image_ref not in (select unnest(image_refs) from receipts where image_refs is not null)
),

arrivals as (
    select receipt_ref as subject, null as unit_ref, occurred_earliest, occurred_latest, image_ref, evidence
    from lone_receipts
    union all
    select enrolment_ref, null, enrolled_earliest, enrolled_latest, image_ref, evidence from lone_enrolments
),

arrived as (
    select
        subject,
        min(occurred_earliest) as occurred_earliest,
        max(occurred_latest) as occurred_latest,
        bool_and(exists (
            from disclosed_images
            where disclosed_images.image_ref = arrivals.image_ref
                and coalesce(disclosed_images.earliest < arrivals.occurred_latest, true)
        )) as is_recorded,
        bool_or(exists (from kept_apart where contains(kept_apart.verbatim, arrivals.image_ref))) as is_mentioned,
        set_of(evidence) as evidence
    from arrivals
    group by subject
),

judged as (
    select
        transfer_ref as subject,
        case
            when use is null and link <> 'named' then 'missing_field'
            when link in ('named', 'same_images') then 'conforms'
            when link in ('unsure', 'quarantined') then 'link_unsure'
            when is_complete('entries', unit_ref, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        evidence
    from transfer_links
    union all
    select
        subject,
        case
            when is_recorded then 'conforms'
            when is_mentioned then 'link_unsure'
            when is_complete('entries', null, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end,
        evidence
    from arrived
    union all
    select null, 'single_source', all_of([list(evidence)])
    from (
        select unnest(evidence) as evidence from disclosures
        union all
        select unnest(evidence) from asserted where topic = 'R12'
    )
    where not exists (from registers_examined where table_name in ('transfers', 'receipts', 'enrolments'))
    having count(*) > 0
)

select
    subject,
    verdict_of(outcome) as verdict,
    reasons_of(outcome) as reasons,
    []::varchar[] as flags,
    evidence
from judged
order by subject
