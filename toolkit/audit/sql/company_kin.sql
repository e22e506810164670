-- Companies that belong together, because one is the other's parent or they share one, however far up.
-- Grain:  one row per unit_ref and kin_ref.
-- Reads:  units.
with recursive control as (
    select distinct unit_ref as a, parent_ref as b from units where unit_kind = 'company' and parent_ref is not null
),

ties as (
    select a, b from control
    union
    select b, a from control
),

kin as (
    select distinct unit_ref, unit_ref as kin_ref from units where unit_kind = 'company'
    union
    select a, b from ties
    union
    select kin.unit_ref, ties.b
    from kin
    inner join ties on kin.kin_ref = ties.a
)

select unit_ref, kin_ref from kin
