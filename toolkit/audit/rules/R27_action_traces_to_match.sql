-- A police action that cites facial recognition traces to a match.
-- Report:   p11.
-- Grain:    one row per action_ref.
-- Reads:    actions, recorded_matches, complete_spans.
-- Register: actions.
-- Needs:    recorded_matches.
-- Breach:   no match of that reference or image, in an alert log declared complete for the period of the system.
with judged as (
    select
        action_ref as subject,
        case
            when match_ref in (select match_ref from recorded_matches) then 'conforms'
            when match_ref is null and image_ref in (
                select image_ref from recorded_matches
                where coalesce(recorded_matches.occurred_earliest < actions.occurred_latest, true)
            ) then 'link_unsure'
            when is_complete('recorded_matches', null, occurred_earliest - interval 31 day, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        [origin_of(source, locator)] as evidence
    from actions
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags,
    all_of(list(evidence)) as evidence
from judged
group by subject, outcome
order by subject
