-- Entries of the very image that another register names.
-- Grain:  one row per left_table, left_ref, image and entry_ref.
-- Reads:  received, sent, custody_records, disposals.
-- A transfer or receipt: within a month, to a recipient that does not differ; surely, where both are known to the day, less
-- than a day lies between, the recipients are the same, and no other occasion is as near. What has no recipient of its own: the last entry before it
-- (disposals, enrolments), or every entry (custody records).
with fitting as (
    select
        received.*,
        sent.entry_ref,
        sent.occasion_ref,
        coalesce(
            received.is_to_the_day and sent.is_to_the_day and received.recipient_ref = sent.recipient_ref
            and days_apart(received.earliest, received.latest, sent.earliest, sent.latest) < 1,
            false
        ) as is_exact
    from received
    inner join sent on received.image = sent.image
    where received.left_table in ('transfers', 'receipts')
        and coalesce(received.recipient_ref = sent.recipient_ref, true)
        and coalesce(days_apart(received.earliest, received.latest, sent.earliest, sent.latest) <= 31, true)
),

counted as (
    select *, count(distinct occasion_ref) filter (where is_exact) over (partition by left_table, left_ref, image) as exact
    from fitting
),

dated as (
    select left_table, left_ref, image, latest from received where left_table = 'enrolments' and latest is not null
    union all
    select 'disposals', disposal_ref, image, max(occurred_latest)
    from (select *, unnest(image_refs) as image from disposals)
    where occurred_latest is not null
    group by disposal_ref, image
),

sendings as (
    select image, earliest, min(entry_ref) as entry_ref from sent where earliest is not null group by image, earliest
)

select left_table, left_ref, image, entry_ref, is_exact and exact = 1 as is_sure,
    case
        when is_exact and exact = 1 then 'same image, day and recipient'
        when is_exact then 'same image, day and recipient; so have other occasions'
        else 'same image; day or recipient not known to be the same'
    end as explanation
from counted
union all
select dated.left_table, dated.left_ref, dated.image, sendings.entry_ref, true, 'same image; the last entry before it'
from dated
asof inner join sendings on dated.image = sendings.image and dated.latest > sendings.earliest
union all
select distinct 'custody_records', custody_records.custody_ref, sent.image, sent.entry_ref, true, 'same image'
from custody_records
inner join sent on custody_records.image_ref = sent.image
