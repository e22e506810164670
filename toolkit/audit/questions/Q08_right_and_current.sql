-- Was each image of the right person, and current?
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    disclosed_images.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found.
-- established: every source names one person; the value is when it was captured. Whether the face is that person's, no
-- register can say.
with shared as (
    select image_ref, list_sort(list_distinct(flatten(list(coalesce(subject_refs, []))))) as subjects,
        min(captured_text) as captured, bool_or(captured_latest > earliest) as is_later,
        all_of([flatten(list(evidence)), flatten(list(coalesce(image_evidence, [])))]) as evidence
    from disclosed_images
    group by image_ref
)

select
    image_ref as subject,
    case
        when len(subjects) > 1 or coalesce(is_later, false) then 'conflicting'
        when len(subjects) = 1 then 'established'
        else 'not_found'
    end as state,
    case when len(subjects) > 0 then to_json(struct_pack(persons := subjects, captured := captured)) end as value,
    null as unit,
    evidence,
    coverage_of(['images', 'custody_records']) as coverage,
    given([
        case when len(subjects) > 1 then 'sources name different persons for it' end,
        case when coalesce(is_later, false) then 'it is said to have been captured after it was shared' end,
        case when captured is null then 'when it was captured is not recorded' end,
        case when len(subjects) = 1 then 'by reference number; nobody has compared the faces' end
    ]) as caveats
from shared
order by subject
