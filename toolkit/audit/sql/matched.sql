-- Every match of the recognition system that some register shows: the fact "matched".
-- Grain:  one row per match_ref; one per action_ref of an action that names no match (may show one).
-- Reads:  recorded_matches, notifications, actions, image_spellings.
-- A notification or an action shows a match then or before. image_ref: as the entries write it, where that is sure; written: as
-- the log has it. is_logged: an alert log has it. doubt: missing_field where an action does not say which match it followed.
with told as (
    select match_ref, image_ref as written, camera_id, system_ref, occurred_earliest as earliest, occurred_latest as latest, 'recorded_matches' as register,
        origin_of(source, locator) as evidence
    from recorded_matches
    union all
    select match_ref, null, null, null, null, occurred_latest, 'notifications', origin_of(source, locator)
    from notifications
    where match_ref is not null
    union all
    select match_ref, image_ref, null, null, null, occurred_latest, 'actions', origin_of(source, locator)
    from actions
    where match_ref is not null
),

summed as (
    select
        match_ref,
        set_of(register) as registers,
        bool_or(register = 'recorded_matches') as is_logged,
        set_of(coalesce(image_spellings.image_ref, told.written)) as image_refs,
        set_of(written) as written,
        set_of(camera_id) as cameras,
        set_of(system_ref) as systems,
        min(earliest) as earliest,
        case when is_logged then max(latest) filter (where register = 'recorded_matches') else min(latest) end as latest,
        records_of(evidence) as evidence,
        coalesce(list(evidence) filter (where register = 'recorded_matches'), []) as log_evidence
    from told
    left join image_spellings using (written)
    group by match_ref
)

select match_ref as event_ref, match_ref, * exclude (match_ref), null as doubt from summed
union all
select action_ref, null, ['actions'], false, alone(coalesce(image_spellings.image_ref, actions.image_ref)), alone(actions.image_ref), [], [],
    null, occurred_latest, [origin_of(source, locator)], [], 'missing_field'
from actions
left join image_spellings on actions.image_ref = image_spellings.written
where match_ref is null
