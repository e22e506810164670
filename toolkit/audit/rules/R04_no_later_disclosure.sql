-- Nothing was shared for facial recognition with the recipient, or a related company, after it had ceased.
-- Report:   p12.
-- Grain:    one row per sharing, by whichever register shows it or may show it, that may lie after; one for the case where none
--           may.
-- Reads:    sent, recipients, units, cessation, settings, complete_spans, registers_examined, asserted.
-- Register: entries.
-- Needs:    entries.
-- Where the intelligence system has none that may, and another register does, the case is records_disagree.
-- Breach:   definitely after, to the recipient or a related company. That none is on record conforms only where the
--           intelligence system is declared complete for that time; of what else was examined, the evidence says.
with known as (
    select (select coalesce(list(kin_ref), []) from recipients) as kin, (select coalesce(list(distinct unit_ref), []) from units) as units
),

judged as (
    select
        event_ref as subject,
        event_table,
        case
            when doubt is not null then doubt
            when len(recipient_refs) = 0 then 'missing_field'
            when not list_has_any(recipient_refs, kin)
                then 'identity_unresolved'
            when earliest >= ceased_latest then 'breach'
            when latest is null then 'missing_field'
            when bound = 'by' then 'time_precision'
            when earliest is null then 'missing_field'
            else 'boundary_overlap'
        end as outcome,
        sent.evidence
    from sent
    cross join cessation
    cross join known
    where coalesce(latest > ceased_earliest, true)
        and (
            len(recipient_refs) = 0
            or list_has_any(recipient_refs, kin)
            or not list_has_all(known.units, recipient_refs)
        )
),

silence as (
    select
        case
            when exists (from judged) then 'records_disagree'
            when is_complete('entries', null, ceased_latest, coalesce(as_at_latest, ceased_latest)) then 'conforms'
            when is_held('entries', ceased_latest, coalesce(as_at_latest, 'infinity')) then 'out_of_coverage'
            when exists (from asserted where topic = 'R4') then 'asserted_only'
            else 'out_of_coverage'
        end as outcome
    from settings
    cross join cessation
    where not exists (from judged where event_table = 'entries')
),

none as (
    select outcome, case when outcome = 'asserted_only' then (select evidence from asserted where topic = 'R4')
        else examined_in(['entries', 'transfers', 'receipts', 'enrolments', 'recorded_matches']) end as evidence
    from silence
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, verdict_of(outcome), reasons_of(outcome), [], evidence from none
order by subject
