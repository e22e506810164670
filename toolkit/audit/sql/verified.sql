-- Every record of a check that images are no longer held: the fact "verified".
-- Grain:  one row per row of the register of verifications.
-- Reads:  verifications.
select 'verifications' as event_table, verification_ref as event_ref, occurred_text, occurred_earliest, occurred_latest,
    occurred_precision, post_ref, "method", result, image_refs, null::varchar as doubt, origin_of(source, locator) as evidence
from verifications
