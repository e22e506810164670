-- No image came back because of facial recognition after it had ceased.
-- Report:   p12.
-- Grain:    one row per return, by whichever register shows it, that may lie after; one for the case where none may.
-- Reads:    received_back, cessation, settings, complete_spans, registers_examined, asserted.
-- Register: entries.
-- Needs:    entries, transfers.
-- Breach:   a record of one, definitely after. That none is recorded conforms only where the recipient's side, or an
--           independent log, is declared complete for that time as well.
with judged as (
    select
        event_ref as subject,
        event_table,
        case
            when bool_and(doubt is not null) then 'missing_field'
            when min(earliest) >= min(ceased_latest) then 'breach'
            when min("text") is null then 'missing_field'
            when min(earliest) is null then 'time_precision'
            else 'boundary_overlap'
        end as outcome,
        flatten(list(received_back.evidence)) as evidence
    from received_back
    cross join cessation
    where coalesce(latest > ceased_earliest, true)
    group by event_ref, event_table
),

silence as (
    select
        case
            when exists (from judged) then 'records_disagree'
            when is_complete('entries', null, ceased_latest, coalesce(as_at_latest, ceased_latest)) then
                case when is_complete('transfers', null, ceased_latest, coalesce(as_at_latest, ceased_latest))
                    then 'conforms' else 'single_source' end
            when is_held('entries', ceased_latest, coalesce(as_at_latest, 'infinity')) then 'out_of_coverage'
            when exists (from asserted where topic = 'R5') then 'asserted_only'
            else 'out_of_coverage'
        end as outcome
    from settings
    cross join cessation
    where not exists (from judged where event_table = 'entries')
),

none as (
    select outcome, case when outcome = 'asserted_only' then (select evidence from asserted where topic = 'R5')
        else examined_in(['entries', 'transfers', 'receipts']) end as evidence
    from silence
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, verdict_of(outcome), reasons_of(outcome), [], evidence from none
order by subject
