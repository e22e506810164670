-- References of the entries, and each of them with one character left out.
-- Grain:  one row per slug and piece.
-- Reads:  sent.
select slug, unnest(pieces(slug)) as piece from (select distinct slug from sent where slug <> '')
