-- Each image traces to CRIS, the Police National Computer or the Custody Imaging System.
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    image_custody, asserted.
-- Register: entries.
-- Breach:   its record is in another system, and in none of the three.
with judged as (
    select
        image_ref as subject,
        case
            when list_has_any(systems, ['cris', 'pnc', 'custody_imaging']) then 'conforms'
            when len(systems) > 0 then 'breach'
            when is_image_recorded then 'missing_field'
            else 'out_of_coverage'
        end as outcome,
        image_evidence as evidence
    from image_custody
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R11' and not exists (from image_custody)
order by subject
