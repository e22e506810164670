-- Nothing was shared for facial recognition with the recipient, or a related company, after it had ceased.
-- Report:   p12.
-- Grain:    one row per disclosure, or entry that states no use, that may lie after; one for the case where none may.
-- Reads:    disclosures, undecided_shares, recipients, units, cessation, settings, complete_spans, registers_examined,
--           asserted.
-- Register: entries.
-- Needs:    entries.
-- Breach:   definitely after, to the recipient or a related company.
with later as (
    select occasion_ref as subject, earliest, latest, recipient_ref, evidence, false as is_undecided
    from disclosures
    union all
    select entry_ref, occurred_earliest, occurred_latest, recipient_ref, [evidence], true from undecided_shares
),

judged as (
    select
        subject,
        case
            when is_undecided then 'missing_field'
            when recipient_ref is null then 'missing_field'
            when recipient_ref not in (select kin_ref from recipients)
                and recipient_ref not in (select unit_ref from units) then 'identity_unresolved'
            when earliest >= ceased_latest then 'breach'
            when earliest is null or latest is null then 'missing_field'
            else 'boundary_overlap'
        end as outcome,
        later.evidence
    from later
    cross join cessation
    where coalesce(latest > ceased_earliest, true)
        and (
            recipient_ref is null
            or recipient_ref in (select kin_ref from recipients)
            or recipient_ref not in (select unit_ref from units)
        )
),

none as (
    select
        case
            when is_complete('entries', null, ceased_latest, coalesce(as_at_latest, ceased_latest)) then 'conforms'
            when is_held('entries', ceased_latest, coalesce(as_at_latest, 'infinity')) then 'out_of_coverage'
            when exists (from asserted where topic = 'R4') then 'asserted_only'
            else 'out_of_coverage'
        end as outcome,
        coalesce((select evidence from asserted where topic = 'R4'), []) as evidence
    from settings
    cross join cessation
    where not exists (from judged)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, verdict_of(outcome), reasons_of(outcome), [], evidence from none
order by subject
