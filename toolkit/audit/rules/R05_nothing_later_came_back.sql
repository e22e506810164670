-- No image came back because of facial recognition after it had ceased.
-- Report:   p12.
-- Grain:    one row per entry that may lie after; one for the case where none may.
-- Reads:    inbound, cessation, settings, complete_spans, registers_examined, asserted.
-- Register: entries.
-- Needs:    entries, transfers.
-- Breach:   an entry of one, definitely after. That none is recorded conforms only where the recipient's side, or an
--           independent log, is declared complete for that time as well.
with judged as (
    select
        entry_ref as subject,
        case
            when min(occurred_earliest) >= min(ceased_latest) then 'breach'
            when min(occurred_text) is null then 'missing_field'
            else 'boundary_overlap'
        end as outcome,
        records_of(inbound.evidence) as evidence
    from inbound
    cross join cessation
    where coalesce(occurred_latest > ceased_earliest, true)
    group by entry_ref
),

none as (
    select
        case
            when is_complete('entries', null, ceased_latest, coalesce(as_at_latest, ceased_latest)) then
                case when is_complete('transfers', null, ceased_latest, coalesce(as_at_latest, ceased_latest))
                    then 'conforms' else 'single_source' end
            when is_held('entries', ceased_latest, coalesce(as_at_latest, 'infinity')) then 'out_of_coverage'
            when exists (from asserted where topic = 'R5') then 'asserted_only'
            else 'out_of_coverage'
        end as outcome,
        coalesce((select evidence from asserted where topic = 'R5'), []) as evidence
    from settings
    cross join cessation
    where not exists (from judged)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, verdict_of(outcome), reasons_of(outcome), [], evidence from none
order by subject
