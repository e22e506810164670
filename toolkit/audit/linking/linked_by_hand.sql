-- Pairs that a person judged, with the registers in which their references stand.
-- Grain:  one row per left_table, left_ref, right_table and right_ref.
-- Reads:  hand_links, entries, transfers, receipts, enrolments, custody_records, disposals, recorded_matches.
-- The entry, or else the transfer, is the right one, whichever way round it was written.
with places as (
    select 1 as place, 'entries' as table_name, entry_ref as ref from entries
    union
    select 2, 'transfers', transfer_ref from transfers
    union
    select 3, 'receipts', receipt_ref from receipts
    union
    select 4, 'enrolments', enrolment_ref from enrolments
    union
    select 5, 'custody_records', custody_ref from custody_records
    union
    select 6, 'disposals', disposal_ref from disposals
    union
    select 7, 'recorded_matches', match_ref from recorded_matches
),

named as (
    select places.* from places where ref in (select left_ref from hand_links union select right_ref from hand_links)
)

select
    case when one.place > other.place then one.table_name else other.table_name end as left_table,
    case when one.place > other.place then one.ref else other.ref end as left_ref,
    case when one.place > other.place then other.table_name else one.table_name end as right_table,
    case when one.place > other.place then other.ref else one.ref end as right_ref,
    hand_links.judgement
from hand_links
inner join named as one on hand_links.left_ref = one.ref
inner join named as other on hand_links.right_ref = other.ref and one.place <> other.place
