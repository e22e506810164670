-- When facial recognition ceased: the end of the last system, or, where none is known to the day, of the case's period.
-- Grain:  one row.
-- Reads:  systems, settings.
with ends as (
    select
        max(end_earliest(operated_to_text, operated_to_earliest, operated_to_latest, operated_to_precision))
            as ceased_earliest,
        max(operated_to_latest) as ceased_latest,
        bool_and(operated_to_precision is not null) as are_all_stated,
        records_of(origin_of(source, locator)) as evidence
    from systems
)

select
    case when are_all_stated then ends.ceased_earliest else to_earliest end as ceased_earliest,
    case when are_all_stated then ends.ceased_latest else to_latest end as ceased_latest,
    evidence
from ends
cross join settings
