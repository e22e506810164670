-- Each image that some register shows to have been sent, once: from when to when, and what its file and the records say that
-- it shows.
-- Grain:  one row per image_ref.
-- Reads:  disclosed_images.
-- Most went on one occasion, and need no grouping: at 10^6 disclosures that is most of the cost.
with several as (select image_ref from disclosed_images group by image_ref having count(*) > 1)

select
    image_ref,
    is_entered,
    earliest as first_earliest,
    latest as first_latest,
    earliest as last_earliest,
    latest as last_latest,
    coalesce(subject_refs, []) as subject_refs,
    coalesce(digests, []) as digests,
    captured_text,
    coalesce(captured_latest > earliest, false) as is_captured_later,
    evidence,
    image_evidence
from disclosed_images
anti join several using (image_ref)
union all
select
    image_ref,
    bool_or(is_entered),
    min(earliest),
    min(latest),
    max(earliest),
    max(latest),
    coalesce(any_value(subject_refs), []),
    coalesce(any_value(digests), []),
    min(captured_text),
    coalesce(bool_or(captured_latest > earliest), false),
    all_of(list(evidence)),
    any_value(image_evidence)
from disclosed_images
semi join several using (image_ref)
group by image_ref
order by image_ref
