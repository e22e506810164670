-- The server is accessed by the one authorised individual only.
-- Report:   p6.
-- Grain:    one row per access_ref, and per enrolment made by somebody else; one for the case without an access log.
-- Reads:    accesses, enrolments, tenures, posts, complete_spans, registers_examined, asserted.
-- Register: accesses.
-- Needs:    posts.
-- Breach:   an account that the roster gives another post, or, in a roster declared complete, none of that date.
with used as (
    select access_ref as subject, post_ref, occurred_earliest as earliest, occurred_latest as latest, true as is_log,
        origin_of(source, locator) as evidence
    from accesses
    union all
    select enrolment_ref, post_ref, enrolled_earliest, enrolled_latest, false, origin_of(source, locator) from enrolments
),

tenured as (
    select
        used.subject,
        used.post_ref,
        used.is_log,
        used.earliest,
        used.latest,
        used.evidence,
        coalesce(bool_or(tenures.post = 'authorised_operator' and cover(
            used.earliest, used.latest, begin_earliest, begin_latest, end_earliest, end_latest
        ) = 'definite'), false) as is_operator,
        coalesce(bool_or(tenures.post = 'authorised_operator' and cover(
            used.earliest, used.latest, begin_earliest, begin_latest, end_earliest, end_latest
        ) <> 'outside'), false) as is_possibly_operator,
        bool_or(tenures.post <> 'authorised_operator') as is_other,
        records_of(tenures.evidence) as roster
    from used
    left join tenures using (post_ref)
    group by all
),

judged as (
    select
        subject,
        case
            when is_operator then 'conforms'
            when post_ref is null then 'missing_field'
            when is_possibly_operator then 'time_precision'
            when is_other or is_complete('posts', null, earliest, latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        is_log,
        all_of([[evidence], roster]) as evidence
    from tenured
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
where is_log or outcome = 'breach'
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R17' and not exists (from registers_examined where table_name = 'accesses')
order by subject
