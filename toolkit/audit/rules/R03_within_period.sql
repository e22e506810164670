-- Disclosures fall within the period: May 2016 to March 2018.
-- Report:   p4, p9.
-- Grain:    one row per sharing, whichever register shows it; one for the case where only statements speak.
-- Reads:    sharings, cessation, settings, asserted.
-- Register: entries.
-- Breach:   definitely before the first day of the period or after its last.
-- In the month in which the period ends, a disclosure conforms only where the day of cessation is known and not before it.
with judged as (
    select
        occasion_ref as subject,
        case
            when "precision" is null then 'missing_field'
            when latest <= from_earliest or earliest >= to_latest then 'breach'
            when earliest >= from_earliest and latest <= greatest(to_earliest, least(ceased_earliest, to_latest))
                then 'conforms'
            else 'time_precision'
        end as outcome,
        sharings.evidence
    from sharings
    cross join settings
    cross join cessation
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R3' and not exists (from sharings)
order by subject
