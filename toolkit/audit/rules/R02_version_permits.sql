-- The version that covers a disclosure permits sharing for facial recognition.
-- Report:   p5, p13.
-- Grain:    one row per sharing, whichever register shows it, per entry that states no use, and per version under which nothing was shared.
-- Reads:    sharings, undecided_shares, agreement_cover, clauses, validity, complete_spans, asserted.
-- Register: entries.
-- Needs:    agreement_versions.
-- Breach:   a version that surely or possibly covers it and whose clauses do not permit it, or do so only in error, and
--           none that permits it. A clause in error without the date of its amendment leaves it open.
with permissions as (
    select
        agreement_ref || '/' || version as version_ref,
        bool_or(permits) filter (where use = 'facial_recognition') as permits,
        bool_or(coalesce(in_error, false)) filter (where use = 'facial_recognition') as is_error,
        bool_or(coalesce(in_error, false) and amended_text is null) filter (where use = 'facial_recognition') as is_open,
        list(origin_of(source, locator)) filter (where use = 'facial_recognition') as evidence
    from clauses
    group by version_ref
),

versions as (
    select
        agreement_cover.occasion_ref,
        agreement_cover.cover,
        agreement_cover.is_coarse,
        case
            when coalesce(is_open, false) then 'open'
            when coalesce(is_error, false) then 'no'
            when permits then 'yes'
            when permits is not null or (text_held and permissions.version_ref is not null) then 'no'
            else 'text_not_held'
        end as permission,
        all_of([[agreement_cover.evidence], permissions.evidence]) as evidence
    from agreement_cover
    left join permissions using (version_ref)
    where agreement_cover.cover <> 'outside'
),

candidates as (
    select
        occasion_ref,
        bool_or(permission = 'yes' and cover = 'definite') or bool_and(permission = 'yes') as is_permitted,
        bool_and(permission = 'no') as is_forbidden,
        bool_or(permission = 'text_not_held') as is_text_missing,
        bool_or(permission = 'open') as is_open,
        bool_or(is_coarse) as is_coarse,
        flatten(list(evidence)) as evidence
    from versions
    group by occasion_ref
),

judged as (
    select
        sharings.occasion_ref as subject,
        case
            when is_disputed then 'cannot_determine'
            when candidates.occasion_ref is null and unit_ref is not null
                and is_complete('agreement_versions', unit_ref, earliest, latest) then 'not_applicable'
            when candidates.occasion_ref is null then 'cannot_determine'
            when is_permitted then 'conforms'
            when is_forbidden then 'breach'
            else 'cannot_determine'
        end as verdict,
        case
            when is_disputed then ['records_disagree']
            when candidates.occasion_ref is null then ['out_of_coverage']
            when is_text_missing then ['rule_text_not_held']
            when is_open then ['missing_field']
            when is_coarse then ['time_precision']
            else ['boundary_overlap']
        end as reasons,
        all_of([sharings.evidence, candidates.evidence]) as evidence
    from sharings
    left join candidates using (occasion_ref)
)

select subject, verdict, case when verdict = 'cannot_determine' then reasons else [] end as reasons,
    []::varchar[] as flags, evidence
from judged
union all
select entry_ref, 'cannot_determine', ['missing_field'], [], [evidence] from undecided_shares
union all
select validity.subject, 'not_applicable', [], [], [validity.evidence]
from validity
anti join (select version_ref from agreement_cover where cover <> 'outside') as relied_on
    on validity.subject = relied_on.version_ref
where exists (from sharings)
union all
select null, 'cannot_determine', ['rule_text_not_held'], [], evidence
from asserted
where topic = 'R2' and not exists (from sharings) and not is_text_held()
order by subject
