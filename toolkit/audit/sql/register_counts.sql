-- How many rows of the registers that feed a table were examined, or were not for one cause.
-- Grain:  one row per table_name, source and cause (null: examined).
-- Reads:  coverage, sources, register_kinds.
-- A kind of register that was not supplied at all counts for every table of its kind; so does a file that no table could
-- be read from, because nobody knows which of them it would have fed. n is null where nobody knows how many rows.
select sources."table" as table_name, coverage.source, coverage.cause, coverage.n
from coverage
inner join sources on coverage.source = sources.source and sources."table" is not null
where coverage.measure = 'rows'
union all
select register_kinds.table_name, null, coverage.cause, coverage.n
from coverage
inner join register_kinds on coverage.system in (register_kinds.kind, register_kinds.table_name)
where coverage.measure = 'rows' and coverage.source is null
union all
select register_kinds.table_name, coverage.source, coverage.cause, case when coverage.measure = 'rows' then coverage.n end
from coverage
inner join sources on coverage.source = sources.source and sources."table" is null
inner join register_kinds on sources.kind = register_kinds.kind
where coverage.method = 'record_search' and coverage.measure in ('rows', 'files') and coverage.cause is not null
