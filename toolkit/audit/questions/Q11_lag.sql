-- When was each record made, relative to the disclosure?
-- Report:   p8.
-- Grain:    one row per entry_ref.
-- Reads:    lags.
-- Register: entries.
-- States:   established, conflicting, not_found.
-- Civil days between, least and most.
select
    entry_ref as subject,
    case
        when not are_both_read then 'not_found'
        when most_days < 0 then 'conflicting'
        else 'established'
    end as state,
    case when are_both_read then
        to_json(struct_pack(least_days := greatest(least_days, least(0, most_days)), most_days := most_days)) end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    given([
        case when not are_both_read then 'one of the two dates is blank or unreadable' end,
        case when most_days < 0 then 'recorded before it happened' end,
        case when least_days <> most_days then 'the dates are too coarse for one number' end
    ]) as caveats
from lags
order by subject
