-- The record of a disclosure is made at the time, or as soon as possible.
-- Report:   p8.
-- Grain:    one row per entry_ref; one for the case where no threshold is stated and nothing is recorded.
-- Reads:    lags, asserted, settings.
-- Register: entries.
-- Breach:   definitely more civil days late than [rules] R13_days; the report itself states no number.
with judged as (
    select
        entry_ref as subject,
        case
            when r13_days is null then 'threshold_not_stated'
            when not are_both_bounded then 'missing_field'
            when least_days > r13_days then 'breach'
            when most_days <= r13_days and most_days >= 0 then 'conforms'
            else 'time_precision'
        end as outcome,
        evidence
    from lags
    cross join settings
    union all
    select null, 'threshold_not_stated', evidence
    from asserted
    cross join settings
    where topic = 'R13' and r13_days is null and not exists (from lags)
)

select
    subject,
    verdict_of(outcome) as verdict,
    reasons_of(outcome) as reasons,
    []::varchar[] as flags,
    evidence
from judged
order by subject
