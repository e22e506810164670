-- The text of an agreement matches practice: a clause on facial recognition is not in force where there was none.
-- Report:   p13.
-- Grain:    one row per version with such a clause (agreement_ref/version); one for the case where only statements speak.
-- Reads:    clauses, validity, systems, claims, asserted.
-- Register: clauses.
-- Breach:   the version definitely holds after the system that the clause names had ceased, or the clause is
--           acknowledged to be an error (flag text_in_error). A clause whose system nobody knows leaves it open.
with named as (
    select
        clauses.agreement_ref || '/' || clauses.version as subject,
        coalesce(clauses.in_error, false) as is_error,
        clauses.system_ref is null as is_unnamed,
        systems.system_ref is null or systems.operated_to_text is null as is_end_unknown,
        validity.begin_earliest,
        validity.end_earliest,
        validity.end_latest,
        systems.operated_to_latest,
        end_earliest(operated_to_text, operated_to_earliest, operated_to_latest, operated_to_precision)
            as surely_operated_to,
        given(
            [origin_of(clauses.source, clauses.locator), validity.evidence, origin_of(systems.source, systems.locator)]
        ) as evidence
    from clauses
    left join validity using (agreement_ref, version)
    left join systems using (system_ref)
    where clauses.use = 'facial_recognition' and coalesce(clauses.permits, true)
),

judged as (
    select
        subject,
        case
            when is_error or begin_earliest >= operated_to_latest or end_earliest > operated_to_latest then 'breach'
            when is_unnamed or is_end_unknown or end_latest is null then 'missing_field'
            when end_latest <= surely_operated_to then 'conforms'
            else 'time_precision'
        end as outcome,
        is_error,
        evidence
    from named
)

select
    subject,
    case when bool_or(outcome = 'breach') then 'breach' when bool_and(outcome = 'conforms') then 'conforms'
        else 'cannot_determine' end as verdict,
    case when bool_or(outcome = 'breach') then []
        else set_of(nullif(outcome, 'conforms')) end as reasons,
    case when bool_or(is_error) then ['text_in_error'] else []::varchar[] end as flags,
    list_sort(list_distinct(flatten(list(evidence)))) as evidence
from judged
group by subject
union all
select null, case when bool_or(claim = 'in_error') then 'breach' else 'cannot_determine' end,
    case when bool_or(claim = 'in_error') then [] else ['asserted_only'] end,
    case when bool_or(claim = 'in_error') then ['text_in_error'] else [] end,
    records_of(evidence)
from claims
where topic = 'R30' and claim in ('asserts', 'denies', 'in_error') and not exists (from named)
having count(*) > 0
order by subject
