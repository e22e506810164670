-- What the rows say that could not be read: whatever stands between delimiters, quotes or blanks may be a reference.
-- Grain:  one row per word and row in quarantine.
-- Reads:  kept_apart.
select distinct trim(unnest(list_concat(
    string_split_regex(verbatim, '[,;|\t"]'), string_split_regex(verbatim, '[,;|\t"\s]+')
))) as word, evidence
from kept_apart
