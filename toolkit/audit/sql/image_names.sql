-- Images that another register writes otherwise than the entry it is linked to.
-- Grain:  one row per left_table, left_ref, written and image_ref.
-- Reads:  links, entries, enrolments, recorded_matches.
-- written: as that register has it; image_ref: as the entry has it. is_sure: the link is positive; of unsure ones there may
-- be several. A link by hand names records, not images: it says which image where either record has only one. These
-- are found first: asked for all at once, DuckDB may compare every entry with every enrolment (10 GiB of 20,000).
with by_hand as materialized (
    select left_table, left_ref, entries.image_refs[1] as image_ref, judgement
    from links
    inner join entries on links.right_ref = entries.entry_ref and len(entries.image_refs) = 1
    where links.left_table in ('enrolments', 'recorded_matches') and right_table = 'entries' and left_text is null
),

spelt as (
    select left_table, left_ref, left_text as written, right_text as image_ref, judgement
    from links
    where right_table = 'entries' and left_text <> right_text and right_text is not null and left_text <> right_ref
    union all
    select left_table, left_ref, kept.image_ref, by_hand.image_ref, judgement
    from by_hand
    inner join (
        select 'enrolments' as left_table, enrolment_ref as left_ref, image_ref from enrolments
        union all
        select 'recorded_matches', match_ref, image_ref from recorded_matches
    ) as kept using (left_table, left_ref)
    where kept.image_ref <> by_hand.image_ref
)

select left_table, left_ref, written, image_ref, bool_or(judgement = 'positive') as is_sure
from spelt
where judgement <> 'negative'
group by left_table, left_ref, written, image_ref
