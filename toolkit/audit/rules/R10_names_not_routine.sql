-- Names are "not routinely" provided.
-- Report:   p7.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, asserted.
-- Register: entries.
-- No breach is possible: "not routinely" names no number, and each file with a name needs its own reason.
with judged as (
    select
        occasion_ref as subject,
        case
            when names_included is null then 'missing_field'
            when names_included then 'threshold_not_stated'
            else 'conforms'
        end as outcome,
        evidence
    from disclosures
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['threshold_not_stated'], [], evidence
from asserted
where topic = 'R10' and not exists (from disclosures)
order by subject
