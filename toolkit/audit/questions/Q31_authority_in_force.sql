-- Was that authority decided, or in force, at the time?
-- Report:   p3.
-- Grain:    one row per authority_ref that an entry or a statement cites; one for the case where only statements speak.
-- Reads:    authorities, disclosures, claims, settings.
-- Register: authorities.
-- States:   established, established_not, conflicting, not_found, attested, not_searched.
-- Compared with the disclosures that rely on it; an authority that none relies on, with the period.
with relied_on as (
    select authority_ref, min(earliest) as first_earliest, max(latest) as last_latest, all_of(list(evidence)) as evidence
    from (select *, unnest(authority_refs) as authority_ref from disclosures)
    group by authority_ref
),

dated as (
    select
        authorities.authority_ref,
        min(citation) as citation,
        min(in_force_text) as in_force_text,
        min(in_force_earliest) as in_force_earliest,
        max(in_force_latest) as in_force_latest,
        bool_or(authority_kind = 'common_law') as is_common_law,
        records_of(origin_of(source, locator)) as evidence
    from authorities
    group by authorities.authority_ref
)

select
    authority_ref as subject,
    case
        when is_common_law then 'established'
        when in_force_text is null then 'not_found'
        when in_force_latest <= coalesce(first_earliest, from_earliest) then 'established'
        when in_force_earliest >= coalesce(last_latest, to_latest) then 'established_not'
        else 'conflicting'
    end as state,
    to_json(struct_pack(citation := citation, stood_from := in_force_text, relied_on := relied_on.evidence is not null))
        as value,
    null as unit,
    all_of([dated.evidence, relied_on.evidence]) as evidence,
    coverage_of(['authorities']) as coverage,
    given([
        case when not is_common_law and in_force_earliest >= coalesce(last_latest, to_latest) then
            'it came later than what it is cited for' end,
        case when not is_common_law and in_force_text is null then 'from when it stood is not recorded' end,
        case when relied_on.evidence is null then 'no entry relies on it; a statement may cite it' end
    ]) as caveats
from dated
left join relied_on using (authority_ref)
cross join settings
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['authorities']), []
from claims
where topic = 'Q31' and claim in ('asserts', 'denies') and not exists (from authorities)
having count(*) > 0
order by subject
