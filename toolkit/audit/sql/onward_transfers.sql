-- Transfers for facial recognition that a company made: what it passed on, or gave back.
-- Grain:  one row per transfer_ref.
-- Reads:  transfers, units.
select transfer_ref, unit_ref, recipient_ref, occurred_text, occurred_earliest, occurred_latest, occurred_precision, image_refs,
    origin_of(source, locator) as evidence
from transfers
where coalesce(use = 'facial_recognition', true) and unit_ref in (select unit_ref from units where unit_kind = 'company')
