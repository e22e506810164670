-- What a count of the intelligence system stands beside: what only other registers show, and what may be from elsewhere.
-- Grain:  one row per unit of count: images, occasions.
-- Reads:  sent, sent_elsewhere.
-- n: how many only other registers show; by_register: of each register, as JSON, null where there is none. caveat: records of the
-- recipient's side of which nobody says where their images are from.
with counted as (
    select unit, sum(n)::bigint as n, to_json(map_from_entries(list((register, n) order by register))) as by_register
    from sent_elsewhere
    group by unit
),

told as (
    select
        all_of(list(evidence) filter (where doubt is null)) as evidence,
        case when count(*) filter (where doubt = 'identity_unresolved') > 0 then
            'on the recipient''s list, from elsewhere or not recorded, not counted: '
            || count(*) filter (where doubt = 'identity_unresolved')
        end as caveat
    from sent
    where event_table <> 'entries'
)

select units.unit, coalesce(counted.n, 0) as n, by_register, coalesce(told.evidence, []) as evidence, told.caveat
from (select unnest(['images', 'occasions']) as unit) as units
left join counted using (unit)
cross join told
