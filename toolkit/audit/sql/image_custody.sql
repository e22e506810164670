-- What custody, CRIS and PNC records say of each disclosed image and the person on it.
-- Grain:  one row per image_ref that was disclosed.
-- Reads:  disclosed_images, custody_records.
with shared as (
    select image_ref, list_distinct(flatten(list(coalesce(subject_refs, [])))) as subject_refs,
        all_of(list(evidence)) as evidence
    from disclosed_images
    group by image_ref
),

of_person as (
    select shared.image_ref, set_of(custody_records.category) as categories,
        set_of(origin_of(custody_records.source, custody_records.locator)) as evidence
    from (select image_ref, unnest(subject_refs) as subject_ref from shared) as shared
    inner join custody_records using (subject_ref)
    group by shared.image_ref
),

of_image as (
    select image_ref, set_of(system) as systems, bool_or(system is null) as is_system_blank,
        set_of(origin_of(source, locator)) as evidence
    from custody_records
    where image_ref is not null
    group by image_ref
)

select
    shared.image_ref,
    len(shared.subject_refs) as subjects,
    coalesce(of_person.categories, []) as categories,
    of_person.image_ref is not null as is_person_recorded,
    coalesce(of_image.systems, []) as systems,
    of_image.image_ref is not null as is_image_recorded,
    all_of([shared.evidence, of_person.evidence]) as person_evidence,
    all_of([shared.evidence, of_image.evidence]) as image_evidence
from shared
left join of_person using (image_ref)
left join of_image using (image_ref)
