-- The number of images published reproduces from the records.
-- Report:   p9.
-- Grain:    one row for the case.
-- Reads:    claims, disclosures, entered_disclosures, sent_elsewhere, sent, transfers, receipts, image_names, settings,
--           complete_spans, registers_examined.
-- Register: entries.
-- Needs:    entries.
-- Breach:   another number of images than the intelligence system has, declared complete for the period, or fewer than it and
--           other registers show together. It conforms only where an independent source has every one of them and no register has
--           another.
with counted as (
    select (select count(*) from entered_disclosures) as occasions,
        (select count(distinct image_ref) from (select unnest(image_refs) as image_ref from disclosures)) as images,
        (select coalesce(sum(n), 0)::bigint from sent_elsewhere where unit = 'images') as elsewhere,
        all_of(list(entry_evidence)) as evidence,
        (select all_of(list(evidence)) from sent where event_table <> 'entries' and doubt is null) as other_evidence
    from disclosures
),

-- Why records that may show another image do not say so.
doubts as (
    select min(doubt) as doubt
    from (
        select doubt, unnest(case when len(image_refs) = 0 then [null] else image_refs end) as image_ref
        from sent
        where doubt is not null
    )
    where image_ref is null or image_ref not in (select unnest(image_refs) from disclosures)
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
            when occasions = 0 and elsewhere = 0 and not is_held('entries', from_earliest, to_latest) then 'single_source'
            when numbers > 1 or counted.images > stated.n then
                case when is_complete('entries', null, from_earliest, to_latest) then 'breach' else 'out_of_coverage' end
            when counted.images + elsewhere > stated.n then
                case when is_complete('entries', null, from_earliest, to_latest) then 'breach' else 'out_of_coverage' end
            when counted.images + elsewhere < stated.n then
                case
                    when doubt is not null then doubt
                    when is_complete('entries', null, from_earliest, to_latest) then 'breach'
                    else 'out_of_coverage'
                end
            when elsewhere > 0 then 'records_disagree'
            when doubt is not null then doubt
            when occasions > 0 and not exists (
                from (select unnest(image_refs) as image_ref from disclosures) as entered anti join independent using (image_ref)
            ) then 'conforms'
            else 'single_source'
        end as outcome,
        all_of([counted.evidence, case when elsewhere > 0 then counted.other_evidence end, stated.evidence]) as evidence
    from counted
    cross join doubts
    cross join stated
    cross join settings
    where stated.n is not null
)

select null as subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
