-- Each transfer of an independent register from the police to a third party for facial recognition, and how it is tied to
-- an intelligence entry.
-- Grain:  one row per transfer_ref.
-- Reads:  transfers, record_links, police_units, onward_transfers.
-- link: see record_links. What one police unit sent to another, or a company sent, is no disclosure by the police.
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
    record_links.link,
    record_links.occasion_ref,
    record_links.lost_images,
    origin_of(transfers.source, transfers.locator) as origin,
    all_of([[origin_of(transfers.source, transfers.locator)], record_links.evidence, record_links.mentioned]) as evidence
from transfers
inner join record_links on record_links.left_table = 'transfers' and transfers.transfer_ref = record_links.left_ref
where (transfers.use = 'facial_recognition' or transfers.use is null or record_links.link = 'named')
    and (transfers.recipient_ref is null or transfers.recipient_ref not in (select unit_ref from police_units))
    and transfers.transfer_ref not in (select transfer_ref from onward_transfers)
