-- What was shared for facial recognition: an occasion, which may have several entries.
-- Grain:  one row per occasion_ref.
-- Reads:  entries.
-- Entries of one occasion speak of one event: its bounds are where they overlap; where they do not, the widest, and
-- is_torn. An entry without an occasion is its own.
with shares as (
    select *, coalesce(occasion_ref, entry_ref) as occasion
    from entries
    where use = 'facial_recognition' and direction = 'out'
),

occasions as (
    select
        occasion as occasion_ref,
        max(occurred_earliest) as latest_begin,
        min(occurred_latest) as earliest_end,
        min(occurred_earliest) as earliest_begin,
        max(occurred_latest) as latest_end,
        coalesce(arg_min(occurred_text, occurred_latest - occurred_earliest), min(occurred_text)) as "text",
        coalesce(
            arg_min(occurred_precision, occurred_latest - occurred_earliest), min(occurred_precision)
        ) as "precision",
        set_of(entry_ref) as entry_refs,
        set_of(unit_ref) as unit_refs,
        set_of(post_ref) as post_refs,
        set_of(coalesce(carrier_post_ref, post_ref)) as carrier_refs,
        set_of(recipient_ref) as recipient_refs,
        set_of(channel) as channels,
        set_of(authority_ref) as authority_refs,
        set_of(authorised_by) as authorised_by,
        set_of(agreement_ref) as agreement_refs,
        list_sort(list_distinct(flatten(list(coalesce(image_refs, []))))) as image_refs,
        list_sort(list_distinct(flatten(list(coalesce(reasons, []))))) as reasons,
        bool_and(encrypted) as encrypted,
        bool_or(names_included) as names_included,
        bool_or(other_personal_data) as other_personal_data,
        set_of(origin_of(source, locator)) as evidence
    from shares
    group by occasion
)

select
    * exclude (latest_begin, earliest_end, earliest_begin, latest_end),
    case when latest_begin >= earliest_end then earliest_begin else latest_begin end as earliest,
    case when latest_begin >= earliest_end then latest_end else earliest_end end as latest,
    coalesce(latest_begin >= earliest_end, false) as is_torn,
    unit_refs[1] as unit_ref,
    recipient_refs[1] as recipient_ref
from occasions
