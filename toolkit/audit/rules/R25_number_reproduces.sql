-- The number of images published reproduces from the records.
-- Report:   p9.
-- Grain:    one row for the case.
-- Reads:    claims, disclosures, shared_images, transfers, receipts, image_names, settings, complete_spans,
--           registers_examined.
-- Register: entries.
-- Needs:    entries.
-- Breach:   another number of images, in an intelligence system declared complete for the period. It conforms only where
--           an independent source has every one of them.
with counted as (
    select count(*) as occasions, (select count(*) from shared_images) as images, all_of(list(evidence)) as evidence
    from disclosures
),

-- As the register writes it, or as the entry does that it is surely linked to.
independent as (
    select coalesce(image_names.image_ref, kept.written) as image_ref
    from (
        select 'transfers' as left_table, transfer_ref as left_ref, unnest(image_refs) as written
        from transfers
        where use = 'facial_recognition'
        union all
        select 'receipts', receipt_ref, unnest(image_refs) from receipts
    ) as kept
    left join image_names on image_names.is_sure
        and kept.left_table = image_names.left_table and kept.left_ref = image_names.left_ref
        and kept.written = image_names.written
),

stated as (
    select max("count") as n, count(distinct "count") as numbers, records_of(evidence) as evidence
    from claims
    where topic = 'R25' and "count" is not null and count_unit = 'images'
),

judged as (
    select
        case
            when occasions = 0 and not is_held('entries', from_earliest, to_latest) then 'single_source'
            when counted.images <> stated.n or numbers > 1 then
                case when is_complete('entries', null, from_earliest, to_latest) then 'breach' else 'out_of_coverage' end
            when occasions > 0 and not exists (from shared_images anti join independent using (image_ref)) then 'conforms'
            else 'single_source'
        end as outcome,
        all_of([counted.evidence, stated.evidence]) as evidence
    from counted
    cross join stated
    cross join settings
    where stated.n is not null
)

select null as subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
