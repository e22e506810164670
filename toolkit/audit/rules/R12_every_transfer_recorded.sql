-- Every disclosure that an independent register shows has an entry in the intelligence system.
-- Report:   p8.
-- Grain:    one row per transfer, per receipt that answers no known transfer, and per enrolment of an image that neither
--           names; one for the case where only the intelligence system was examined.
-- Reads:    transfers, transfer_links, record_links, receipts, enrolments, disclosures, complete_spans,
--           registers_examined, asserted.
-- Register: transfers.
-- Needs:    entries.
-- Breach:   nothing that may be its entry, in an intelligence system declared complete for that time.
with arrived as (
    select 'receipts' as left_table, receipt_ref as subject, occurred_earliest, occurred_latest,
        origin_of(source, locator) as evidence
    from receipts
    where transfer_ref is null or transfer_ref not in (select transfer_ref from transfers)
    union all
    select 'enrolments', enrolment_ref, enrolled_earliest, enrolled_latest, origin_of(source, locator)
    from enrolments
    where image_ref not in (select unnest(image_refs) from transfers where image_refs is not null)
        and image_ref not in (select unnest(image_refs) from receipts where image_refs is not null)
),

judged as (
    select
        transfer_ref as subject,
        case
            when link = 'undecided' or (use is null and link <> 'named') then 'missing_field'
            when link in ('named', 'same_images') then 'conforms'
            when link in ('unsure', 'quarantined') then 'link_unsure'
            when is_complete('entries', unit_ref, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        evidence
    from transfer_links
    union all
    select
        arrived.subject,
        case
            when link = 'undecided' then 'missing_field'
            when link = 'same_images' then 'conforms'
            when link in ('unsure', 'quarantined') then 'link_unsure'
            when is_complete('entries', null, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end,
        all_of([[arrived.evidence], record_links.evidence, record_links.mentioned])
    from arrived
    inner join record_links on arrived.left_table = record_links.left_table and arrived.subject = record_links.left_ref
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
