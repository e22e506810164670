-- Were there false matches, and of whom?
-- Report:   p11.
-- Grain:    one row.
-- Reads:    recorded_matches, candidates, settings.
-- States:   not_searched.
-- Only a reviewed candidate, or a record that a match was wrong, could say; no register of ours carries either yet.
select
    null as subject,
    'not_searched' as state,
    null as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of(['recorded_matches']) as coverage,
    given([
        case when (select count(*) from candidates) > 0 then
            'candidates that nobody has reviewed: ' || (select count(*) from candidates) end,
        'no record says whether a match was right'
    ]) as caveats
from settings
