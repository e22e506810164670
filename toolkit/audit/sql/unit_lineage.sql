-- Units that are one another's predecessors or successors, however many reorganisations apart; each is its own kin.
-- Grain:  one row per unit_ref and kin_ref.
-- Reads:  units, entries, transfers, agreement_versions.
-- relation: self; predecessor (the kin came before the unit); successor (the kin came after it).
with recursive steps as (
    select distinct unit_ref as later, unnest(predecessor_refs) as earlier from units
),

ancestry as (
    select later, earlier from steps
    union
    select ancestry.later, steps.earlier
    from ancestry
    inner join steps on ancestry.earlier = steps.later
),

named as (
    select unit_ref from units
    union
    select unit_ref from entries
    union
    select unit_ref from transfers
    union
    select unit_ref from agreement_versions
    union
    select earlier from ancestry
)

select unit_ref, unit_ref as kin_ref, 'self' as relation from named where unit_ref is not null
union
select later, earlier, 'predecessor' from ancestry where later <> earlier
union
select earlier, later, 'successor' from ancestry where later <> earlier
