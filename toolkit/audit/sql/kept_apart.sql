-- Rows of the intelligence system that could not be read: what they say may be the entry that seems to be missing.
-- Grain:  one row per row in quarantine.
-- Reads:  records, sources.
select records.verbatim, origin_of(records.source, records.locator) as evidence
from records
inner join sources on records.source = sources.source
where records.status = 'quarantined' and sources.kind = 'share_log'
