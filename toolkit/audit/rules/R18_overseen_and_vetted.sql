-- Three senior managers oversee each agreement, and all the recipient's signatories are vetted.
-- Report:   p6.
-- Grain:    one row per agreement_ref under which something may have been shared; one where only statements speak.
-- Reads:    agreement_cover, disclosures, tenures, complete_spans, asserted, settings.
-- Register: entries.
-- Needs:    posts.
-- Breach:   fewer than three, in a roster declared complete; or a signatory whose vetting definitely ended while images
--           were still shared. The one authorised individual (the server) and the signatories (the information) are two
--           different scopes: this rule is about the second.
with used as (
    select agreement_ref, min(earliest) as first_earliest, max(earliest) as last_earliest, max(latest) as last_latest,
        min(recipient_ref) as recipient_ref, all_of(list(disclosures.evidence)) as evidence
    from agreement_cover
    inner join disclosures using (occasion_ref)
    where cover <> 'outside'
    group by agreement_ref
),

signatories as (
    select
        used.agreement_ref,
        count(distinct post_ref) as n,
        count(distinct post_ref) filter (where post = 'senior_manager') as managers,
        bool_or(vetted_end_latest <= last_earliest) as is_lapsed,
        bool_and(coalesce(
            regexp_matches(upper(vetting_level), 'NPPV *(LEVEL *)?[23]')
            and vetted_begin_latest <= first_earliest and vetted_end_earliest >= last_latest, false
        )) as are_vetted,
        records_of(tenures.evidence) as evidence
    from used
    inner join tenures on list_contains(tenures.signatory_of, used.agreement_ref) and tenures.post <> 'spoc'
    group by used.agreement_ref
),

judged as (
    select
        used.agreement_ref as subject,
        case
            when coalesce(is_lapsed, false) then 'breach'
            when managers >= 3 and are_vetted and exists (from disclosures where is_disputed) then 'records_disagree'
            when managers >= 3 and are_vetted then 'conforms'
            when managers >= 3 then 'missing_field'
            when is_complete('posts', recipient_ref, first_earliest, last_latest) then 'breach'
            else 'out_of_coverage'
        end as outcome,
        all_of([used.evidence, signatories.evidence]) as evidence
    from used
    left join signatories using (agreement_ref)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only'], [], evidence
from asserted
where topic = 'R18' and not exists (from judged)
order by subject
