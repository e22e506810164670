-- Each occasion has a purpose: to prevent crime, to protect the vulnerable, or to support the safety strategy.
-- Report:   p9.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, asserted.
-- Register: entries.
-- Breach:   purposes are stated, and none of the three is among them.
with judged as (
    select
        occasion_ref as subject,
        case
            when list_has_any(reasons, ['prevent_crime', 'protect_vulnerable', 'support_safety_strategy']) then 'conforms'
            when len(reasons) > 0 then 'breach'
            else 'missing_field'
        end as outcome,
        evidence
    from disclosures
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R24' and not exists (from disclosures)
order by subject
