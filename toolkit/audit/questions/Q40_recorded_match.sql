-- Was any image matched, on which camera?
-- Report: p4, p11.
-- Grain:  one row per image_ref that was sent, or that a match is on record of; one for matches of which no record says the
--         image; one for the case where there is neither.
-- Reads:  clauses, shared_images, matched, systems, enrolments, claims, asserted, settings, complete_spans, registers_examined,
--         duties, agreement_versions.
-- Awaits: recorded_matches.
-- States: established, attested, not_found, no_duty, not_searched.
-- By the alert log, the notifications and the actions; a sweep says what could be found today, not what was found then (Q42).
-- An image is the one that the log's spelling is surely linked to.
with shown as (
    select
        unnest(case when len(image_refs) = 0 then [null] else image_refs end) as image_ref,
        match_ref,
        cameras,
        is_logged,
        doubt,
        evidence
    from matched
),

found as (
    select
        image_ref,
        count(distinct match_ref) filter (where doubt is null) as matches,
        count(distinct match_ref) filter (where doubt is null and not is_logged) as unlogged,
        count(*) filter (where doubt is not null) as doubtful,
        list_sort(list_distinct(flatten(list(cameras)))) as cameras,
        flatten(list(evidence)) as evidence
    from shown
    group by image_ref
),

subjects as (
    select image_ref, true as is_shared, evidence from shared_images
    union all
    select image_ref, false, [] from found where image_ref is not null and image_ref not in (select image_ref from shared_images)
    union all
    select 'image not recorded', false, [] from found where image_ref is null and matches > 0
    union all
    select null, false, [] where not exists (from shared_images) and not exists (from found where matches > 0)
),

carriers as (select exists (from systems) or exists (from enrolments) as is_system_known),

silence as (
    select
        is_system_known,
        case when exists (from asserted where topic = 'Q40') then 'attested'
            else silent_state('recorded_matches', 'matches', 'Q40', from_earliest, to_latest, is_system_known, false)
        end as state,
        silence_of('recorded_matches', from_earliest, to_latest, 'an alert log') as words,
        is_complete('recorded_matches', null, from_earliest, to_latest) as is_log_complete,
        (select min(value) from claims where topic = 'Q40' and claim in ('asserts', 'denies')) as stated
    from settings
    cross join carriers
),

rests as (
    select
        case
            when state in ('not_found', 'not_searched') then examined_for_each(['recorded_matches', 'notifications', 'actions'])
            else (select records_of(evidence) from claims where topic = 'Q40')
        end as evidence
    from silence
)

select
    subjects.image_ref as subject,
    case when matches > 0 then 'established' else silence.state end as state,
    case
        when matches > 0 then to_json(struct_pack(matches := matches, cameras := cameras))
        when silence.state = 'attested' then to_json(stated)
    end as value,
    case when matches > 0 then 'records' end as unit,
    case when matches > 0 then found.evidence else all_of([subjects.evidence, found.evidence, rests.evidence]) end as evidence,
    coverage_of(['recorded_matches']) as coverage,
    given([
        case when matches > 0 and not is_shared and subjects.image_ref <> 'image not recorded'
            then 'no register shows that the police sent this image' end,
        case when unlogged > 0 and is_log_complete then 'shown by another record, and not in the alert log, declared complete: ' || unlogged end,
        case when unlogged > 0 and not is_log_complete then 'shown by a record other than the alert log: ' || unlogged end,
        case when doubtful > 0 then 'actions that cite facial recognition and name no match: ' || doubtful end,
        case when coalesce(matches, 0) = 0 and silence.state = 'not_found' then words end,
        case when coalesce(matches, 0) = 0 and silence.state = 'not_searched' and is_system_known
            then 'the alert log of the recognition system is not held' end,
        case when coalesce(matches, 0) = 0 and silence.state = 'not_searched' and not is_system_known
            then 'no alert log was supplied' end,
        case when coalesce(matches, 0) = 0 and silence.state = 'no_duty' then 'no duty to record a match is shown' end
    ]) as caveats
from subjects
left join found on coalesce(found.image_ref, 'image not recorded') = subjects.image_ref
cross join silence
cross join rests
order by subject
