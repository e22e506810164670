-- The entries that a lost image may be of, and whether one of them surely is.
-- Grain:  one row per left_table, left_ref, image and entry_ref.
-- Reads:  weighed.
-- Surely: odds of 99 to 1, ten times those of any other image, and of any other occasion; the others are then no link.
-- Unsure: none is surely, and the odds are no worse than 1 to 99.
with ranked as (
    select *, row_number() over (partition by left_table, left_ref, image order by weight desc, entry_ref) as rank
    from weighed
    where weight >= -log2(99)
),

best as (select left_table, left_ref, image, sent_image, occasion_ref, weight from ranked where rank = 1),

others as (
    select left_table, left_ref, image, max(ranked.weight) as weight
    from best
    inner join ranked using (left_table, left_ref, image)
    where ranked.sent_image <> best.sent_image or ranked.occasion_ref <> best.occasion_ref
    group by left_table, left_ref, image
),

judged as (
    select best.*, best.weight >= log2(99) and coalesce(best.weight - others.weight >= log2(10), true) as is_sure
    from best
    left join others using (left_table, left_ref, image)
)

select
    ranked.left_table,
    ranked.left_ref,
    ranked.image,
    ranked.sent_image,
    ranked.entry_ref,
    ranked.weight,
    judged.is_sure,
    concat_ws(
        '; ',
        case ranked.slips
            when 0 then 'reference differs in case or blanks only'
            when 1 then 'reference one slip apart'
            else 'reference two slips apart'
        end,
        case
            when ranked.is_same_recipient is null then 'recipient not known'
            when ranked.is_same_recipient then 'same recipient'
            else 'other recipient'
        end,
        case
            when ranked.apart is null then 'time not known'
            when ranked.apart <= 1 then 'at most a day apart'
            when ranked.apart <= 31 then 'at most a month apart'
            else 'more than a month apart'
        end
    ) as explanation
from ranked
inner join judged using (left_table, left_ref, image)
where not judged.is_sure
    or (ranked.sent_image = judged.sent_image and ranked.occasion_ref = judged.occasion_ref)
