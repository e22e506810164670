-- Was any image matched, on which camera?
-- Report: p4, p11.
-- Grain:  one row per image_ref that was disclosed; one for the case where no disclosure is on record.
-- Reads:  clauses, shared_images, recorded_matches, systems, enrolments, claims, asserted, settings, complete_spans,
--         registers_examined, duties, agreement_versions.
-- Awaits: recorded_matches.
-- States: established, attested, record_missing, not_found, no_duty, not_searched.
-- By the recipient's records alone; a sweep says what could be found today, not what was found then (Q42).
with shared as (select image_ref, evidence from shared_images),

matched as (
    select
        image_ref,
        count(distinct match_ref) as matches,
        set_of(camera_id) as cameras,
        records_of(origin_of(source, locator)) as evidence
    from recorded_matches
    group by image_ref
),

subjects as (
    select image_ref, evidence from shared
    union all
    select null, [] where not exists (from shared)
),

carriers as (
    select exists (from systems) or exists (from enrolments) as is_system_known
),

silence as (
    select
        is_system_known,
        case when exists (from asserted where topic = 'Q40') then 'attested'
            else silent_state('recorded_matches', 'matches', 'Q40', from_earliest, to_latest, is_system_known)
        end as state,
        (select records_of(evidence) from claims where topic = 'Q40') as evidence,
        (select min(value) from claims where topic = 'Q40' and claim in ('asserts', 'denies')) as stated
    from settings
    cross join carriers
)

select
    image_ref as subject,
    case when matches > 0 then 'established' else silence.state end as state,
    case
        when matches > 0 then to_json(struct_pack(matches := matches, cameras := cameras))
        when silence.state = 'attested' then to_json(stated)
    end as value,
    case when matches > 0 then 'records' end as unit,
    case when matches > 0 then matched.evidence else all_of([subjects.evidence, silence.evidence]) end as evidence,
    coverage_of(['recorded_matches']) as coverage,
    case
        when matches > 0 then []
        when silence.state = 'not_searched' and is_system_known
            then ['the alert log of the recognition system is not held']
        when silence.state = 'not_searched' then ['no alert log was supplied']
        when silence.state = 'no_duty' then ['no duty to record a match is shown']
        else []
    end as caveats
from subjects
left join matched using (image_ref)
cross join silence
order by subject
