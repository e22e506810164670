-- Electronic files are deleted in the presence of the SPOC.
-- Report:   p8.
-- Grain:    one row per disposal_ref of a deletion that concerns no medium; one for the case where only statements speak.
-- Reads:    disposals, tenures, complete_spans, asserted.
-- Register: disposals.
-- Needs:    posts.
-- Breach:   the record says that nobody watched, or names one who definitely was not SPOC on that date in a roster
--           declared complete. The SPOC who deletes is present.
with present as (
    select disposal_ref, unnest([post_ref, witness_post_ref]) as post_ref, occurred_earliest, occurred_latest
    from disposals
),

spocs as (
    select
        present.disposal_ref,
        max(cover(
            occurred_earliest, occurred_latest,
            tenures.begin_earliest, tenures.begin_latest, tenures.end_earliest, tenures.end_latest
        ) = 'definite') as is_present,
        max(cover(
            occurred_earliest, occurred_latest,
            tenures.begin_earliest, tenures.begin_latest, tenures.end_earliest, tenures.end_latest
        ) <> 'outside') as is_possibly_present,
        records_of(tenures.evidence) as evidence
    from present
    inner join tenures on present.post_ref = tenures.post_ref and tenures.post = 'spoc'
    group by present.disposal_ref
),

judged as (
    select
        disposals.disposal_ref as subject,
        case
            when coalesce(is_present, false) then 'conforms'
            when witness_post_ref = 'none' and not coalesce(is_possibly_present, false) then 'breach'
            when witness_post_ref is null or occurred_text is null then 'missing_field'
            when coalesce(is_possibly_present, false) then 'time_precision'
            when is_complete('posts', null, occurred_earliest, occurred_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([[origin_of(disposals.source, disposals.locator)], spocs.evidence]) as evidence
    from disposals
    left join spocs using (disposal_ref)
    where act = 'deletion' and medium_ref is null
)

select
    subject,
    verdict_of(outcome) as verdict,
    reasons_of(outcome) as reasons,
    []::varchar[] as flags,
    evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R22' and not exists (from judged)
order by subject
