-- The person is wanted, a known offender, or missing.
-- Report:   p4.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    image_custody, asserted.
-- Register: entries.
-- Breach:   another category on record, and none of the three.
with judged as (
    select
        image_ref as subject,
        case
            when subjects <> 1 then 'identity_unresolved'
            when list_contains(categories, 'other') and len(categories) > 1 then 'identity_unresolved'
            when len(categories) > 0 and not list_contains(categories, 'other') then 'conforms'
            when len(categories) > 0 then 'breach'
            when is_person_recorded then 'missing_field'
            else 'out_of_coverage'
        end as outcome,
        person_evidence as evidence
    from image_custody
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R8' and not exists (from image_custody)
order by subject
