-- The acts on each image together: when the first and the last was, and which records say so.
-- Grain:  one row per image_ref.
-- Reads:  image_acts.
-- acts: each act as the value of an answer, in order. Most images have one or two acts, and need no grouping.
with told as (
    select
        image_ref,
        nth,
        n,
        struct_pack(
            act := act,
            "when" := struct_pack(
                "text" := occurred_text, earliest := moment(occurred_earliest), latest := moment(occurred_latest),
                "precision" := occurred_precision
            ),
            post := post_ref,
            witness := witness_post_ref,
            method := "method"
        ) as act,
        occurred_earliest,
        occurred_latest,
        occurred_precision is null as is_undated,
        evidence
    from image_acts
)

select
    image_ref,
    [act] as acts,
    occurred_earliest as gone_earliest,
    occurred_latest as gone_latest,
    is_undated,
    alone(evidence) as evidence
from told
where n = 1
union all
select
    one.image_ref,
    [one.act, other.act],
    coalesce(greatest(one.occurred_earliest, other.occurred_earliest), one.occurred_earliest, other.occurred_earliest),
    coalesce(greatest(one.occurred_latest, other.occurred_latest), one.occurred_latest, other.occurred_latest),
    one.is_undated or other.is_undated,
    all_of([[one.evidence, other.evidence]])
from told as one
inner join told as other using (image_ref)
where one.n = 2 and one.nth = 1 and other.nth = 2
union all
select image_ref, list(act order by nth), max(occurred_earliest), max(occurred_latest), bool_or(is_undated), records_of(evidence)
from told
where n > 2
group by image_ref
