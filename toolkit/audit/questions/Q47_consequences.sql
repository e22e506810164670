-- Was anyone stopped, arrested, excluded or refused entry because of it?
-- Report:   p11.
-- Grain:    one row per action_ref; one for the case where none is on record.
-- Reads:    clauses, acted_on, claims, settings, complete_spans, registers_examined, duties, agreement_versions,
--           asserted.
-- Awaits:   actions.
-- States:   established, attested, not_found, no_duty, not_searched.
select
    event_ref as subject,
    'established' as state,
    to_json(struct_pack("action" := min("action"), occurred := min(occurred_text), match := min(match_ref))) as value,
    null as unit,
    records_of(evidence) as evidence,
    coverage_of(['actions']) as coverage,
    case when min(match_ref) is null then ['it names no match'] else [] end as caveats
from acted_on
group by event_ref
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q47') then 'attested'
        else silent_state('actions', 'actions', 'Q47', from_earliest, to_latest, false, false)
    end,
    (select to_json(min(value)) from claims where topic = 'Q47' and claim in ('asserts', 'denies')),
    null,
    case when exists (from asserted where topic = 'Q47') then (select records_of(evidence) from claims where topic = 'Q47')
        else examined_in(['actions']) end,
    coverage_of(['actions']),
    given([silence_of('actions', from_earliest, to_latest, 'a register of actions'),
        'the estate''s own records of exclusions are no source of ours'])
from settings
where not exists (from acted_on)
order by subject
