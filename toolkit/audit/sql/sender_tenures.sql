-- Each post-holder who entered or carried a disclosure, and whether that person was SPOC on that date.
-- Grain:  one row per occasion_ref and post_ref.
-- Reads:  disclosures, tenures.
with senders as (
    select occasion_ref, earliest, latest, unnest(list_distinct(list_concat(post_refs, carrier_refs))) as post_ref
    from disclosures
),

covered as (
    select
        senders.occasion_ref,
        senders.post_ref,
        cover(
            senders.earliest, senders.latest,
            tenures.begin_earliest, tenures.begin_latest, tenures.end_earliest, tenures.end_latest
        ) as cover,
        tenures.evidence
    from senders
    left join tenures on senders.post_ref = tenures.post_ref and tenures.post = 'spoc'
)

select
    occasion_ref,
    post_ref,
    bool_or(coalesce(evidence is not null and cover = 'definite', false)) as is_spoc,
    bool_or(coalesce(evidence is not null and cover <> 'outside', false)) as is_possibly_spoc,
    records_of(evidence) as evidence
from covered
group by occasion_ref, post_ref
