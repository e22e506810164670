-- Disclosures that a transfer without the reference of an entry may be the other half of.
-- Grain:  one row per transfer_ref and occasion_ref.
-- Reads:  transfers, entries, disclosed_images, disclosures.
-- They share an image, their times overlap and their recipients do not differ; is_exact where the disclosure has all
-- images of the transfer, both dates are known to the day, and the recipients agree.
with unnamed as (
    select transfers.*
    from transfers
    where not exists (from entries where entries.entry_ref = transfers.entry_ref)
),

pairs as (
    select distinct unnamed.transfer_ref, disclosed_images.occasion_ref
    from (select *, unnest(image_refs) as image_ref from unnamed) as unnamed
    inner join disclosed_images on unnamed.image_ref = disclosed_images.image_ref
)

select
    unnamed.transfer_ref,
    disclosures.occasion_ref,
    coalesce(
        list_has_all(disclosures.image_refs, unnamed.image_refs)
        and unnamed.recipient_ref = disclosures.recipient_ref
        and unnamed.occurred_precision in ('day', 'minute', 'second')
        and disclosures."precision" in ('day', 'minute', 'second'),
        false
    ) as is_exact
from pairs
inner join unnamed using (transfer_ref)
inner join disclosures using (occasion_ref)
where coalesce(unnamed.occurred_earliest < disclosures.latest, true)
    and coalesce(unnamed.occurred_latest > disclosures.earliest, true)
    and coalesce(unnamed.recipient_ref = disclosures.recipient_ref, true)
