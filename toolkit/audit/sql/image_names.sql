-- Images that another register writes otherwise than the entry it is linked to.
-- Grain:  one row per left_table, left_ref, written and image_ref.
-- Reads:  links, entries, enrolments.
-- written: as that register has it; image_ref: as the entry has it. is_sure: the link is positive; of unsure ones there may
-- be several. A link by hand names records, not images: it says which image where either record has only one.
with spelt as (
    select left_table, left_ref, left_text as written, right_text as image_ref, judgement
    from links
    where right_table = 'entries' and left_text <> right_text and right_text is not null and left_text <> right_ref
    union all
    select left_table, left_ref, enrolments.image_ref, entries.image_refs[1], judgement
    from links
    inner join entries on links.right_ref = entries.entry_ref and len(entries.image_refs) = 1
    inner join enrolments on links.left_ref = enrolments.enrolment_ref
    where links.left_table = 'enrolments' and right_table = 'entries' and left_text is null
        and enrolments.image_ref <> entries.image_refs[1]
)

select left_table, left_ref, written, image_ref, bool_or(judgement = 'positive') as is_sure
from spelt
where judgement <> 'negative'
group by left_table, left_ref, written, image_ref
