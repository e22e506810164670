-- Were any images or alerts received from the recipient?
-- Report: p10.
-- Grain:  one row.
-- Reads:  clauses, inbound, claims, asserted, settings, complete_spans, registers_examined, duties, agreement_versions.
-- Awaits: entries.
-- States: established, attested, record_missing, not_found, no_duty, not_searched.
-- Images and alerts because of facial recognition, in the case's period: an entry whose time may lie in it counts, with a caveat.
with received as (
    select
        count(distinct entry_ref) as n,
        count(distinct entry_ref) filter (
            where not coalesce(occurred_earliest >= from_earliest and occurred_latest <= to_latest, false)
        ) as doubtful,
        records_of(evidence) as evidence
    from inbound
    cross join settings
    where coalesce(occurred_latest, 'infinity') > from_earliest and coalesce(occurred_earliest, '-infinity') < to_latest
),

said as (
    select records_of(evidence) as evidence, min(value) as value,
        bool_or(claim = 'denies') as is_denied, bool_or(claim in ('asserts', 'denies')) as is_fact
    from claims
    where topic = 'Q49'
),

answered as (
    select
        case
            when n > 0 then 'established'
            when is_fact then 'attested'
            else silent_state('entries', 'inbound', 'Q49', from_earliest, to_latest, false)
        end as state,
        *
    from received
    cross join said
    cross join settings
)

select
    null as subject,
    state,
    case when n > 0 then to_json(n) when state = 'attested' then to_json(coalesce(value, 'none')) end as value,
    case when n > 0 then 'records' end as unit,
    case when n > 0 then answered.evidence else answered.evidence_1 end as evidence,
    coverage_of(['entries']) as coverage,
    list_filter(
        [
            case when doubtful > 0 then doubtful || ' of them may lie outside that time: their dates are too coarse' end,
            case when state = 'not_found' and not is_complete('entries', null, from_earliest, to_latest) then
                'no intelligence register is declared complete for that time' end,
            case when state = 'attested' and is_held('entries', from_earliest, to_latest) then
                'the intelligence registers examined show none' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from answered
