-- Every link between two registers, with what people decided about it.
-- Grain:  one row per left_table, left_ref, left_text, right_table, right_ref and right_text.
-- Reads:  named, same_image, alike, hand_links, linked_by_hand.
with found as (
    select left_table, left_ref, right_ref as left_text, right_table, right_ref, right_ref as right_text,
        'exact' as method, null::double as weight, explanation, 'positive' as said
    from named
    union all
    select left_table, left_ref, image, 'entries', entry_ref, image, 'exact', null, explanation,
        case when is_sure then 'positive' else 'unsure' end
    from same_image
    union all
    select left_table, left_ref, image, 'entries', entry_ref, sent_image, 'model', weight, explanation,
        case when is_sure then 'positive' else 'unsure' end
    from alike
    union all
    select left_table, left_ref, null, right_table, right_ref, null, 'hand', null, 'linked by a person', judgement
    from linked_by_hand
    where (left_table, left_ref, right_table, right_ref) not in (
        select (left_table, left_ref, right_table, right_ref) from named
        union all
        select (left_table, left_ref, 'entries', entry_ref) from same_image
        union all
        select (left_table, left_ref, 'entries', entry_ref) from alike
    )
),

decided as (
    select left_ref, right_ref, judgement, who, "when", why from hand_links
    union all
    select right_ref, left_ref, judgement, who, "when", why from hand_links where left_ref <> right_ref
)

select
    found.left_table,
    found.left_ref,
    found.left_text,
    found.right_table,
    found.right_ref,
    found.right_text,
    found.method,
    found.weight,
    found.explanation,
    coalesce(decided.judgement, found.said) as judgement,
    decided.who as judged_by,
    decided."when" as judged_when,
    decided.why as judged_why
from found
left join decided using (left_ref, right_ref)
