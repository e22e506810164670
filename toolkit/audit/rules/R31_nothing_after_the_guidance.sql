-- After the guidance, no unit shares images with any third party for facial recognition.
-- Report:   p15.
-- Grain:    one row per sharing, by whichever register shows it or may show it, that may lie after it; one for the case where none may.
-- Reads:    guidance, sent, settings, complete_spans, registers_examined, asserted.
-- Register: guidance.
-- Needs:    entries.
-- Breach:   definitely after the guidance.
with told as (
    select min(issued_earliest) as issued_earliest, min(issued_latest) as issued_latest,
        bool_or(issued_precision is not null) as is_dated, records_of(origin_of(source, locator)) as evidence
    from guidance
    where forbids = 'facial_recognition'
    having count(*) > 0
),

judged as (
    select
        event_ref as subject,
        event_table,
        case
            when doubt is not null then doubt
            when earliest >= issued_latest then 'breach'
            else 'time_precision'
        end as outcome,
        all_of([sent.evidence, told.evidence]) as evidence
    from sent
    cross join told
    where is_dated and coalesce(latest > issued_earliest, true)
),

none as (
    select
        case
            when exists (from judged) then 'records_disagree'
            when told.is_dated is null and not exists (from asserted where topic = 'R31') then 'out_of_coverage'
            when not coalesce(is_dated, false) then 'missing_field'
            when is_complete('entries', null, issued_earliest, coalesce(as_at_latest, issued_latest)) then 'conforms'
            else 'out_of_coverage'
        end as outcome,
        all_of([
            told.evidence,
            case when told.is_dated then examined_in(['entries', 'transfers', 'receipts', 'enrolments', 'recorded_matches']) end,
            case when not coalesce(told.is_dated, false) then (select evidence from asserted where topic = 'R31') end
        ]) as evidence
    from settings
    left join told on true
    where not exists (from judged where event_table = 'entries')
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, verdict_of(outcome), reasons_of(outcome), [], evidence from none
order by subject
