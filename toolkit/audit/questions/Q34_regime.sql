-- Which data protection regime applied on that date?
-- Report:   p9.
-- Grain:    one row per occasion_ref.
-- Reads:    disclosures.
-- Register: entries.
-- States:   established, conflicting, not_found.
-- Derived from the date alone: until 24 May 2018 the Data Protection Act 1998; from 25 May 2018 the Data Protection Act
-- 2018 (S.I. 2018/625, reg. 2), whose Part 3 governs law enforcement.
with dated as (
    select *, latest <= timestamptz '2018-05-24 23:00:00+00' as is_before, earliest >= timestamptz '2018-05-24 23:00:00+00' as is_after
    from disclosures
)

select
    occasion_ref as subject,
    case when "precision" is null then 'not_found' when is_before or is_after then 'established' else 'conflicting' end
        as state,
    case when is_before then to_json('Data Protection Act 1998') when is_after then to_json('Data Protection Act 2018') end
        as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    ['derived from the date'] as caveats
from dated
order by subject
