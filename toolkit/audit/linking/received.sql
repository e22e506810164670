-- Each image that a register of transfers, or the recipient's books, show to have gone, and that the record it names lacks.
-- Grain:  one row per left_table, left_ref and image.
-- Reads:  transfers, receipts, enrolments, recorded_matches, systems, entries, named.
-- A match may come any time after the image went: its own time says nothing of when.
with owners as (
    select system_ref, min(owner_ref) as owner_ref from systems group by system_ref having count(distinct owner_ref) = 1
),

occasions as (select distinct entry_ref, coalesce(occasion_ref, entry_ref) as occasion_ref from entries),

told as (
    select distinct named.left_table, named.left_ref, entered.image
    from named
    inner join occasions on named.right_table = 'entries' and named.right_ref = occasions.entry_ref
    inner join (select coalesce(occasion_ref, entry_ref) as occasion_ref, unnest(image_refs) as image from entries) as entered
        using (occasion_ref)
    union
    select named.left_table, named.left_ref, carried.image
    from named
    inner join (select transfer_ref, unnest(image_refs) as image from transfers) as carried
        on named.right_table = 'transfers' and named.right_ref = carried.transfer_ref
),

mentions as (
    select 'transfers' as left_table, transfer_ref as left_ref, unnest(image_refs) as image, recipient_ref,
        occurred_earliest as earliest, occurred_latest as latest, occurred_precision as "precision"
    from transfers
    union all
    select 'receipts', receipt_ref, unnest(image_refs), recipient_ref, occurred_earliest, occurred_latest,
        occurred_precision
    from receipts
    union all
    select 'recorded_matches', match_ref, image_ref, owners.owner_ref, null, null, null
    from recorded_matches
    left join owners on recorded_matches.system_ref = owners.system_ref
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
    anti join told using (left_table, left_ref, image)
    group by left_table, left_ref, image
)

select *, slug(image) as slug from images
