-- What is known of an image reference: its file's digests (keyed, where it was destroyed) and the persons it is said to
-- show.
-- Grain:  one row per image_ref.
-- Reads:  images, custody_records, tombstones.
with said as (
    select image_ref, subject_ref, sha256, captured_text, captured_earliest, captured_latest, source, locator from images
    union all
    select image_ref, subject_ref, null, null, null, null, source, locator
    from custody_records
    where image_ref is not null
    union all
    select image_ref, null, keyed_digest, null, null, null, "certificate", '' from tombstones
)

select
    image_ref,
    set_of(subject_ref) as subject_refs,
    set_of(sha256) as digests,
    min(captured_text) as captured_text,
    min(captured_earliest) as captured_earliest,
    max(captured_latest) as captured_latest,
    set_of(origin_of(source, locator)) as evidence
from said
group by image_ref
