-- When did each image stop being relevant?
-- Report:   p8.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    disclosed_images, agreement_cover, validity, claims, asserted.
-- Register: entries.
-- Awaits:   agreement_versions.
-- States:   established, not_found, attested, not_searched.
-- Derived: the end of the last agreement under which it was shared. The report names no other end of relevance.
with ends as (
    select
        disclosed_images.image_ref,
        arg_max(validity.ends_text, validity.end_latest) as "text",
        arg_max(validity.ends_precision, validity.end_latest) as "precision",
        arg_max(validity.ends_earliest, validity.end_latest) as end_earliest,
        max(validity.end_latest) as end_latest,
        count(*) filter (where validity.agreement_ref is not null and validity.ends_text is null) > 0 as is_open,
        all_of([flatten(list(disclosed_images.evidence)), list(validity.evidence) filter (
            where validity.evidence is not null
        )]) as evidence
    from disclosed_images
    left join agreement_cover
        on disclosed_images.occasion_ref = agreement_cover.occasion_ref and agreement_cover.cover <> 'outside'
    left join validity
        on agreement_cover.agreement_ref = validity.agreement_ref and agreement_cover.version = validity.version
    group by disclosed_images.image_ref
)

select
    image_ref as subject,
    case when "text" is not null and not is_open then 'established' else 'not_found' end as state,
    case when "text" is not null and not is_open then date_value("text", end_earliest, end_latest, "precision") end as value,
    null as unit,
    evidence,
    coverage_of(['agreement_versions']) as coverage,
    case when "text" is not null and not is_open then ['derived: the end of the agreement it was shared under']
        else ['no end of an agreement it was shared under is recorded'] end as caveats
from ends
union all
select null, 'attested', to_json((select min(value) from claims where topic = 'Q52')), null, evidence,
    coverage_of(['agreement_versions']), []
from asserted
where topic = 'Q52' and not exists (from disclosed_images)
order by subject
