-- When was each record made, relative to the disclosure?
-- Report:   p8.
-- Grain:    one row per entry_ref.
-- Reads:    entries.
-- Register: entries.
-- States:   established, conflicting, not_found.
-- Civil days between, least and most.
with lags as (
    select
        entry_ref,
        min(day_of(recorded_earliest) - day_of(occurred_latest - interval 1 microsecond)) as least_days,
        max(day_of(recorded_latest - interval 1 microsecond) - day_of(occurred_earliest)) as most_days,
        bool_and(recorded_precision is not null and occurred_precision is not null) as are_both_dated,
        set_of(origin_of(source, locator)) as evidence
    from entries
    where use = 'facial_recognition' and direction = 'out'
    group by entry_ref
)

select
    entry_ref as subject,
    case
        when not are_both_dated then 'not_found'
        when most_days < 0 then 'conflicting'
        else 'established'
    end as state,
    case when are_both_dated then
        to_json(struct_pack(least_days := greatest(least_days, least(0, most_days)), most_days := most_days)) end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    given([
        case when not are_both_dated then 'one of the two dates is blank or unreadable' end,
        case when most_days < 0 then 'recorded before it happened' end,
        case when least_days <> most_days then 'the dates are too coarse for one number' end
    ]) as caveats
from lags
order by subject
