-- When was each disclosure, and how precisely is that known?
-- Report: p9.
-- Grain:  one row per occasion_ref.
-- Reads:  disclosures, entries.
-- Register: entries.
-- States: established, conflicting, not_found, not_searched.
select
    occasion_ref as subject,
    case when is_torn then 'conflicting' when "precision" is null then 'not_found' else 'established' end as state,
    case when "precision" is not null then date_value("text", earliest, latest, "precision") end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    case
        when is_torn then ['its entries give dates that exclude one another']
        when "text" is null then ['its entries give no date']
        when "precision" is null then ['its date could not be read: ' || "text"]
        when "precision" in ('year', 'month') then ['known only to the ' || "precision"]
        else []
    end as caveats
from disclosures
order by earliest nulls last, occasion_ref
