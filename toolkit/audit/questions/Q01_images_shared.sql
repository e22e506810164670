-- How many images were shared?
-- Report: p9.
-- Grain:  one row.
-- Reads:  clauses, disclosures, claims, settings, complete_spans, registers_examined, duties, undecided_shares,
--         kept_apart.
-- Awaits: entries.
-- States: established, attested, conflicting, not_found, record_missing, no_duty, not_searched.
-- Counted on the sender's entries: image references, not files.
with counted as (
    select (select count(distinct ref) from (select unnest(image_refs) as ref from disclosures)) as n,
        all_of(list(evidence)) as evidence
    from disclosures
),

stated as (
    select count(distinct "count") as numbers, min("count") as least, max("count") as most, records_of(evidence) as evidence
    from claims
    where topic = 'Q01' and "count" is not null
)

select
    null as subject,
    case
        when n > 0 then 'established'
        when numbers > 1 then 'conflicting'
        when numbers = 1 then 'attested'
        else silent_state('entries', 'disclosures', 'Q01', from_earliest, to_latest, false)
    end as state,
    case when n > 0 then to_json(n) when numbers > 1 then to_json([least, most]) else to_json(most) end as value,
    case when n > 0 or numbers > 0 then 'images' end as unit,
    case when n > 0 then counted.evidence else stated.evidence end as evidence,
    coverage_of(['entries']) as coverage,
    case when n > 0 then entry_caveats() when numbers > 0 then ['one system, a floor'] else [] end as caveats
from settings
cross join counted
cross join stated
