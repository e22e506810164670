-- Does a text in force describe something that is not done, or forbidden?
-- Report:   p13.
-- Grain:    one row per clause (agreement_ref/version clause) that does; one for the case where none does.
-- Reads:    clauses, validity, systems, guidance, claims, asserted, complete_spans, registers_examined, settings.
-- Awaits:   clauses.
-- States:   established, attested, not_found, not_searched.
-- A clause that permits facial recognition by a system that had ceased when the version began, or that is acknowledged to
-- be an error, or that holds after a guidance forbids it. carried_from is the text it repeats.
with found as (
    select
        clauses.agreement_ref || '/' || clauses.version || ' ' || clauses.clause as subject,
        coalesce(clauses.in_error, false) as is_error,
        coalesce(validity.begin_earliest >= systems.operated_to_latest, false) as is_ceased,
        exists (
            from guidance
            where guidance.forbids = clauses.use and guidance.issued_latest <= coalesce(validity.end_earliest, 'infinity')
        ) as is_forbidden,
        clauses.carried_from,
        given(
            [origin_of(clauses.source, clauses.locator), validity.evidence, origin_of(systems.source, systems.locator)]
        ) as evidence
    from clauses
    left join validity using (agreement_ref, version)
    left join systems using (system_ref)
    where clauses.use = 'facial_recognition' and coalesce(clauses.permits, true)
)

select
    subject,
    'established' as state,
    to_json(struct_pack(
        in_error := is_error, system_had_ceased := is_ceased, forbidden := is_forbidden, carried_from := carried_from
    )) as value,
    null as unit,
    evidence,
    coverage_of(['clauses']) as coverage,
    []::varchar[] as caveats
from found
where is_error or is_ceased or is_forbidden
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q27') then 'attested'
        when is_held('clauses', from_earliest, coalesce(as_at_latest, to_latest)) then 'not_found'
        else 'not_searched'
    end,
    (select to_json(min(value)) from claims where topic = 'Q27' and claim in ('asserts', 'in_error')),
    null,
    coalesce((select evidence from asserted where topic = 'Q27'), []),
    coverage_of(['clauses']),
    []
from settings
where not exists (from found where is_error or is_ceased or is_forbidden)
order by subject
