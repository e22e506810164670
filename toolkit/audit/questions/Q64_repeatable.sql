-- Can someone else run it again and get the same output?
-- Report:   p1.
-- Grain:    one row.
-- Reads:    sources, register_counts.
-- States:   established, not_searched.
-- Every source is known by its digest; 'toolkit verify' compares them, and the same bytes give the same answers.
select
    null as subject,
    case when count(*) > 0 and bool_and(sha256 is not null) then 'established' else 'not_searched' end as state,
    to_json(struct_pack(sources := count(*), with_digest := count(sha256))) as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of((select list(distinct table_name) from register_counts)) as coverage,
    ['run ''toolkit verify'' to compare the digests with the files'] as caveats
from sources
