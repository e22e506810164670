-- Images that came back in the period are recorded, if there were any.
-- Report:   p10.
-- Grain:    one row per transfer to a police unit for facial recognition, and per receipt by one; one for the case where there
--           is none.
-- Reads:    sent_back, received_back, settings, complete_spans, registers_examined.
-- Register: transfers.
-- Needs:    entries, transfers.
-- Breach:   the sender's record or an independent log shows it sent, and the intelligence system, declared complete for
--           that time, has no entry of it. Of a receipt the time is then or before: the system must be complete up to it.
with judged as (
    select
        event_ref as subject,
        case
            when is_complete('entries', unit_ref, coalesce(earliest, latest - interval 1 day), latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        evidence
    from received_back
    where event_table <> 'entries' and doubt is null
    union all
    select transfer_ref, 'conforms', [evidence]
    from sent_back
    where transfer_ref not in (select event_ref from received_back where event_table = 'transfers')
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null,
    case when is_complete('transfers', null, from_earliest, to_latest) then 'not_applicable' else 'cannot_determine' end,
    case when is_complete('transfers', null, from_earliest, to_latest) then [] else ['single_source'] end,
    [],
    examined_in(['transfers', 'receipts'])
from settings
where not exists (from judged)
order by subject
