-- What does a sample of what was not retrieved show?
-- Report:   p1.
-- Grain:    one row.
-- Reads:    settings.
-- States:   not_searched.
-- Until somebody judges a sample of the entries that no question retrieved, nobody can say.
select
    null as subject,
    'not_searched' as state,
    null as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of(['entries']) as coverage,
    ['no sample of the entries that were not retrieved has been judged'] as caveats
from settings
