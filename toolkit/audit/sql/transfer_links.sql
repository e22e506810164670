-- Each transfer of an independent register for facial recognition, and how it is tied to an intelligence entry.
-- Grain:  one row per transfer_ref.
-- Reads:  transfers, entries, transfer_candidates, kept_apart, sent_back.
-- link:   named (it names an entry that exists), same_images (one disclosure to the same recipient, in overlapping time,
--         with all its images), unsure (some of that, not all), quarantined (a row that was kept apart speaks of it), none.
with named as (
    select transfers.transfer_ref, min(coalesce(entries.occasion_ref, entries.entry_ref)) as occasion_ref,
        set_of(origin_of(entries.source, entries.locator)) as evidence
    from transfers
    inner join entries on transfers.entry_ref = entries.entry_ref
    where entries.direction = 'out' and entries.use = 'facial_recognition'
    group by transfers.transfer_ref
),

alike as (
    select transfer_ref, min(occasion_ref) filter (where is_exact) as exact_ref, count(*) filter (where is_exact) as exact,
        min(occasion_ref) as any_ref
    from transfer_candidates
    group by transfer_ref
),

mentioned as (
    select transfers.transfer_ref, set_of(kept_apart.evidence) as evidence
    from transfers
    cross join kept_apart
    where contains(kept_apart.verbatim, transfers.transfer_ref)
        or contains(kept_apart.verbatim, transfers.entry_ref)
        or len(list_filter(transfers.image_refs, lambda image: contains(kept_apart.verbatim, image))) > 0
    group by transfers.transfer_ref
)

select
    transfers.transfer_ref,
    transfers.occurred_text,
    transfers.occurred_earliest,
    transfers.occurred_latest,
    transfers.occurred_precision,
    transfers.unit_ref,
    transfers.recipient_ref,
    transfers.use,
    transfers.channel,
    transfers.encrypted,
    transfers.image_refs,
    transfers.entry_ref,
    case
        when named.transfer_ref is not null then 'named'
        when alike.exact = 1 then 'same_images'
        when alike.transfer_ref is not null then 'unsure'
        when mentioned.transfer_ref is not null then 'quarantined'
        else 'none'
    end as link,
    coalesce(named.occasion_ref, alike.exact_ref, alike.any_ref) as occasion_ref,
    all_of([[origin_of(transfers.source, transfers.locator)], named.evidence, mentioned.evidence]) as evidence
from transfers
left join named using (transfer_ref)
left join alike using (transfer_ref)
left join mentioned using (transfer_ref)
where (transfers.use = 'facial_recognition' or transfers.use is null or named.transfer_ref is not null)
    and transfers.transfer_ref not in (select transfer_ref from sent_back)
