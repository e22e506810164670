-- Questions and rules about which somebody has published a sentence that speaks of the fact itself.
-- Grain:  one row per topic.
-- Reads:  claims.
select
    topic,
    records_of(evidence) as evidence,
    set_of(statement_ref) as statement_refs
from claims
where claim in ('asserts', 'denies', 'in_error')
group by topic
