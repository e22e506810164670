-- Whether the person on a disclosed image had been charged, cautioned, reprimanded or warned before it was first shared.
-- Grain:  one row per image_ref that was disclosed.
-- Reads:  shared_images, custody_records.
-- is_before: a record shows it, definitely before. is_open: a record shows it, and the dates cannot be ordered.
-- is_recorded: any record says how the case was disposed of.
with recorded as (
    select
        shared.image_ref,
        custody_records.disposal in ('charged', 'cautioned', 'reprimanded', 'formal_warning') as is_counted,
        custody_records.disposal as disposal,
        coalesce(disposed_latest <= first_earliest, false) as is_earlier,
        coalesce(disposed_earliest >= first_latest, false) as is_later,
        date_or_null(disposed_text, disposed_earliest, disposed_latest, disposed_precision) as disposed,
        origin_of(custody_records.source, custody_records.locator) as evidence
    from (select image_ref, first_earliest, first_latest, unnest(subject_refs) as subject_ref from shared_images) as shared
    inner join custody_records on shared.subject_ref = custody_records.subject_ref
    where custody_records.disposal is not null
),

told as (
    select
        image_ref,
        is_counted and is_earlier as is_before,
        is_counted and not is_earlier and not is_later as is_open,
        struct_pack(disposal := disposal, disposed := disposed) as disposal,
        evidence
    from recorded
),

several as (select image_ref from told group by image_ref having count(*) > 1),

summed as (
    select image_ref, is_before, is_open, [disposal] as disposals, [evidence] as evidence
    from told
    anti join several using (image_ref)
    union all
    select image_ref, bool_or(is_before), bool_or(is_open), set_of(disposal), records_of(evidence)
    from told
    semi join several using (image_ref)
    group by image_ref
)

select
    image_ref,
    coalesce(is_before, false) as is_before,
    coalesce(is_open, false) as is_open,
    summed.image_ref is not null as is_recorded,
    len(subject_refs) as subjects,
    disposals,
    all_of([shared_images.evidence, summed.evidence]) as evidence
from shared_images
left join summed using (image_ref)
