-- How many images were shared?
-- Report: p9.
-- Grain:  one row.
-- Reads:  clauses, disclosures, shown_elsewhere, claims, settings, complete_spans, registers_examined, duties,
--         undecided_shares, kept_apart.
-- Awaits: entries.
-- States: established, attested, conflicting, not_found, record_missing, no_duty, not_searched.
-- Counted on the sender's entries: image references, not files. by_register: what only other registers show.
-- Where no entry shows one and another register does: the number that those show; record_missing or conflicting.
with counted as (
    select (select count(distinct ref) from (select unnest(image_refs) as ref from disclosures)) as n,
        all_of(list(entry_evidence)) as evidence
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
        when counted.n > 0 then 'established'
        when elsewhere.n > 0 then elsewhere_state('entries', 'disclosures', from_earliest, to_latest)
        when numbers > 1 then 'conflicting'
        when numbers = 1 then 'attested'
        else silent_state('entries', 'disclosures', 'Q01', from_earliest, to_latest, false, false)
    end as state,
    case
        when counted.n > 0 then to_json(counted.n)
        when elsewhere.n > 0 then to_json(elsewhere.n)
        when numbers > 1 then to_json([least, most])
        else to_json(most)
    end as value,
    case when counted.n > 0 or elsewhere.n > 0 or numbers > 0 then 'images' end as unit,
    case
        when counted.n > 0 then counted.evidence
        when elsewhere.n > 0 then all_of([examined_in(['entries']), elsewhere.evidence])
        when numbers > 0 then stated.evidence
        else examined_in(['entries'])
    end as evidence,
    coverage_of(['entries']) as coverage,
    given(list_concat(
        case when counted.n > 0 or elsewhere.n > 0 then entry_caveats() when numbers > 0 then ['one system, a floor'] else [] end,
        [elsewhere.caveat]
    )) as caveats,
    by_register
from settings
cross join counted
cross join stated
inner join shown_elsewhere as elsewhere on elsewhere.unit = 'images'
