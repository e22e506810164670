-- What only registers other than the intelligence system show to have been sent: images, occasions and records.
-- Grain:  one row per unit of count and register that shows the most of them.
-- Reads:  sent, image_spellings.
-- An image that some entry lists is not counted, whatever else shows it; an image that several registers show is counted for
-- the first of transfers, receipts, enrolments and recorded_matches. Only what has no other half among the entries counts.
with entered as (
    select unnest(image_refs) as image_ref from sent where event_table = 'entries'
),

lone as (
    select event_table as register, unnest(unentered_images) as written
    from sent
    where event_table <> 'entries' and doubt is null
    union all
    select 'transfers', unnest(unentered_images) from sent where event_table = 'entries'
),

images as (
    select coalesce(image_spellings.image_ref, lone.written) as image_ref,
        min(list_position(['transfers', 'receipts', 'enrolments', 'recorded_matches'], register)) as place
    from lone
    left join image_spellings using (written)
    group by 1
)

select 'images' as unit, ['transfers', 'receipts', 'enrolments', 'recorded_matches'][place] as register, count(*) as n
from images
where image_ref not in (select image_ref from entered)
group by place
union all
select 'occasions', 'transfers', count(*)
from sent
where event_table = 'transfers' and is_alone
having count(*) > 0
union all
select 'occasions', 'receipts', count(*)
from sent
where event_table = 'receipts' and is_alone and not list_has_any(image_refs, (
    select coalesce(flatten(list(image_refs)), []) from sent where event_table = 'transfers'
))
having count(*) > 0
