-- Can the audit still be run after deletion?
-- Report:   p8.
-- Grain:    one row.
-- Reads:    shared_images, disposals, settings.
-- Register: entries.
-- Awaits:   images.
-- States:   established, not_found.
-- An image whose digest or whose tombstone (the record of its disposal) is held can still be accounted for.
with accounted as (
    select evidence, len(digests) > 0 as has_digest, image_ref in (
        select unnest(image_refs) from disposals where act <> 'collection' and image_refs is not null
    ) as has_tombstone
    from shared_images
)

select
    null as subject,
    case when count(*) filter (where has_digest or has_tombstone) > 0 then 'established' else 'not_found' end as state,
    to_json(struct_pack(
        images := count(*),
        with_digest := count(*) filter (where has_digest),
        with_tombstone := count(*) filter (where has_tombstone)
    )) as value,
    null as unit,
    all_of(list(evidence)) as evidence,
    coverage_of(['images', 'disposals']) as coverage,
    case when count(*) filter (where not has_digest and not has_tombstone) > 0 then
        ['neither digest nor tombstone: ' || count(*) filter (where not has_digest and not has_tombstone)] else [] end
        as caveats
from accounted
having count(*) > 0
