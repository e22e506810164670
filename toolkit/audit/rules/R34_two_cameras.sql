-- Results of facial recognition come only from the cameras that the recognition system is said to have.
-- Report:   p4.
-- Grain:    one row per match_ref on record; one for the case where only statements speak.
-- Reads:    recorded_matches, cameras, complete_spans, asserted, registers_examined.
-- Register: recorded_matches.
-- Breach:   a camera of another system, or one that a list of cameras declared complete does not have.
with judged as (
    select
        recorded_matches.match_ref as subject,
        case
            when bool_and(recorded_matches.camera_id is null) then 'missing_field'
            when bool_and(cameras.camera_id is not null and (
                cameras.system_ref = recorded_matches.system_ref or recorded_matches.system_ref is null
            )) and bool_and(cameras.system_ref is not null) then 'conforms'
            when bool_or(cameras.system_ref <> recorded_matches.system_ref) then 'breach'
            when bool_and(cameras.camera_id is null) and is_complete(
                'cameras', null, min(recorded_matches.occurred_earliest), max(recorded_matches.occurred_latest)
            ) then 'breach'
            when bool_and(cameras.camera_id is null) then 'out_of_coverage'
            else 'missing_field'
        end as outcome,
        all_of([
            list(origin_of(recorded_matches.source, recorded_matches.locator)),
            list(origin_of(cameras.source, cameras.locator)) filter (where cameras.source is not null)
        ]) as evidence
    from recorded_matches
    left join cameras using (camera_id)
    group by recorded_matches.match_ref
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R34' and not exists (from registers_examined where table_name = 'recorded_matches')
order by subject
