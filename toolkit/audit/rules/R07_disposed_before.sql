-- The person had been arrested and charged, cautioned, reprimanded or formally warned before the image was shared.
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    image_disposals, asserted.
-- Register: entries.
-- Breach:   the records of that person show none by that date.
with judged as (
    select
        image_ref as subject,
        case
            when subjects <> 1 then 'identity_unresolved'
            when is_before then 'conforms'
            when is_open then 'time_precision'
            when is_recorded then 'breach'
            else 'out_of_coverage'
        end as outcome,
        evidence
    from image_disposals
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R7' and not exists (from image_disposals)
order by subject
