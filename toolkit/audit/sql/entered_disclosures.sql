-- What the intelligence system says was shared for facial recognition: an occasion, which may have several entries.
-- Grain:  one row per occasion_ref.
-- Reads:  entries.
-- Entries of one occasion speak of one event: its bounds are where they overlap; where they do not, the widest, and
-- is_torn. An entry without an occasion is its own. Most occasions have one entry, and need no grouping.
with shares as (
    select *, coalesce(occasion_ref, entry_ref) as occasion
    from entries
    where use = 'facial_recognition' and direction = 'out'
),

several as (select occasion from shares group by occasion having count(*) > 1),

occasions as (
    select
        occasion as occasion_ref,
        occurred_earliest as latest_begin,
        occurred_latest as earliest_end,
        occurred_earliest as earliest_begin,
        occurred_latest as latest_end,
        occurred_text as "text",
        occurred_precision as "precision",
        alone(entry_ref) as entry_refs,
        alone(unit_ref) as unit_refs,
        alone(post_ref) as post_refs,
        alone(coalesce(carrier_post_ref, post_ref)) as carrier_refs,
        alone(recipient_ref) as recipient_refs,
        alone(channel) as channels,
        alone(authority_ref) as authority_refs,
        alone(authorised_by) as authorised_by,
        alone(agreement_ref) as agreement_refs,
        ordered(coalesce(image_refs, [])) as image_refs,
        ordered(coalesce(reasons, [])) as reasons,
        encrypted,
        names_included,
        other_personal_data,
        alone(origin_of(source, locator)) as evidence
    from shares
    anti join several using (occasion)
    union all
    select
        occasion,
        max(occurred_earliest),
        min(occurred_latest),
        min(occurred_earliest),
        max(occurred_latest),
        coalesce(arg_min(occurred_text, occurred_latest - occurred_earliest), min(occurred_text)),
        coalesce(arg_min(occurred_precision, occurred_latest - occurred_earliest), min(occurred_precision)),
        set_of(entry_ref),
        set_of(unit_ref),
        set_of(post_ref),
        set_of(coalesce(carrier_post_ref, post_ref)),
        set_of(recipient_ref),
        set_of(channel),
        set_of(authority_ref),
        set_of(authorised_by),
        set_of(agreement_ref),
        list_sort(list_distinct(flatten(list(coalesce(image_refs, []))))),
        list_sort(list_distinct(flatten(list(coalesce(reasons, []))))),
        bool_and(encrypted),
        bool_or(names_included),
        bool_or(other_personal_data),
        records_of(origin_of(source, locator))
    from shares
    semi join several using (occasion)
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
order by occasion_ref
