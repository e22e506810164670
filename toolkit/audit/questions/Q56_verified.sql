-- How was "no longer held" verified, and when?
-- Report:   p8.
-- Grain:    one row per verification_ref; one for the case where none is on record.
-- Reads:    clauses, verified, claims, asserted, settings, complete_spans, registers_examined, duties,
--           agreement_versions.
-- Awaits:   verifications.
-- States:   established, attested, not_found, no_duty, not_searched.
select
    event_ref as subject,
    'established' as state,
    to_json(struct_pack(
        occurred := date_or_null(occurred_text, occurred_earliest, occurred_latest, occurred_precision),
        post := post_ref, "method" := "method", result := result, images := image_refs
    )) as value,
    null as unit,
    [evidence] as evidence,
    coverage_of(['verifications']) as coverage,
    given([
        case when occurred_text is null then 'when is not recorded' end,
        case when post_ref is null then 'by whom is not recorded' end,
        case when "method" is null then 'how is not recorded' end
    ]) as caveats
from verified
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q56') then 'attested'
        else silent_state('verifications', 'verifications', 'Q56', from_earliest, coalesce(as_at_latest, to_latest), false, false)
    end,
    (select to_json(min(value)) from claims where topic = 'Q56' and claim = 'asserts'),
    null,
    case when exists (from asserted where topic = 'Q56') then (select records_of(evidence) from claims where topic = 'Q56')
        else examined_in(['verifications']) end,
    coverage_of(['verifications']),
    []
from settings
where not exists (from verified)
order by subject
