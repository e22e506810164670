-- Was there a duty or a mechanism to record matches?
-- Report:   p11.
-- Grain:    one row.
-- Reads:    duties, clauses, documents, agreement_versions, claims, settings.
-- Awaits:   documents.
-- States:   established, not_found, no_duty, not_searched.
-- It decides between record_missing and no_duty where an alert log is silent.
with shown as (
    select set_of(agreement_ref || '/' || version || ' ' || clause) as clauses, records_of(evidence) as evidence
    from duties
    where event = 'matches'
),

mechanisms as (
    select set_of(document_ref) as documents, records_of(origin_of(source, locator)) as evidence
    from documents
    where document_kind = 'procedure' and contains(lower(outcome), 'match')
)

select
    null as subject,
    case
        when len(clauses) + len(documents) > 0 then 'established'
        when is_text_held() then 'not_found'
        when is_said_unrecorded('Q41') then 'no_duty'
        else 'not_searched'
    end as state,
    case when len(clauses) + len(documents) > 0 then to_json(list_concat(clauses, documents)) end as value,
    null as unit,
    all_of([shown.evidence, mechanisms.evidence, (select records_of(evidence) from claims where topic = 'Q41')]) as evidence,
    coverage_of(['clauses', 'documents']) as coverage,
    case when is_text_held() then ['in the texts of the agreements that are held']
        else ['no text of an agreement is held'] end as caveats
from shown
cross join mechanisms
