-- Was each image of the right person, and current?
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    shared_images.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, conflicting, not_found.
-- established: every source names one person; the value is when it was captured. Whether the face is that person's, no
-- register can say.
select
    image_ref as subject,
    case
        when len(subject_refs) > 1 or is_captured_later then 'conflicting'
        when len(subject_refs) = 1 then 'established'
        else 'not_found'
    end as state,
    case when len(subject_refs) > 0 then to_json(struct_pack(persons := subject_refs, captured := captured_text)) end as value,
    null as unit,
    all_of([evidence, image_evidence]) as evidence,
    coverage_of(['images', 'custody_records']) as coverage,
    given([
        case when len(subject_refs) > 1 then 'sources name different persons for it' end,
        case when is_captured_later then 'it is said to have been captured after it was shared' end,
        case when captured_text is null then 'when it was captured is not recorded' end,
        case when len(subject_refs) = 1 then 'by reference number; nobody has compared the faces' end
    ]) as caveats
from shared_images
order by subject
