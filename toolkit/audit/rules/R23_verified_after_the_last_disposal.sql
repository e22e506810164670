-- "Verified that these images are no longer held" rests on a check made after the last disposal.
-- Report:   p8.
-- Grain:    one row for the case.
-- Reads:    verifications, disposals, asserted.
-- Register: verifications.
-- Breach:   the last check was made before the last disposal, or found a copy.
with checks as (
    select
        count(*) as n,
        bool_or(result = 'copy_found') as is_copy_found,
        max(occurred_earliest) filter (where post_ref is not null and "method" is not null and result is not null)
            as checked_earliest,
        max(occurred_latest) as checked_latest,
        bool_and(occurred_precision is not null) as are_dated,
        bool_or(post_ref is not null and "method" is not null and result is not null) as is_told,
        records_of(origin_of(source, locator)) as evidence
    from verifications
),

last_disposal as (
    select max(occurred_latest) as disposed_latest, max(occurred_earliest) as disposed_earliest,
        bool_and(occurred_precision is not null) as are_dated,
        coalesce(arg_max([origin_of(source, locator)], occurred_latest), []) as evidence
    from disposals
),

judged as (
    select
        case
            when n = 0 then 'missing_field'
            when is_copy_found then 'breach'
            when not checks.are_dated or not is_told or not coalesce(last_disposal.are_dated, true) then 'missing_field'
            when coalesce(checked_earliest >= disposed_latest, disposed_latest is null) then 'conforms'
            when checked_latest <= disposed_earliest then 'breach'
            else 'time_precision'
        end as outcome,
        all_of([checks.evidence, last_disposal.evidence, (select evidence from asserted where topic = 'R23')]) as evidence
    from checks
    cross join last_disposal
    where n > 0 or exists (from asserted where topic = 'R23')
)

select null as subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
