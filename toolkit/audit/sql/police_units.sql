-- Units of the police: those the list of units says are, and those that make entries or agreements and are no company.
-- Grain:  one row per unit_ref.
-- Reads:  units, entries, agreement_versions.
select unit_ref from units where unit_kind in ('borough', 'bcu', 'ocu')
union
select unit_ref
from (select unit_ref from entries union select unit_ref from agreement_versions)
where unit_ref is not null and unit_ref not in (select unit_ref from units where unit_kind = 'company')
