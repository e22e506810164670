-- Was each image put on the recognition system, and for how long?
-- Report:   p6.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    clauses, disclosed_images, enrolments, systems, settings, complete_spans, registers_examined, duties,
--           claims, agreement_versions.
-- Register: entries.
-- Awaits:   enrolments.
-- States:   established, conflicting, attested, record_missing, not_found, no_duty, not_searched.
-- conflicting: it was taken off before it was put on, or put on before it was first shared.
with shared as (
    select image_ref, min(earliest) as first_earliest, all_of(list(evidence)) as evidence
    from disclosed_images
    group by image_ref
),

enrolled as (
    select
        image_ref,
        list(struct_pack(
            system := system_ref,
            enrolled := date_or_null(enrolled_text, enrolled_earliest, enrolled_latest, enrolled_precision),
            removed := date_or_null(removed_text, removed_earliest, removed_latest, removed_precision)
        ) order by enrolled_earliest nulls last, enrolment_ref) as times,
        bool_or(coalesce(removed_latest <= enrolled_earliest, false)) as is_reversed,
        min(enrolled_latest) as first_latest,
        bool_or(removed_text is null) as is_open,
        set_of(origin_of(source, locator)) as evidence
    from enrolments
    group by image_ref
)

select
    image_ref as subject,
    case
        when is_reversed or first_latest <= first_earliest then 'conflicting'
        when times is not null then 'established'
        else silent_state('enrolments', 'enrolments', 'Q39', from_earliest, to_latest, exists (from systems))
    end as state,
    case when times is not null then to_json(times) end as value,
    null as unit,
    case when times is not null then enrolled.evidence else shared.evidence end as evidence,
    coverage_of(['enrolments']) as coverage,
    given([
        case when is_reversed then 'taken off before it was put on' end,
        case when first_latest <= first_earliest then 'put on before any entry says that it was shared' end,
        case when is_open then 'when it was taken off is not recorded' end
    ]) as caveats
from shared
left join enrolled using (image_ref)
cross join settings
order by subject
