-- Each disclosure lies within the validity of an agreement version between that unit (or a predecessor) and that recipient.
-- Report:   p2, p5.
-- Grain:    one row per sharing, whichever register shows it; one for the case where only statements speak.
-- Reads:    clauses, sharings, agreement_cover, agreement_versions, complete_spans, claims, asserted, settings.
-- Register: entries.
-- Needs:    agreement_versions.
-- Breach:   definitely outside every version, in an agreements register declared complete for that time.
with candidates as (
    select
        occasion_ref,
        bool_or(cover = 'definite' and text_held) as is_covered,
        bool_or(cover = 'definite') as is_definite,
        bool_or(cover <> 'outside') as is_candidate,
        bool_or(is_coarse) filter (where cover = 'possible') as is_coarse,
        bool_and(are_ends_stated) filter (where cover = 'possible') as are_ends_stated,
        bool_and(text_held) filter (where cover <> 'outside') as is_text_held,
        list(evidence) filter (where cover <> 'outside') as evidence
    from agreement_cover
    group by occasion_ref
),

judged as (
    select
        sharings.occasion_ref as subject,
        case
            when is_disputed then ['records_disagree']
            when unit_ref is null or recipient_ref is null or "text" is null then ['missing_field']
            when coalesce(is_covered, false) then []
            when coalesce(is_candidate, false) then list_concat(
                case when coalesce(is_text_held, false) then [] else ['rule_text_not_held'] end,
                case
                    when is_definite then []
                    when not are_ends_stated then ['missing_field']
                    when is_coarse or is_torn then ['time_precision']
                    else ['boundary_overlap']
                end
            )
            when is_complete('agreement_versions', unit_ref, earliest, latest) then []
            else ['out_of_coverage']
        end as reasons,
        coalesce(is_covered, false) as is_covered,
        all_of([sharings.evidence, candidates.evidence]) as evidence
    from sharings
    left join candidates using (occasion_ref)
),

stated as (
    select
        list_concat(
            case when bool_or(claims.about_precision in ('year', 'month')) then ['time_precision'] else [] end,
            case when is_text_held() then [] else ['rule_text_not_held'] end
        ) as reasons,
        min(asserted.evidence) as evidence
    from asserted
    inner join claims using (topic)
    where topic = 'R1' and not exists (from sharings)
    group by topic
)

select
    subject,
    case when len(reasons) > 0 then 'cannot_determine' when is_covered then 'conforms' else 'breach' end as verdict,
    reasons,
    []::varchar[] as flags,
    evidence
from judged
union all
select null, 'cannot_determine', reasons, [], evidence from stated
order by subject
