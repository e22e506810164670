-- When was each disclosure, and how precisely is that known?
-- Report: p9.
-- Grain:  one row per occasion_ref.
-- Reads:  disclosures, entries.
-- Register: entries.
-- States: established, conflicting, not_found, not_searched.
-- By the entries; where these give no date, by the transfer that is linked to them. conflicting: entries of one occasion, or an
-- entry and a linked transfer or receipt, give days that exclude one another.
select
    occasion_ref as subject,
    case when is_torn or is_apart then 'conflicting' when "precision" is null then 'not_found' else 'established' end as state,
    case
        when is_apart then to_json([
            date_value(entered_text, entered_earliest, entered_latest, entered_precision), to_json(other_text)
        ])
        when entered_precision is not null then date_value(entered_text, entered_earliest, entered_latest, entered_precision)
        when "precision" is not null then date_value("text", earliest, latest, "precision")
    end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    given([
        case when is_torn then 'its entries give dates that exclude one another' end,
        case when is_apart then 'another register gives another day: ' || other_text end,
        case when "text" is null then 'its entries give no date' end,
        case when "text" is not null and "precision" is null then 'its date could not be read: ' || "text" end,
        case when entered_precision is null and "precision" is not null then 'by another register: its entries give no date' end,
        case when not is_torn and not is_apart and coalesce(entered_precision, "precision") in ('year', 'month')
            then 'known only to the ' || coalesce(entered_precision, "precision") end
    ]) as caveats
from disclosures
order by entered_earliest nulls last, occasion_ref
