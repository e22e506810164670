-- Each image that a register of transfers, or the recipient's books, show to have gone, where the record names no entry.
-- Grain:  one row per left_table, left_ref and image.
-- Reads:  transfers, receipts, enrolments, systems, named.
with owners as (
    select system_ref, min(owner_ref) as owner_ref from systems group by system_ref having count(distinct owner_ref) = 1
),

mentions as (
    select 'transfers' as left_table, transfer_ref as left_ref, unnest(image_refs) as image, recipient_ref,
        occurred_earliest as earliest, occurred_latest as latest, occurred_precision as "precision"
    from transfers
    where transfer_ref not in (select left_ref from named where left_table = 'transfers')
    union all
    select 'receipts', receipt_ref, unnest(image_refs), recipient_ref, occurred_earliest, occurred_latest,
        occurred_precision
    from receipts
    where receipt_ref not in (select left_ref from named where left_table = 'receipts')
    union all
    select 'enrolments', enrolments.enrolment_ref, enrolments.image_ref, owners.owner_ref, enrolments.enrolled_earliest,
        enrolments.enrolled_latest, enrolments.enrolled_precision
    from enrolments
    left join owners on enrolments.system_ref = owners.system_ref
),

images as (
    select left_table, left_ref, image, min(recipient_ref) as recipient_ref, min(earliest) as earliest,
        max(latest) as latest, bool_and(coalesce("precision" in ('day', 'minute', 'second'), false)) as is_to_the_day
    from mentions
    group by left_table, left_ref, image
)

select *, slug(image) as slug from images
