-- How many civil days after a disclosure its entry was made, at least and at most, by every record of when it was.
-- Grain:  one row per entry_ref.
-- Reads:  entries, disclosures.
-- A linked transfer dates the disclosure as well as the entry: where both overlap, that time; else from the first to the last.
-- are_both_read: both dates can be read; are_both_bounded: both have two bounds.
with dated as (
    select
        entry_ref,
        recorded_earliest,
        recorded_latest,
        recorded_precision,
        coalesce(occurred_precision, disclosures."precision") as occurred_precision,
        case when disclosures.is_widened then disclosures.earliest else greatest(disclosures.earliest, occurred_earliest)
            end as occurred_earliest,
        case when disclosures.is_widened then disclosures.latest else least(disclosures.latest, occurred_latest) end
            as occurred_latest,
        case when disclosures.is_widened then disclosures.evidence else [] end as other_evidence,
        origin_of(source, locator) as evidence
    from entries
    left join (
        select occasion_ref, earliest, latest, "precision", is_widened, evidence
        from disclosures
        where len(log_evidence) > 0 or is_widened
    ) as disclosures on coalesce(entries.occasion_ref, entry_ref) = disclosures.occasion_ref
    where use = 'facial_recognition' and direction = 'out'
),

shares as (
    select
        entry_ref,
        day_of(recorded_earliest) - day_of(occurred_latest - interval 1 microsecond) as least_days,
        day_of(recorded_latest - interval 1 microsecond) - day_of(occurred_earliest) as most_days,
        recorded_precision is not null and occurred_precision is not null as are_both_read,
        recorded_earliest is not null and recorded_latest is not null
            and occurred_earliest is not null and occurred_latest is not null as are_both_bounded,
        all_of([[evidence], other_evidence]) as evidence
    from dated
)

select entry_ref, min(least_days) as least_days, max(most_days) as most_days, bool_and(are_both_read) as are_both_read,
    bool_and(are_both_bounded) as are_both_bounded, flatten(list(evidence)) as evidence
from shares
group by entry_ref
