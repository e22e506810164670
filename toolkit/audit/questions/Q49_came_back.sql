-- Were any images or alerts received from the recipient?
-- Report: p10.
-- Grain:  one row.
-- Reads:  clauses, received_back, claims, asserted, settings, complete_spans, registers_examined, duties, agreement_versions.
-- Awaits: entries.
-- States: established, conflicting, attested, not_found, no_duty, not_searched.
-- Images and alerts because of facial recognition, in the case's period: a record whose time may lie in it counts, with a
-- caveat. by_register: of these, what only other registers than the intelligence system show. A notification of a match tells of an
-- alert, and not of what came with it: conflicting, where nothing else is on record.
with received as (
    select
        count(*) as n,
        count(*) filter (
            where not coalesce(earliest >= from_earliest and latest <= to_latest, false)
        ) as doubtful,
        flatten(list(evidence)) as evidence,
        case when count(*) filter (where event_table <> 'entries') > 0 then to_json(map_from_entries(list_filter([
            ('transfers', count(*) filter (where event_table = 'transfers')),
            ('receipts', count(*) filter (where event_table = 'receipts'))
        ], lambda one: one[2] > 0))) end as by_register
    from received_back
    cross join settings
    where doubt is null and coalesce(latest, 'infinity') > from_earliest and coalesce(earliest, '-infinity') < to_latest
),

said as (
    select records_of(evidence) as evidence, min(value) as value,
        bool_or(claim = 'denies') as is_denied, bool_or(claim in ('asserts', 'denies')) as is_fact
    from claims
    where topic = 'Q49'
),

alerts as (
    select count(*) as told, coalesce(flatten(list(evidence)), []) as alert_evidence
    from received_back
    cross join settings
    where doubt is not null and coalesce(latest, 'infinity') > from_earliest and coalesce(earliest, '-infinity') < to_latest
),

answered as (
    select
        case
            when n > 0 then 'established'
            when told > 0 then 'conflicting'
            when is_fact then 'attested'
            else silent_state('entries', 'inbound', 'Q49', from_earliest, to_latest, false, false)
        end as state,
        *
    from received
    cross join said
    cross join alerts
    cross join settings
)

select
    null as subject,
    state,
    case when n > 0 then to_json(n) when state = 'attested' then to_json(coalesce(value, 'none')) end as value,
    case when n > 0 then 'records' end as unit,
    case when n > 0 then answered.evidence when state = 'conflicting' then alert_evidence when state = 'attested' then answered.evidence_1
        else examined_in(['entries', 'transfers', 'receipts']) end as evidence,
    coverage_of(['entries', 'transfers']) as coverage,
    list_filter(
        [
            case when doubtful > 0 then doubtful || ' of them may lie outside that time: their dates are too coarse' end,
            case when state = 'not_found' and not is_complete('entries', null, from_earliest, to_latest) then
                'no intelligence register is declared complete for that time' end,
            case when state = 'attested' and is_held('entries', from_earliest, to_latest) then
                'the intelligence registers examined show none' end,
            case when told > 0 then 'notifications of a match in that time: ' || told end,
            case when state = 'not_found' then silence_of('entries', from_earliest, to_latest, 'an intelligence register') end
        ],
        lambda caveat: caveat is not null
    ) as caveats,
    by_register
from answered
