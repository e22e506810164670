-- Images that a register of the police knows: an entry, a custody record, an action, a transfer that no company sent.
-- Grain:  one row per image_ref.
-- Reads:  entries, custody_records, actions, transfers, units.
-- An image that only the recipient's books name may have come from anywhere.
select image_ref
from (
    select unnest(image_refs) as image_ref from entries
    union
    select image_ref from custody_records
    union
    select image_ref from actions
    union
    select unnest(image_refs)
    from transfers
    where unit_ref is null or unit_ref not in (select unit_ref from units where unit_kind = 'company')
)
where image_ref is not null
