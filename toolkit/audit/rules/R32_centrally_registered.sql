-- Each agreement relied on is in the central register.
-- Report:   p16.
-- Grain:    one row per agreement_ref under which something may have been shared; one for the case where none is known.
-- Reads:    agreement_cover, agreement_versions, documents, asserted, settings, complete_spans.
-- Register: agreement_versions.
-- Needs:    agreement_versions.
-- Breach:   not in it, in a register of agreements declared complete for a time after it was opened. The opening is a
--           document about "central_register"; without one nobody can say from when the rule was in force.
with opened as (
    select min(dated_latest) as opened_latest, records_of(origin_of(source, locator)) as evidence
    from documents
    where about_ref = 'central_register'
),

relied_on as (select distinct agreement_ref from agreement_cover where cover <> 'outside'),

registered as (
    select relied_on.agreement_ref, bool_or(registered_text is not null) as is_registered,
        records_of(origin_of(source, locator)) as evidence
    from relied_on
    inner join agreement_versions using (agreement_ref)
    group by relied_on.agreement_ref
),

judged as (
    select
        agreement_ref as subject,
        case
            when is_registered then 'conforms'
            when opened_latest is null then 'rule_in_force_unknown'
            when is_complete('agreement_versions', null, opened_latest, coalesce(as_at_latest, opened_latest)) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([registered.evidence, opened.evidence]) as evidence
    from registered
    cross join opened
    cross join settings
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['rule_in_force_unknown'], [], evidence
from asserted
where topic = 'R32' and not exists (from judged)
order by subject
