-- Each image that an intelligence entry says went out, or does not say which way it went.
-- Grain:  one row per entry_ref and image.
-- Reads:  entries.
-- slug: the reference without what people leave out or change when they copy it: case, blanks, punctuation.
with images as (
    select
        entry_ref,
        min(coalesce(occasion_ref, entry_ref)) as occasion_ref,
        image,
        min(recipient_ref) as recipient_ref,
        min(occurred_earliest) as earliest,
        max(occurred_latest) as latest,
        bool_and(coalesce(occurred_precision in ('day', 'minute', 'second'), false)) as is_to_the_day
    from (select *, unnest(image_refs) as image from entries)
    where coalesce(direction, 'out') = 'out'
    group by entry_ref, image
)

select *, slug(image) as slug from images
