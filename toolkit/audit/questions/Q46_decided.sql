-- What was decided after a match, and why?
-- Report:   p11.
-- Grain:    one row per match_ref on record; one for the case where there is none.
-- Reads:    clauses, matches_told, claims, asserted, settings, complete_spans, registers_examined,
--           duties, agreement_versions.
-- Awaits:   notifications.
-- States:   established, attested, record_missing, not_found, no_duty, not_searched.
-- record_missing: a record shows the match, and a complete register of notifications is silent on it.
with answered as (
    select
        matches_told.*,
        decision is not null as is_recorded,
        case
            when exists (from asserted where topic = 'Q46') then 'attested'
            else silent_state('notifications', 'decisions', 'Q46', from_earliest, to_latest, false, match_ref is not null)
        end as silence,
        silence_of('notifications', from_earliest, to_latest, 'a register of notifications') as complete_words
    from matches_told
    cross join settings
)

select
    match_ref as subject,
    case when is_recorded then 'established' else silence end as state,
    case
        when is_recorded then to_json(decision)
        when silence = 'attested' then (select to_json(min(value)) from claims where topic = 'Q46')
    end as value,
    null as unit,
    case when is_recorded then all_of([match_evidence, evidence])
        when silence = 'attested' then all_of([match_evidence, (select records_of(evidence) from claims where topic = 'Q46')])
        else all_of([match_evidence, examined_for_each(['notifications'])]) end as evidence,
    coverage_of(['notifications']) as coverage,
    given([
        case when match_ref is null then 'no match is on record' end,
        case when is_only_acted_on and not is_recorded then 'an action names the match, and does not say who was told' end,
        case when match_ref is null and silence = 'not_found' then complete_words end,
        case when not is_recorded and silence = 'no_duty' then 'no duty to record it is shown' end
    ]) as caveats
from answered
order by subject
