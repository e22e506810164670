-- Physical media are collected by the SPOC and then destroyed.
-- Report:   p8.
-- Grain:    one row per medium_ref that carried images or was disposed of; one for the case where only statements speak.
-- Reads:    media_disposals, tenures, settings, complete_spans, asserted.
-- Register: transfers.
-- Needs:    disposals, posts.
-- Breach:   destroyed before it was collected; collected by one who definitely was not SPOC, in a roster declared complete;
--           destroyed and never collected, in a disposals register declared complete.
with collectors as (
    select
        media_disposals.medium_ref,
        coalesce(bool_or(cover(
            collected_earliest, collected_latest, begin_earliest, begin_latest, tenures.end_earliest, tenures.end_latest
        ) = 'definite'), false) as is_spoc,
        coalesce(bool_or(cover(
            collected_earliest, collected_latest, begin_earliest, begin_latest, tenures.end_earliest, tenures.end_latest
        ) <> 'outside'), false) as is_possibly_spoc,
        records_of(tenures.evidence) as evidence
    from (select *, unnest(collectors) as post_ref from media_disposals) as media_disposals
    inner join tenures on media_disposals.post_ref = tenures.post_ref and tenures.post = 'spoc'
    group by media_disposals.medium_ref
),

judged as (
    select
        media_disposals.medium_ref as subject,
        case
            when is_wrong_order then 'breach'
            when destroyed is not null and collected is null
                and is_complete('disposals', null, coalesce(carried_earliest, from_earliest), destroyed_latest) then 'breach'
            when collected is null or destroyed is null then 'missing_field'
            when not is_in_order then 'time_precision'
            when coalesce(is_spoc, false) then 'conforms'
            when len(given(media_disposals.collectors)) = 0 then 'missing_field'
            when coalesce(is_possibly_spoc, false) then 'time_precision'
            when is_complete('posts', null, collected_earliest, collected_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([media_disposals.evidence, collectors.evidence]) as evidence
    from media_disposals
    left join collectors using (medium_ref)
    cross join settings
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R21' and not exists (from judged)
order by subject
