-- Images of missing persons may be shared (p4), and only images of persons charged, cautioned, reprimanded or warned (p7).
-- Report:   p4, p7.
-- Grain:    one row per image_ref of a missing person, or of a wanted one without such a disposal; one for the case.
-- Reads:    image_custody, image_disposals, asserted.
-- Register: custody_records.
-- The two sentences contradict each other for that class, so that no verdict but cannot_determine is possible for it; for
-- any other image the rule is not applicable.
with judged as (
    select
        image_custody.image_ref as subject,
        case
            when list_contains(categories, 'missing')
                or (list_contains(categories, 'wanted') and not image_disposals.is_before) then 'rule_conflict'
            when len(categories) > 0 then 'not_applicable'
            when is_person_recorded then 'missing_field'
            else 'out_of_coverage'
        end as outcome,
        all_of([person_evidence, image_disposals.evidence]) as evidence
    from image_custody
    inner join image_disposals using (image_ref)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['rule_conflict'], [], evidence
from asserted
where topic = 'R8x' and not exists (from judged)
order by subject
