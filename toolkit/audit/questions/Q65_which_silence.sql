-- For each "no record", which state applies?
-- Report:   p10, p11.
-- Grain:    one row per question in which a record is lacking.
-- Reads:    answers_given, register_counts.
-- States:   established.
-- The six ways in which there can be no record, each with the number of subjects it applies to.
with silent as (
    select question, state, sum(subjects)::bigint as n
    from answers_given
    where state in ('not_found', 'record_missing', 'no_duty', 'destroyed', 'attested', 'not_searched')
    group by question, state
)

select
    question as subject,
    'established' as state,
    to_json(map(list(state order by state), list(n order by state))) as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of((select list(distinct table_name) from register_counts)) as coverage,
    []::varchar[] as caveats
from silent
group by question
order by subject
