-- What custody, CRIS and PNC records say of each disclosed image and the person on it.
-- Grain:  one row per image_ref that was disclosed.
-- Reads:  shared_images, custody_records.
with held as (
    select subject_ref, image_ref, category, nullif(age_status, 'unknown') as age_status, system,
        origin_of(source, locator) as evidence
    from custody_records
),

persons as (
    select subject_ref, set_of(category) as categories, set_of(age_status) as age_statuses, records_of(evidence) as evidence
    from held
    group by subject_ref
),

of_person as (
    select image_ref, categories, age_statuses, persons.evidence
    from shared_images
    inner join persons on len(subject_refs) = 1 and subject_refs[1] = persons.subject_ref
    union all
    select image_ref, ordered(flatten(list(categories))), ordered(flatten(list(age_statuses))), all_of(list(persons.evidence))
    from (select image_ref, unnest(subject_refs) as subject_ref from shared_images where len(subject_refs) > 1)
    inner join persons using (subject_ref)
    group by image_ref
),

of_image as (
    select image_ref, set_of(system) as systems, records_of(evidence) as evidence
    from held
    where image_ref is not null
    group by image_ref
)

select
    shared_images.image_ref,
    len(shared_images.subject_refs) as subjects,
    coalesce(of_person.categories, []) as categories,
    coalesce(of_person.age_statuses, []) as age_statuses,
    of_person.image_ref is not null as is_person_recorded,
    coalesce(of_image.systems, []) as systems,
    of_image.image_ref is not null as is_image_recorded,
    shared_images.evidence as shared_evidence,
    of_person.evidence as person_records,
    of_image.evidence as image_records,
    all_of([shared_images.evidence, of_person.evidence]) as person_evidence,
    all_of([shared_images.evidence, of_image.evidence]) as image_evidence
from shared_images
left join of_person using (image_ref)
left join of_image using (image_ref)
