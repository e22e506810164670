-- Files that feed a table and could be read.
-- Grain:  one row per source.
-- Reads:  sources.
select source, "table" as table_name, kind, system, unit_ref, covers_text, covers_earliest, covers_latest, complete
from sources
where "table" is not null
