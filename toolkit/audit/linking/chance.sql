-- How often references of different images look alike, and how wide the time is in which one must be found.
-- Grain:  one row.
-- Reads:  sent, known_pieces.
-- alike of pairs: how many pairs of the entries' own references, surely of different images, are one slip apart; from a
-- sample. References that are numbered one after the other are alike far more often than ones that are drawn.
with known as (select count(distinct slug) as n from sent where slug <> ''),

sample as (select distinct slug from sent where slug <> '' order by hash(slug), slug limit 2000),

pairs as (
    select count(*) as n
    from (
        select distinct taken.slug, known_pieces.slug as other
        from (select slug, unnest(pieces(slug)) as piece from sample) as taken
        inner join known_pieces on taken.piece = known_pieces.piece and taken.slug <> known_pieces.slug
    )
)

select
    known.n as known,
    pairs.n as alike,
    (select count(*) from sample) * greatest(known.n - 1, 0) as pairs,
    greatest(1.0, (select date_diff('day', min(earliest), max(latest)) from sent)) as days,
    greatest(1, (select count(distinct recipient_ref) from sent)) as recipients
from known
cross join pairs
