-- How each record of what went, or arrived, is tied to intelligence entries of images shared for facial recognition.
-- Grain:  one row per left_table (transfers, receipts, enrolments) and left_ref.
-- Reads:  transfers, receipts, enrolments, entries, links, kept_apart_words.
-- image_refs: what the record has to be tied by; of a receipt that answers a transfer, the images that the transfer lacks.
-- lost_images: of a transfer that names its entry, the images that no entry of that occasion lists, nor a link explains;
--         null where those entries list none at all.
-- link:   named (it names an entry that exists), same_images (every image of it is linked to one, or a person linked it),
--         undecided (to one that does not say what for), unsure (not surely, or not every image, or the entry it names is
--         about something else), quarantined (a row that was kept apart speaks of it), none.
with mentions as (
    select 'transfers' as left_table, transfer_ref as left_ref, image_refs, entry_ref from transfers
    union all
    select
        'receipts',
        receipt_ref,
        case
            when answered.transfer_ref is null then receipts.image_refs
            else list_filter(receipts.image_refs, lambda image: not list_contains(answered.image_refs, image))
        end,
        null
    from receipts
    left join (
        select transfer_ref, flatten(list(coalesce(image_refs, []))) as image_refs from transfers group by transfer_ref
    ) as answered using (transfer_ref)
    union all
    select 'enrolments', enrolment_ref, [image_ref], null from enrolments
),

several_entries as (select entry_ref from entries group by entry_ref having count(*) > 1),

kinds as (
    select
        entry_ref,
        coalesce(occasion_ref, entry_ref) as occasion_ref,
        coalesce(direction = 'out' and use = 'facial_recognition', false) as is_share,
        coalesce(direction = 'out' and use is null, use is null) as is_undecided,
        alone(origin_of(source, locator)) as evidence
    from entries
    anti join several_entries using (entry_ref)
    union all
    select
        entry_ref,
        min(coalesce(occasion_ref, entry_ref)),
        coalesce(bool_or(direction = 'out' and use = 'facial_recognition'), false),
        coalesce(bool_or(direction = 'out') and bool_or(use is null), bool_or(use is null)),
        records_of(origin_of(source, locator))
    from entries
    semi join several_entries using (entry_ref)
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

several as (select left_table, left_ref from tied group by left_table, left_ref having count(*) > 1),

summed as (
    select
        left_table,
        left_ref,
        is_named and judgement = 'positive' as is_named,
        is_named and judgement = 'positive' and is_share as is_share_named,
        is_named and judgement = 'positive' and is_undecided as is_undecided_named,
        is_by_hand and judgement = 'positive' and is_share as is_by_hand,
        (left_text is not null and judgement = 'positive' and is_share)::bigint as shared,
        (left_text is not null and judgement = 'positive' and (is_share or is_undecided))::bigint as tied,
        occasion_ref,
        case when judgement = 'positive' then evidence end as evidence
    from tied
    anti join several using (left_table, left_ref)
    union all
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
        all_of(list(evidence) filter (where judgement = 'positive')) as evidence
    from tied
    semi join several using (left_table, left_ref)
    group by left_table, left_ref
),

listed as (
    select distinct coalesce(occasion_ref, entry_ref) as occasion_ref, unnest(image_refs) as image_ref from entries
),

carried as (
    select mentions.left_ref, kinds.occasion_ref, unnest(mentions.image_refs) as image_ref
    from mentions
    inner join kinds using (entry_ref)
    where left_table = 'transfers'
),

lost as (
    select left_ref, list_sort(list(image_ref)) as images
    from carried
    semi join listed using (occasion_ref)
    anti join listed using (occasion_ref, image_ref)
    anti join (
        select left_ref, left_text as image_ref from links where left_table = 'transfers' and judgement = 'positive'
    ) using (left_ref, image_ref)
    group by left_ref
),

unlisted as (select distinct left_ref from carried anti join listed using (occasion_ref)),

spoken as (
    select left_table, left_ref, records_of(evidence) as evidence
    from (
        select left_table, left_ref, evidence
        from mentions
        inner join kept_apart_words on left_ref = word
        union all
        select left_table, left_ref, evidence
        from mentions
        inner join kept_apart_words on entry_ref = word
        union all
        select left_table, left_ref, evidence
        from (select left_table, left_ref, unnest(image_refs) as image_ref from mentions)
        inner join kept_apart_words on image_ref = word
    )
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
    mentions.image_refs,
    summed.occasion_ref,
    case when unlisted.left_ref is null then coalesce(lost.images, []) end as lost_images,
    summed.evidence,
    spoken.evidence as mentioned
from mentions
left join summed using (left_table, left_ref)
left join spoken using (left_table, left_ref)
left join lost on mentions.left_table = 'transfers' and mentions.left_ref = lost.left_ref
left join unlisted on mentions.left_table = 'transfers' and mentions.left_ref = unlisted.left_ref
