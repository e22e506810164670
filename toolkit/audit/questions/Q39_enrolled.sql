-- Was each image put on the recognition system, and for how long?
-- Report:   p6.
-- Grain:    one row per image_ref that some register shows to have been sent.
-- Reads:    clauses, shared_images, enrolled, systems, settings, complete_spans, registers_examined, duties, claims,
--           agreement_versions.
-- Register: entries.
-- Awaits:   enrolments.
-- States:   established, conflicting, attested, record_missing, not_found, no_duty, not_searched.
-- conflicting: it was taken off before it was put on, or put on before it was first shared; or only enrolments under another
-- reference may be of it, and nobody has decided.
-- A match shows that the image was on the list; where the list, declared complete, lacks it, record_missing or conflicting.
with several as (
    select image_ref from enrolled where doubt is null and bound = 'at' group by image_ref having count(*) > 1
),

times as (
    select *, struct_pack(
        system := system_ref,
        enrolled := date_or_null(enrolled_text, enrolled_earliest, enrolled_latest, enrolled_precision),
        removed := date_or_null(removed_text, removed_earliest, removed_latest, removed_precision)
    ) as one
    from enrolled
    where doubt is null and bound = 'at'
),

listed as (
    select
        image_ref,
        [one] as times,
        coalesce(removed_latest <= enrolled_earliest, false) as is_reversed,
        enrolled_latest as enrolled_by,
        removed_text is null as is_open,
        is_renamed,
        alone(evidence) as evidence
    from times
    anti join several using (image_ref)
    union all
    select
        image_ref,
        list(one order by enrolled_earliest nulls last, event_ref, evidence),
        bool_or(coalesce(removed_latest <= enrolled_earliest, false)),
        min(enrolled_latest),
        bool_or(removed_text is null),
        bool_or(is_renamed),
        records_of(evidence)
    from times
    semi join several using (image_ref)
    group by image_ref
),

perhaps as (
    select image_ref, set_of(event_ref) as refs, records_of(evidence) as evidence
    from enrolled
    where doubt is not null
    group by image_ref
),

alerted as (
    select image_ref, count(*) as matches, records_of(evidence) as evidence from enrolled where bound = 'by' group by image_ref
)

select
    image_ref as subject,
    case
        when is_reversed or enrolled_by <= first_earliest then 'conflicting'
        when times is not null then 'established'
        when matches > 0 then elsewhere_state('enrolments', 'enrolments', from_earliest, to_latest)
        when refs is not null then 'conflicting'
        else silent_state('enrolments', 'enrolments', 'Q39', from_earliest, to_latest, exists (from systems), false)
    end as state,
    case when times is not null then to_json(times) end as value,
    null as unit,
    case when times is not null then listed.evidence
        else all_of([shared_images.evidence, perhaps.evidence, alerted.evidence, examined_for_each(['enrolments'])]) end as evidence,
    coverage_of(['enrolments']) as coverage,
    given([
        case when is_reversed then 'taken off before it was put on' end,
        case when enrolled_by <= first_earliest then 'put on before any record says that it was shared' end,
        case when times is null and matches > 0 then 'the system matched it, so that it was on the list: ' || matches end,
        case when is_open then 'when it was taken off is not recorded' end,
        case when is_renamed then 'the system has it under a reference written otherwise; see the links' end,
        case when refs is not null then 'it is not sure that these are of it: ' || array_to_string(refs, ', ') end
    ]) as caveats
from shared_images
left join listed using (image_ref)
left join perhaps using (image_ref)
left join alerted using (image_ref)
cross join settings
order by subject
