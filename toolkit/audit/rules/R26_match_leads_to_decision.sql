-- A match makes the SPOC aware of it, and leads to a decision on the case.
-- Report:   p11.
-- Grain:    one row per match_ref that a log, a notification or an action shows; one for the case where no match is on record.
-- Reads:    matched, notifications, duties, settings, complete_spans, registers_examined, asserted, claims.
-- Register: recorded_matches.
-- Needs:    notifications, recorded_matches.
-- Breach:   no notification or no decision, where a duty to record it is shown and its register is declared complete.
with told as (
    select match_ref, bool_or(decision is not null) as is_decided, records_of(origin_of(source, locator)) as evidence
    from notifications
    group by match_ref
),

matches as (select match_ref, earliest, latest, evidence from matched where match_ref is not null),

judged as (
    select
        matches.match_ref as subject,
        case
            when is_decided then 'conforms'
            when not is_duty_shown(case when told.match_ref is null then 'notifications' else 'decisions' end,
                coalesce(earliest, latest - interval 1 day), latest) then 'duty_not_shown'
            when is_complete('notifications', null, coalesce(earliest, latest - interval 1 day), latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([matches.evidence, told.evidence]) as evidence
    from matches
    left join told using (match_ref)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select
    null,
    'cannot_determine',
    case when is_duty_shown('matches', from_earliest, to_latest) then ['out_of_coverage'] else ['duty_not_shown'] end,
    [],
    coalesce((select evidence from asserted where topic = 'R26'), examined_in(['recorded_matches', 'notifications', 'actions']))
from settings
where not exists (from judged) and not is_complete('recorded_matches', null, from_earliest, to_latest)
order by subject
