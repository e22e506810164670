-- Who held which post, and was vetted, from when to when, with the bounds of both ends.
-- Grain:  one row per row of posts.
-- Reads:  posts.
-- A blank end is not known; '2019-10-04/..' is at least until then.
select
    post_ref,
    post,
    unit_ref,
    coalesce(signatory_of, []) as signatory_of,
    vetting_level,
    vetted_from_text,
    vetted_to_text,
    tenure_from_earliest as begin_earliest,
    begin_latest(tenure_from_text, tenure_from_earliest, tenure_from_latest, tenure_from_precision) as begin_latest,
    end_earliest(tenure_to_text, tenure_to_earliest, tenure_to_latest, tenure_to_precision) as end_earliest,
    tenure_to_latest as end_latest,
    vetted_from_earliest as vetted_begin_earliest,
    begin_latest(vetted_from_text, vetted_from_earliest, vetted_from_latest, vetted_from_precision)
        as vetted_begin_latest,
    end_earliest(vetted_to_text, vetted_to_earliest, vetted_to_latest, vetted_to_precision) as vetted_end_earliest,
    vetted_to_latest as vetted_end_latest,
    origin_of(source, locator) as evidence
from posts
