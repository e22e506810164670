-- Did the central image team, the Data Office or the Mayor's office know?
-- Report:   p16.
-- Grain:    one row per document_ref of that kind; one for the case where there is none.
-- Reads:    documents, claims, asserted, settings, complete_spans, registers_examined, duties, agreement_versions.
-- Awaits:   documents.
-- States:   established, attested, not_found, not_searched.
-- By the notifications among the documents: to whom each went.
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
where document_kind = 'notification'
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q17') then 'attested'
        when is_held('documents', from_earliest, to_latest) then 'not_found'
        else 'not_searched'
    end,
    (select to_json(min(value)) from claims where topic = 'Q17' and claim in ('asserts', 'denies')),
    null,
    coalesce((select evidence from asserted where topic = 'Q17'), []),
    coverage_of(['documents']),
    case when is_held('documents', from_earliest, to_latest) then [] else ['no notification to another body was supplied'] end
from settings
where not exists (from documents where document_kind = 'notification')
order by subject
