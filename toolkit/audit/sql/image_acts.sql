-- What was done to each image, or to the media that carried it, by the register of disposals; collections apart.
-- Grain:  one row per image_ref and act; nth: its place among the acts on that image, of n.
-- Reads:  disposals.
with acts as (
    select
        unnest(image_refs) as image_ref,
        disposal_ref,
        act,
        occurred_text,
        occurred_earliest,
        occurred_latest,
        occurred_precision,
        post_ref,
        witness_post_ref,
        "method",
        origin_of(source, locator) as evidence
    from disposals
    where act <> 'collection'
)

select
    *,
    row_number() over (partition by image_ref order by occurred_earliest nulls last, disposal_ref, evidence) as nth,
    count(*) over (partition by image_ref) as n
from acts
