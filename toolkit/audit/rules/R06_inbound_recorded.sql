-- Images that came back in the period are recorded, if there were any.
-- Report:   p10.
-- Grain:    one row per transfer to a police unit for facial recognition; one for the case where there is none.
-- Reads:    sent_back, inbound, settings, complete_spans, registers_examined.
-- Register: transfers.
-- Needs:    entries, transfers.
-- Breach:   the sender's record or an independent log shows it sent, and the intelligence system, declared complete for
--           that time, has no entry of it.
with judged as (
    select
        transfer_ref as subject,
        case
            when exists (
                from inbound
                where inbound.entry_ref = sent_back.entry_ref
                    or (
                        list_has_any(inbound.image_refs, sent_back.image_refs)
                        and coalesce(inbound.occurred_earliest < sent_back.occurred_latest + interval 1 day, true)
                        and coalesce(inbound.occurred_latest > sent_back.occurred_earliest, true)
                    )
            ) then 'conforms'
            when is_complete('entries', recipient_ref, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        [evidence] as evidence
    from sent_back
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null,
    case when is_complete('transfers', null, from_earliest, to_latest) then 'not_applicable' else 'cannot_determine' end,
    case when is_complete('transfers', null, from_earliest, to_latest) then [] else ['single_source'] end,
    [],
    []
from settings
where not exists (from judged)
order by subject
