-- How many civil days after a disclosure its entry was made, at least and at most.
-- Grain:  one row per entry_ref.
-- Reads:  entries.
-- are_both_read: both dates can be read; are_both_bounded: both have two bounds.
with shares as (
    select
        entry_ref,
        day_of(recorded_earliest) - day_of(occurred_latest - interval 1 microsecond) as least_days,
        day_of(recorded_latest - interval 1 microsecond) - day_of(occurred_earliest) as most_days,
        recorded_precision is not null and occurred_precision is not null as are_both_read,
        recorded_earliest is not null and recorded_latest is not null
            and occurred_earliest is not null and occurred_latest is not null as are_both_bounded,
        origin_of(source, locator) as evidence
    from entries
    where use = 'facial_recognition' and direction = 'out'
)

select entry_ref, min(least_days) as least_days, max(most_days) as most_days, bool_and(are_both_read) as are_both_read,
    bool_and(are_both_bounded) as are_both_bounded, records_of(evidence) as evidence
from shares
group by entry_ref
