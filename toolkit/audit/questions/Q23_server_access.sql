-- Who could reach the server?
-- Report:   p6.
-- Grain:    one row per post_ref in the access log; one for the case without one.
-- Reads:    accesses, claims, asserted, settings, complete_spans, registers_examined.
-- Awaits:   accesses.
-- States:   established, attested, not_found, not_searched.
-- A log says who did; who could, only the texts and statements say.
select
    coalesce(post_ref, 'no post recorded') as subject,
    'established' as state,
    to_json(count(distinct access_ref)) as value,
    'records' as unit,
    records_of(origin_of(source, locator)) as evidence,
    coverage_of(['accesses']) as coverage,
    ['who reached it, by the log; not who could have'] as caveats
from accesses
group by subject
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q23') then 'attested'
        when is_held('accesses', from_earliest, to_latest) then 'not_found'
        else 'not_searched'
    end,
    (select to_json(min(value)) from claims where topic = 'Q23' and claim = 'asserts'),
    null,
    coalesce((select evidence from asserted where topic = 'Q23'), []),
    coverage_of(['accesses']),
    case when is_held('accesses', from_earliest, to_latest) then [] else ['no access log was supplied'] end
from settings
where not exists (from accesses)
order by subject
