-- Records that name another register's record by its own reference.
-- Grain:  one row per left_table, left_ref and right_ref.
-- Reads:  transfers, receipts, entries.
select distinct 'transfers' as left_table, transfer_ref as left_ref, 'entries' as right_table, entry_ref as right_ref,
    'it names the entry' as explanation
from transfers
where entry_ref in (select entry_ref from entries)
union all
select distinct 'receipts', receipt_ref, 'transfers', transfer_ref, 'it names the transfer'
from receipts
where transfer_ref in (select transfer_ref from transfers)
