-- What is known of an image reference: its file's digests (keyed, where it was destroyed) and the persons it is said to
-- show.
-- Grain:  one row per image_ref.
-- Reads:  images, custody_records, tombstones.
with said as (
    select image_ref, subject_ref, sha256, captured_text, captured_earliest, captured_latest, origin_of(source, locator) as evidence
    from images
    union all
    select image_ref, subject_ref, null, null, null, null, origin_of(source, locator)
    from custody_records
    where image_ref is not null
    union all
    select image_ref, null, keyed_digest, null, null, null, origin_of("certificate", '') from tombstones
),

several as (select image_ref from said group by image_ref having count(*) > 1)

select
    image_ref,
    alone(subject_ref) as subject_refs,
    alone(sha256) as digests,
    captured_text,
    captured_earliest,
    captured_latest,
    alone(evidence) as evidence
from said
anti join several using (image_ref)
union all
select image_ref, set_of(subject_ref), set_of(sha256), min(captured_text), min(captured_earliest), max(captured_latest),
    records_of(evidence)
from said
semi join several using (image_ref)
group by image_ref
