-- The unit of count is stated with every number.
-- Report:   p9.
-- Grain:    one row per statement_ref with a number.
-- Reads:    public_statements.
-- Register: public_statements.
-- Breach:   a bare number. That it cannot be determined is impossible: the unit stands there or it does not.
select
    statement_ref as subject,
    case when bool_and(count_unit is not null) then 'conforms' else 'breach' end as verdict,
    []::varchar[] as reasons,
    []::varchar[] as flags,
    records_of(origin_of(source, locator)) as evidence
from public_statements
where "count" is not null
group by statement_ref
order by subject
