-- Did that version permit, or mention, facial recognition?
-- Report:   p13.
-- Grain:    one row per version (agreement_ref/version); one for the case where only statements speak.
-- Reads:    agreement_versions, clauses, claims.
-- Register: agreement_versions.
-- Awaits:   clauses.
-- States:   established, established_not, conflicting, not_found, attested, not_searched.
-- not_found: the text is held and no clause speaks of it. not_searched: the text is not held.
with spoken as (
    select
        agreement_ref || '/' || version as subject,
        bool_or(permits and is_about) as permits,
        bool_or(not permits and is_about) as forbids,
        bool_or(is_about and coalesce(in_error, false)) as is_error,
        bool_or(is_about and coalesce(in_error, false) and amended_text is null) as is_undated,
        set_of(case when is_about then clause end) as clauses,
        records_of(case when is_about then origin_of(source, locator) end) as evidence
    from (select *, coalesce(use = 'facial_recognition', false) as is_about from clauses)
    group by subject
),

versions as (
    select agreement_ref || '/' || version as subject, bool_or(coalesce(text_held, false)) as is_text_held,
        records_of(origin_of(source, locator)) as evidence
    from agreement_versions
    group by subject
)

select
    subject,
    case
        when permits and forbids then 'conflicting'
        when permits then 'established'
        when forbids then 'established_not'
        when is_text_held and spoken.subject is not null then 'not_found'
        else 'not_searched'
    end as state,
    case when permits or forbids then to_json(struct_pack(permits := coalesce(permits, false), clauses := clauses)) end
        as value,
    null as unit,
    all_of([versions.evidence, spoken.evidence]) as evidence,
    coverage_of(['clauses', 'agreement_versions']) as coverage,
    given([
        case when is_error then 'the clause is acknowledged to be an error' end,
        case when is_undated then 'when it was amended is not stated' end,
        case when not is_text_held or spoken.subject is null then 'the text is not held' end
    ]) as caveats
from versions
left join spoken using (subject)
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['clauses']), []
from claims
where topic = 'Q26' and claim in ('asserts', 'denies', 'in_error') and not exists (from versions)
having count(*) > 0
order by subject
