-- Every disclosure that an independent register shows has an entry in the intelligence system.
-- Report:   p8.
-- Grain:    one row per transfer, per receipt that answers no known transfer or names an image that this lacks, and per
--           enrolment or match of an image that neither explains; one for the case where only the intelligence system was examined.
-- Reads:    transfer_links, sent, receipts, record_links, disclosures, entered_disclosures, complete_spans,
--           registers_examined, asserted.
-- Register: transfers.
-- Needs:    entries.
-- Breach:   nothing that may be its entry, or that of one of its images, in an intelligence system declared complete for that
--           time. A recipient's image that no register of the police knows may be from elsewhere: identity_unresolved.
with entered as (select distinct unnest(image_refs) as image_ref from entered_disclosures),

judged as (
    select
        transfer_ref as ref,
        'transfers' as event_table,
        case
            when link = 'undecided' or (use is null and link <> 'named') then 'missing_field'
            when link = 'named' and lost_images is null then 'missing_field'
            when link = 'same_images' or (link = 'named' and len(lost_images) = 0) then 'conforms'
            when link in ('unsure', 'quarantined') then 'link_unsure'
            when link = 'named' and list_has_any(lost_images, (select coalesce(list(image_ref), []) from entered))
                then 'link_unsure'
            when is_complete('entries', unit_ref, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        evidence
    from transfer_links
    union all
    select
        ref,
        event_table,
        case
            when doubt is not null then doubt
            when is_complete('entries', null, coalesce(earliest, latest - interval 1 day), latest) then 'breach'
            else 'out_of_coverage'
        end,
        evidence
    from sent
    where event_table not in ('entries', 'transfers')
    union all
    select receipts.receipt_ref, 'receipts', 'conforms', all_of([[origin_of(receipts.source, receipts.locator)], record_links.evidence])
    from receipts
    inner join record_links on record_links.left_table = 'receipts' and receipts.receipt_ref = record_links.left_ref
    where record_links.link = 'same_images'
),

twice as (select ref from judged group by ref having count(distinct event_table) > 1)

select
    case when twice.ref is null then judged.ref else event_table || ' ' || judged.ref end as subject,
    verdict_of(outcome) as verdict,
    reasons_of(outcome) as reasons,
    []::varchar[] as flags,
    evidence
from judged
left join twice using (ref)
union all
select null, 'cannot_determine', ['single_source'], [], all_of([list(evidence)])
from (
    select unnest(entry_evidence) as evidence from disclosures
    union all
    select unnest(evidence) from asserted where topic = 'R12'
)
where not exists (from registers_examined where table_name in ('transfers', 'receipts', 'enrolments', 'recorded_matches'))
having count(*) > 0
order by subject
