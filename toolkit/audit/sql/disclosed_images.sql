-- Each image of each disclosure, with the person and the file that the case knows for its reference.
-- Grain:  one row per occasion_ref and image_ref.
-- Reads:  disclosures, image_files.
with shared as (
    select occasion_ref, unnest(image_refs) as image_ref, earliest, latest, "text", "precision", unit_ref,
        recipient_ref, evidence
    from disclosures
)

select shared.*, image_files.subject_refs, image_files.digests, image_files.captured_text,
    image_files.captured_latest, image_files.evidence as image_evidence
from shared
left join image_files using (image_ref)
