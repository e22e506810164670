-- Every record that an image, or the medium it was on, was destroyed or deleted, or may have been: the fact "disposed of".
-- Grain:  one row per record and image_ref; image_ref is null where the record names a medium alone.
-- Reads:  disposals, enrolments, image_spellings, verifications.
-- A collection alone disposes of nothing. doubt: an image was taken off the list, or a check found none held; neither says what
-- became of it.
select 'disposals' as event_table, disposal_ref as event_ref, unnest(coalesce(image_refs, [null])) as image_ref, medium_ref, act,
    occurred_text, occurred_earliest, occurred_latest, occurred_precision, post_ref, witness_post_ref, "method", null::varchar as doubt,
    origin_of(source, locator) as evidence
from disposals
where act <> 'collection'
union all
select 'enrolments', enrolment_ref, coalesce(image_spellings.image_ref, enrolments.image_ref), null, 'taken off the list', removed_text,
    removed_earliest, removed_latest, removed_precision, post_ref, null, null, 'missing_field', origin_of(source, locator)
from enrolments
left join image_spellings on enrolments.image_ref = image_spellings.written
where removed_text is not null
union all
select 'verifications', verification_ref, unnest(image_refs), null, 'none held', occurred_text, null, occurred_latest,
    occurred_precision, post_ref, null, "method", 'missing_field', origin_of(source, locator)
from verifications
where result = 'none_held'
