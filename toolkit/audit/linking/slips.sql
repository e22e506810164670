-- Pairs of a reference that no entry has and one that an entry has, that look alike.
-- Grain:  one row per slug and known_slug.
-- Reads:  lost, sent, known_pieces.
-- slips: characters wrong, left out, added, or exchanged with a neighbour. First those that are equal with one character
-- left out of either; where that finds none of the same day, those of the same recipient and of that day or one beside it
-- that share their first, middle or last third: of two slips, one third at least is free.
with near as (
    select distinct lost.slug, known_pieces.slug as known_slug
    from (select distinct slug, unnest(pieces(slug)) as piece from lost where slug <> '') as lost
    inner join known_pieces using (piece)
),

tied as (
    select distinct lost.left_table, lost.left_ref, lost.image
    from lost
    inner join near using (slug)
    inner join sent on near.known_slug = sent.slug
    where days_apart(lost.earliest, lost.latest, sent.earliest, sent.latest) <= 1
),

untied as (
    select slug, recipient_ref, unnest(days_of(earliest, latest)) as day, thirds(slug) as thirds
    from lost
    where (left_table, left_ref, image) not in (select (left_table, left_ref, image) from tied) and slug <> ''
),

far as (
    select distinct untied.slug, known.slug as known_slug
    from (select * exclude (thirds), unnest(thirds) as third from untied) as untied
    inner join (
        select slug, recipient_ref, day_of(earliest)::timestamp as day, unnest(thirds(slug)) as third
        from sent
        where recipient_ref in (select recipient_ref from untied)
    ) as known
        on untied.recipient_ref = known.recipient_ref and untied.day = known.day and untied.third = known.third
)

select slug, known_slug, damerau_levenshtein(slug, known_slug)::integer as slips
from (from near union from far)
where damerau_levenshtein(slug, known_slug) <= 2
