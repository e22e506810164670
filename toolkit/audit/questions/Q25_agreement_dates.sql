-- When was each agreement signed, amended, ended?
-- Report:   p2, p13.
-- Grain:    one row per version (agreement_ref/version); one for the case where only statements speak.
-- Reads:    agreement_versions, claims.
-- Register: agreement_versions.
-- States:   established, conflicting, not_found, attested, not_searched.
-- conflicting: two rows of one version give different dates, or it ends before it begins.
with versions as (
    select
        agreement_ref || '/' || version as subject,
        list(distinct to_json(struct_pack(
            signed := date_or_null(signed_text, signed_earliest, signed_latest, signed_precision),
            begins := date_or_null(begins_text, begins_earliest, begins_latest, begins_precision),
            ends := date_or_null(ends_text, ends_earliest, ends_latest, ends_precision),
            amended := date_or_null(amended_text, amended_earliest, amended_latest, amended_precision)
        ))) as dates,
        bool_or(coalesce(ends_latest <= begins_earliest, false)) as is_reversed,
        bool_or(ends_text is null) as is_end_missing,
        bool_or(signed_text is null) as is_signature_missing,
        bool_or(coalesce(signed_text, begins_text, ends_text, amended_text) is not null) as is_dated,
        records_of(origin_of(source, locator)) as evidence
    from agreement_versions
    group by subject
)

select
    subject,
    case when len(dates) > 1 or is_reversed then 'conflicting' when is_dated then 'established' else 'not_found' end as state,
    case when len(dates) = 1 then dates[1] else to_json(list_sort(dates)) end as value,
    null as unit,
    evidence,
    coverage_of(['agreement_versions']) as coverage,
    given([
        case when is_reversed then 'it is said to end before it begins' end,
        case when is_end_missing then 'its end is not stated' end,
        case when is_signature_missing then 'its signature is not dated' end
    ]) as caveats
from versions
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['agreement_versions']), []
from claims
where topic = 'Q25' and claim in ('asserts', 'denies') and not exists (from versions)
having count(*) > 0
order by subject
