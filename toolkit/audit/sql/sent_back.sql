-- Transfers to a police unit for facial recognition, in the register of whoever sent them or of an independent log.
-- Grain:  one row per transfer_ref.
-- Reads:  transfers, units.
select transfer_ref, recipient_ref, occurred_earliest, occurred_latest, image_refs, entry_ref,
    origin_of(source, locator) as evidence
from transfers
where use = 'facial_recognition'
    and recipient_ref in (select unit_ref from units where unit_kind in ('borough', 'bcu', 'ocu'))
