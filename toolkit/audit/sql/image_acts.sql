-- What was done to each image, or to the media that carried it, by the register of disposals; collections apart.
-- Grain:  one row per image_ref and act; nth: its place among the acts on that image, of n.
-- Reads:  disposed_of.
with acts as (
    select
        image_ref,
        event_ref as disposal_ref,
        act,
        occurred_text,
        occurred_earliest,
        occurred_latest,
        occurred_precision,
        post_ref,
        witness_post_ref,
        "method",
        evidence
    from disposed_of
    where doubt is null and image_ref is not null
)

select
    *,
    row_number() over (partition by image_ref order by occurred_earliest nulls last, disposal_ref, evidence) as nth,
    count(*) over (partition by image_ref) as n
from acts
