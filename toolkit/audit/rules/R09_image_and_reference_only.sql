-- A file holds an image and a reference number, and no other personal data.
-- Report:   p7.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    clauses, disclosures, asserted, agreement_versions.
-- Register: entries.
-- Breach:   the entry says that other personal data went with it. Names are the subject of R10.
with judged as (
    select
        occasion_ref as subject,
        case
            when other_personal_data is null then 'missing_field'
            when other_personal_data then 'breach'
            else 'conforms'
        end as outcome,
        evidence
    from disclosures
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine',
    case when is_text_held() then ['asserted_only'] else ['asserted_only', 'rule_text_not_held'] end, [], evidence
from asserted
where topic = 'R9' and not exists (from disclosures)
order by subject
