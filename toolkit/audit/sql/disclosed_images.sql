-- Each image of each sharing that some register shows, with the person and the file that the case knows for its reference.
-- Grain:  one row per event_ref (an occasion of the intelligence system, or a record of another register) and image_ref.
-- Reads:  disclosures, sent, image_files, image_spellings.
-- is_entered: the intelligence system lists it. An image that another register writes otherwise is the one it surely is.
with shared as (
    select occasion_ref, unnest(image_refs) as image_ref, true as is_entered, earliest, latest, "text", "precision", unit_ref,
        recipient_ref, evidence
    from disclosures
    union all
    select event_ref, coalesce(image_spellings.image_ref, other.written), false, earliest, latest, "text", "precision", unit_ref,
        recipient_refs[1], evidence
    from (select * exclude (image_refs), unnest(image_refs) as written from sent where event_table <> 'entries' and is_alone) as other
    left join image_spellings using (written)
    union all
    select occasion_ref, unnest(unentered_images), false, earliest, latest, "text", "precision", unit_ref, recipient_ref,
        all_of([evidence, log_evidence])
    from disclosures
    where len(unentered_images) > 0
)

select shared.*, image_files.subject_refs, image_files.digests, image_files.captured_text,
    image_files.captured_latest, image_files.evidence as image_evidence
from shared
left join image_files using (image_ref)
