-- Entries of images sent to a third party that do not say what for: they may or may not be disclosures.
-- Grain:  one row per entry.
-- Reads:  entries.
select entry_ref, occurred_text, occurred_earliest, occurred_latest, occurred_precision, recipient_ref, unit_ref, image_refs,
    origin_of(source, locator) as evidence
from entries
where direction = 'out' and use is null
