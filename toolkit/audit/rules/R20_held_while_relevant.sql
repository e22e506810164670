-- Images are held only while that is relevant to the agreement.
-- Report:   p8.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    disclosed_images, agreement_cover, validity, image_tombstones, settings, complete_spans, asserted.
-- Register: entries.
-- Needs:    disposals.
-- Breach:   definitely still held more than [rules] R20_days civil days after the end of the agreement under which it was
--           shared; without a record of its disposal, only in a disposals register declared complete. The report states
--           neither a number nor another end of relevance.
with occasions as (
    select
        agreement_cover.occasion_ref,
        min(validity.end_earliest) as ended_earliest,
        max(validity.end_latest) as ended_latest,
        bool_or(validity.end_latest is null) as is_open,
        records_of(validity.evidence) as evidence
    from agreement_cover
    inner join validity using (agreement_ref, version)
    group by agreement_cover.occasion_ref
),

covers as (
    select disclosed_images.image_ref, ended_earliest, ended_latest, coalesce(is_open, false) as is_open,
        occasions.occasion_ref is not null as is_covered, coalesce(occasions.evidence, []) as evidence
    from disclosed_images
    left join occasions using (occasion_ref)
),

ends as (
    select image_ref, max(ended_earliest) as ended_earliest, max(ended_latest) as ended_latest, bool_or(is_open) as is_open,
        bool_and(is_covered) as is_covered, all_of(list(evidence)) as evidence
    from covers
    group by image_ref
),

judged as (
    select
        ends.image_ref as subject,
        case
            when r20_days is null then 'threshold_not_stated'
            when not is_covered then 'out_of_coverage'
            when is_open or is_undated then 'missing_field'
            when day_of(gone_latest - interval 1 microsecond) - day_of(ended_earliest - interval 1 microsecond) <= r20_days
                then 'conforms'
            when day_of(gone_earliest) - day_of(ended_latest - interval 1 microsecond) > r20_days then 'breach'
            when gone.image_ref is not null then 'time_precision'
            when day_of(as_at_earliest) - day_of(ended_latest - interval 1 microsecond) > r20_days
                and is_complete('disposals', null, ended_earliest, as_at_earliest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([ends.evidence, gone.evidence]) as evidence
    from ends
    left join image_tombstones as gone using (image_ref)
    cross join settings
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['threshold_not_stated'], [], evidence
from asserted
where topic = 'R20' and not exists (from judged)
order by subject
