-- Every record that shows an image on the list of a recognition system: the fact "enrolled".
-- Grain:  one row per event_table, event_ref and image_ref.
-- Reads:  enrolments, image_names, matched.
-- An enrolment belongs to the image it names, or to the one it is linked to (is_renamed); doubt: that link is not
-- sure. A match shows that the image was on the list then or before: bound "by".
select
    'enrolments' as event_table,
    enrolment_ref as event_ref,
    coalesce(image_names.image_ref, enrolments.image_ref) as image_ref,
    image_names.image_ref is not null as is_renamed,
    case when not image_names.is_sure then 'link_unsure' end as doubt,
    'at' as bound,
    system_ref,
    enrolled_text,
    enrolled_earliest,
    enrolled_latest,
    enrolled_precision,
    removed_text,
    removed_earliest,
    removed_latest,
    removed_precision,
    origin_of(source, locator) as evidence
from enrolments
left join image_names
    on image_names.left_table = 'enrolments' and enrolments.enrolment_ref = image_names.left_ref
        and enrolments.image_ref = image_names.written
union all
select 'recorded_matches', match_ref, unnest(image_refs), false, null, 'by', systems[1], null, null, latest, null, null, null, null,
    null, log_evidence[1]
from matched
where is_logged
