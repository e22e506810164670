-- Were any received after the period?
-- Report: p12.
-- Grain:  one row.
-- Reads:  clauses, inbound, claims, asserted, settings, complete_spans, registers_examined, duties, agreement_versions.
-- Awaits: entries.
-- States: established, attested, record_missing, not_found, no_duty, not_searched.
-- Images and alerts because of facial recognition, after the case's period: an entry whose time may lie in it counts, with a caveat.
with received as (
    select
        count(distinct entry_ref) as n,
        count(distinct entry_ref) filter (
            where not coalesce(occurred_earliest >= to_latest and occurred_latest <= coalesce(as_at_latest, 'infinity'), false)
        ) as doubtful,
        records_of(evidence) as evidence
    from inbound
    cross join settings
    where coalesce(occurred_latest, 'infinity') > to_latest and coalesce(occurred_earliest, '-infinity') < coalesce(as_at_latest, 'infinity')
),

said as (
    select records_of(evidence) as evidence, min(value) as value,
        bool_or(claim = 'denies') as is_denied, bool_or(claim in ('asserts', 'denies')) as is_fact
    from claims
    where topic = 'Q50'
),

answered as (
    select
        case
            when n > 0 then 'established'
            when is_fact then 'attested'
            else silent_state('entries', 'inbound', 'Q50', to_latest, coalesce(as_at_latest, 'infinity'), false)
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
            case when state = 'not_found' and not is_complete('entries', null, to_latest, coalesce(as_at_latest, 'infinity')) then
                'no intelligence register is declared complete for that time' end,
            case when state = 'attested' and is_held('entries', to_latest, coalesce(as_at_latest, 'infinity')) then
                'the intelligence registers examined show none' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from answered
