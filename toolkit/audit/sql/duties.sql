-- Events that a clause requires somebody to record, and from when to when its version may have held.
-- Grain:  one row per event, agreement_ref, version and clause.
-- Reads:  clauses, validity.
select
    unnest(clauses.must_record) as event,
    clauses.agreement_ref,
    clauses.version,
    clauses.clause,
    validity.begin_earliest,
    validity.end_latest,
    origin_of(clauses.source, clauses.locator) as evidence
from clauses
left join validity using (agreement_ref, version)
where clauses.must_record is not null
