-- Each lost image and each entry it may be of, with the weight of the evidence.
-- Grain:  one row per left_table, left_ref, image and entry_ref.
-- Reads:  lost, sent, slips, chance.
-- Fellegi and Sunter (1969): the weight is log2 of the odds that the two are one, from the odds before anything is compared
-- (one in all known images) and from each comparison: how often it comes out so where two are one (m), and where they are
-- not (u). m is stated, not trained: no model can be trained on seven images. Of references that differ at all 30 in 100
-- differ by case or blanks, 65 by one slip, 5 by two (slips of typists are one in most words that have any: Damerau 1964
-- found 80 in 100). Recipients agree in 99 of 100, days in 90, months in 9. u is counted in the entries: how often two
-- references are alike, how many recipients there are, how much of the time a date covers. Before 100,000 pairs have
-- been seen, references are taken to be numbers of as many digits as they have characters after their first letters: of
-- 10^n, 10 n are one slip away. Two slips are 100 times as common by chance as one. Where looking alike is not ten times
-- as likely of one image as of two, as with I1 and I2, it says nothing, and there is no link.
with compared as (
    select
        lost.left_table,
        lost.left_ref,
        lost.image,
        sent.entry_ref,
        sent.occasion_ref,
        sent.image as sent_image,
        slips.slips,
        (chance.alike + 1e5 * by_length(slips.known_slug)) / (chance.pairs + 1e5) as alike,
        lost.recipient_ref = sent.recipient_ref as is_same_recipient,
        days_apart(lost.earliest, lost.latest, sent.earliest, sent.latest) as apart,
        coalesce(width(lost.earliest, lost.latest) + width(sent.earliest, sent.latest), chance.days) as width,
        chance.known,
        chance.days,
        chance.recipients
    from lost
    inner join slips using (slug)
    inner join sent on slips.known_slug = sent.slug
    cross join chance
),

likelihoods as (
    select
        *,
        case slips when 0 then 0.30 / (alike / 100) when 1 then 0.65 / alike else 0.05 / least(1, alike * 100) end
            as by_reference,
        case
            when is_same_recipient is null then 1
            when is_same_recipient then 0.99 * recipients
            else 0.01 * recipients / greatest(recipients - 1, 1)
        end as by_recipient,
        case
            when apart is null then 1
            when apart <= 1 then 0.90 / least(1, (width + 2) / days)
            when apart <= 31 then 0.09 / least(1, (width + 62) / days)
            else 0.01
        end as by_time
    from compared
)

select left_table, left_ref, image, entry_ref, occasion_ref, sent_image, slips, is_same_recipient, apart,
    round(log2(by_reference) + log2(by_recipient) + log2(by_time) - log2(known), 6) as weight
from likelihoods
where by_reference >= 10
