-- Did it go further: to a vendor, another police force, another estate?
-- Report:   p12.
-- Grain:    one row per document_ref of that kind and per record of what a company passed on, or may have; one for the case
--           where there is none.
-- Reads:    documents, passed_on, claims, asserted, settings, complete_spans, registers_examined, duties, agreement_versions.
-- Awaits:   documents.
-- States:   established, conflicting, attested, not_found, not_searched.
-- By the documents about onward transfers, transfers by a company, and receipts or lists that name a company as their source.
-- conflicting: somebody has an image that the police sent to others only, and its record does not say from whom.
select
    document_ref as subject,
    'established' as state,
    to_json(struct_pack(
        dated := date_or_null(dated_text, dated_earliest, dated_latest, dated_precision),
        about := about_ref, "by" := by_ref, "to" := to_ref, outcome := outcome
    )) as value,
    null as unit,
    [origin_of(source, locator)] as evidence,
    coverage_of(['documents']) as coverage,
    case when dated_text is null then ['it is not dated'] else [] end as caveats
from documents
where document_kind = 'onward_transfer'
union all
select
    case when count(*) over (partition by event_ref) > 1 or event_ref in (
        select document_ref from documents where document_kind = 'onward_transfer'
    ) then event_table || ' ' || event_ref else event_ref end,
    case when is_sure then 'established' else 'conflicting' end,
    to_json(struct_pack(occurred := "text", "from" := from_ref, "to" := recipient_ref, images := image_refs)),
    null,
    evidence,
    coverage_of(['documents', 'transfers', 'receipts', 'enrolments']),
    case when is_sure then [] else ['the police sent it to others only; the record does not say who passed it on'] end
from passed_on
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q22') then 'attested'
        when is_held('documents', from_earliest, to_latest) or is_held('transfers', from_earliest, to_latest)
            or is_held('receipts', from_earliest, to_latest) then 'not_found'
        else 'not_searched'
    end,
    (select to_json(min(value)) from claims where topic = 'Q22' and claim in ('asserts', 'denies')),
    null,
    coalesce((select evidence from asserted where topic = 'Q22'), examined_in(['documents', 'transfers', 'receipts'])),
    coverage_of(['documents', 'transfers', 'receipts', 'enrolments']),
    case when is_held('documents', from_earliest, to_latest) then [] else ['no document about onward transfers was supplied'] end
from settings
where not exists (from documents where document_kind = 'onward_transfer') and not exists (from passed_on)
order by subject
