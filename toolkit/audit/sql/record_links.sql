-- How each record of what went, or arrived, is tied to intelligence entries of images shared for facial recognition.
-- Grain:  one row per left_table (transfers, receipts, enrolments) and left_ref.
-- Reads:  transfers, receipts, enrolments, entries, links, kept_apart_words.
-- link:   named (it names an entry that exists), same_images (every image of it is linked to one, or a person linked it),
--         undecided (to one that does not say what for), unsure (not surely, or not every image, or the entry it names is
--         about something else), quarantined (a row that was kept apart speaks of it), none.
with mentions as (
    select 'transfers' as left_table, transfer_ref as left_ref, image_refs, entry_ref from transfers
    union all
    select 'receipts', receipt_ref, image_refs, null from receipts
    union all
    select 'enrolments', enrolment_ref, [image_ref], null from enrolments
),

kinds as (
    select
        entry_ref,
        min(coalesce(occasion_ref, entry_ref)) as occasion_ref,
        coalesce(bool_or(direction = 'out' and use = 'facial_recognition'), false) as is_share,
        coalesce(bool_or(direction = 'out') and bool_or(use is null), bool_or(use is null)) as is_undecided,
        set_of(origin_of(source, locator)) as evidence
    from entries
    group by entry_ref
),

tied as (
    select links.left_table, links.left_ref, links.left_text, links.judgement, kinds.*,
        coalesce(links.left_text = links.right_ref, false) as is_named, links.left_text is null as is_by_hand
    from links
    inner join kinds on links.right_ref = kinds.entry_ref
    where links.left_table in ('transfers', 'receipts', 'enrolments')
        and links.right_table = 'entries'
        and links.judgement <> 'negative'
),

summed as (
    select
        left_table,
        left_ref,
        bool_or(is_named and judgement = 'positive') as is_named,
        bool_or(is_named and judgement = 'positive' and is_share) as is_share_named,
        bool_or(is_named and judgement = 'positive' and is_undecided) as is_undecided_named,
        bool_or(is_by_hand and judgement = 'positive' and is_share) as is_by_hand,
        count(distinct left_text) filter (where judgement = 'positive' and is_share) as shared,
        count(distinct left_text) filter (where judgement = 'positive' and (is_share or is_undecided)) as tied,
        coalesce(
            min(occasion_ref) filter (where judgement = 'positive' and is_named),
            min(occasion_ref) filter (where judgement = 'positive'),
            min(occasion_ref)
        ) as occasion_ref,
        list_sort(list_distinct(flatten(list(evidence) filter (where judgement = 'positive')))) as evidence
    from tied
    group by left_table, left_ref
),

spoken as (
    select left_table, left_ref, set_of(kept_apart_words.evidence) as evidence
    from (
        select left_table, left_ref, unnest(list_concat([left_ref, entry_ref], image_refs)) as word from mentions
    )
    inner join kept_apart_words using (word)
    group by left_table, left_ref
)

select
    mentions.left_table,
    mentions.left_ref,
    case
        when summed.is_share_named then 'named'
        when summed.is_undecided_named then 'undecided'
        when summed.is_named then 'unsure'
        when summed.is_by_hand or summed.shared >= len(mentions.image_refs) then 'same_images'
        when summed.tied >= len(mentions.image_refs) then 'undecided'
        when summed.left_ref is not null then 'unsure'
        when spoken.left_ref is not null then 'quarantined'
        else 'none'
    end as link,
    summed.occasion_ref,
    summed.evidence,
    spoken.evidence as mentioned
from mentions
left join summed using (left_table, left_ref)
left join spoken using (left_table, left_ref)
