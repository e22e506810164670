-- Whoever receives images is a signatory, vetted NPPV2 on that date.
-- Report:   p6, p8.
-- Grain:    one row per receipt_ref; one for the case where only statements speak.
-- Reads:    clauses, receipts, tenures, complete_spans, asserted.
-- Register: receipts.
-- Needs:    posts.
-- Breach:   vetting that definitely does not reach that date; or no signatory of that name in a roster declared complete.
-- NPPV3 includes NPPV2.
with vettings as (
    select
        receipts.receipt_ref,
        len(tenures.signatory_of) > 0 as is_signatory,
        coalesce(regexp_matches(upper(tenures.vetting_level), 'NPPV *(LEVEL *)?[23]'), false) as is_level,
        tenures.vetting_level is null or tenures.vetted_from_text is null or tenures.vetted_to_text is null as is_blank,
        cover(
            receipts.occurred_earliest, receipts.occurred_latest, tenures.vetted_begin_earliest,
            tenures.vetted_begin_latest, tenures.vetted_end_earliest, tenures.vetted_end_latest
        ) as cover,
        tenures.evidence
    from receipts
    inner join tenures using (post_ref)
),

rosters as (
    select
        receipt_ref,
        bool_or(is_signatory) as is_signatory,
        bool_or(is_signatory and is_level and cover = 'definite') as is_vetted,
        bool_or(is_signatory and (is_level or is_blank) and cover <> 'outside') as is_possibly_vetted,
        bool_or(is_signatory and is_blank and cover <> 'outside') as is_blank,
        list(evidence) as evidence
    from vettings
    group by receipt_ref
),

judged as (
    select
        receipts.receipt_ref as subject,
        case
            when receipts.post_ref is null or receipts.occurred_text is null then 'missing_field'
            when coalesce(is_vetted, false) then 'conforms'
            when coalesce(is_possibly_vetted, false) and is_blank then 'missing_field'
            when coalesce(is_possibly_vetted, false) and occurred_precision in ('year', 'month') then 'time_precision'
            when coalesce(is_possibly_vetted, false) then 'boundary_overlap'
            when coalesce(is_signatory, false)
                or is_complete('posts', recipient_ref, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([[origin_of(receipts.source, receipts.locator)], rosters.evidence]) as evidence
    from receipts
    left join rosters using (receipt_ref)
)

select
    subject,
    verdict_of(outcome) as verdict,
    reasons_of(outcome) as reasons,
    []::varchar[] as flags,
    evidence
from judged
union all
select null, 'cannot_determine',
    case when is_text_held() then ['asserted_only'] else ['asserted_only', 'rule_text_not_held'] end, [], evidence
from asserted
where topic = 'R16' and not exists (from receipts)
order by subject
