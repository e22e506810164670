-- What came back from a third party because of facial recognition.
-- Grain:  one row per entry.
-- Reads:  entries.
select entry_ref, occurred_text, occurred_earliest, occurred_latest, occurred_precision, unit_ref, recipient_ref,
    image_refs, origin_of(source, locator) as evidence
from entries
where direction = 'in' and use = 'facial_recognition'
