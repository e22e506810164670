-- Why would a record be expected: was there a duty?
-- Report:   p8, p11.
-- Grain:    one row per kind of event that a clause can require somebody to record.
-- Reads:    clauses, duties, agreement_versions, settings, registers_examined.
-- Awaits:   clauses.
-- States:   established, not_found, not_searched.
with events as (
    select unnest([
        'disclosures', 'transfers', 'receipts', 'enrolments', 'matches', 'notifications', 'decisions', 'actions', 'inbound',
        'disposals', 'verifications', 'accesses'
    ]) as event
),

shown as (
    select event, set_of(agreement_ref || '/' || version || ' ' || clause) as clauses, records_of(evidence) as evidence
    from duties
    group by event
)

select
    event as subject,
    case when clauses is not null then 'established' when is_text_held() then 'not_found' else 'not_searched' end as state,
    to_json(clauses) as value,
    null as unit,
    coalesce(shown.evidence, []) as evidence,
    coverage_of(['clauses']) as coverage,
    case when clauses is null and is_text_held() then ['no clause of the texts that are held requires it'] else [] end
        as caveats
from events
left join shown using (event)
order by subject
