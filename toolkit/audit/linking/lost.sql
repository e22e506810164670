-- What other registers received under a reference that no entry has.
-- Grain:  one row per left_table, left_ref and image.
-- Reads:  received, sent.
select * from received where image not in (select image from sent)
