-- The record is made by the SPOC, and the images go through the SPOC.
-- Report:   p8.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, senders, complete_spans, asserted.
-- Register: entries.
-- Needs:    posts.
-- Breach:   author or carrier definitely not SPOC on that date, in a roster declared complete.
with judged as (
    select
        disclosures.occasion_ref as subject,
        case
            when len(post_refs) = 0 or "precision" is null then 'missing_field'
            when is_spoc then 'conforms'
            when is_possibly_spoc and "precision" in ('year', 'month') then 'time_precision'
            when is_possibly_spoc then 'boundary_overlap'
            when is_complete('posts', unit_ref, earliest, latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([disclosures.evidence, senders.evidence]) as evidence
    from disclosures
    left join senders using (occasion_ref)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R14' and not exists (from disclosures)
order by subject
