-- Media that carried images for facial recognition, or were disposed of: when collected, when destroyed, by whom.
-- Grain:  one row per medium_ref.
-- Reads:  transfers, disposals.
with carried as (
    select medium_ref, records_of(origin_of(source, locator)) as evidence, min(occurred_earliest) as carried_earliest,
        max(occurred_latest) as carried_latest
    from transfers
    where medium_ref is not null and use = 'facial_recognition'
    group by medium_ref
),

acts as (
    select
        medium_ref,
        max(occurred_latest) filter (where act = 'collection') as collected_latest,
        max(occurred_earliest) filter (where act = 'collection') as collected_earliest,
        min(occurred_earliest) filter (where act = 'destruction') as destroyed_earliest,
        min(occurred_latest) filter (where act = 'destruction') as destroyed_latest,
        min(coalesce(occurred_text, 'undated')) filter (where act = 'collection') as collected,
        min(coalesce(occurred_text, 'undated')) filter (where act = 'destruction') as destroyed,
        list(post_ref) filter (where act = 'collection') as collectors,
        records_of(origin_of(source, locator)) as evidence
    from disposals
    where medium_ref is not null
    group by medium_ref
)

select
    coalesce(carried.medium_ref, acts.medium_ref) as medium_ref,
    carried.carried_earliest,
    carried.carried_latest,
    collected_earliest,
    collected_latest,
    destroyed_earliest,
    destroyed_latest,
    collected,
    destroyed,
    collectors,
    coalesce(collected_latest <= destroyed_earliest, false) as is_in_order,
    coalesce(collected_earliest >= destroyed_latest, false) as is_wrong_order,
    all_of([carried.evidence, acts.evidence]) as evidence
from carried
full join acts using (medium_ref)
