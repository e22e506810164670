-- Transfers to a police unit for facial recognition, in the register of whoever sent them or of an independent log.
-- Grain:  one row per transfer_ref.
-- Reads:  transfers, police_units.
-- What one police unit sent to another came back from nobody.
select transfer_ref, unit_ref as sender_ref, recipient_ref, occurred_text, occurred_earliest, occurred_latest,
    occurred_precision, image_refs, entry_ref, origin_of(source, locator) as evidence
from transfers
where use = 'facial_recognition'
    and recipient_ref in (select unit_ref from police_units)
    and (unit_ref is null or unit_ref = recipient_ref or unit_ref not in (select unit_ref from police_units))
