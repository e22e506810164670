-- Physical media: collected by the SPOC and then destroyed, in that order?
-- Report:   p8.
-- Grain:    one row per medium_ref that carried images for facial recognition, or was disposed of; one for the case where
--           only statements speak.
-- Reads:    clauses, media_disposals, claims, settings, complete_spans, registers_examined, duties, asserted,
--           agreement_versions.
-- Register: transfers.
-- Awaits:   disposals.
-- States:   established, established_not, conflicting, record_missing, not_found, no_duty, attested, not_searched.
select
    medium_ref as subject,
    case
        when is_in_order then 'established'
        when is_wrong_order then 'established_not'
        when collected is not null and destroyed is not null then 'conflicting'
        else silent_state('disposals', 'disposals', 'Q54', from_earliest, coalesce(as_at_latest, to_latest), false, true)
    end as state,
    case when collected is not null or destroyed is not null then
        to_json(struct_pack(collected := collected, destroyed := destroyed)) end as value,
    null as unit,
    evidence,
    coverage_of(['disposals', 'transfers']) as coverage,
    given([
        case when collected is null then 'no collection is recorded' end,
        case when destroyed is null then 'no destruction is recorded' end,
        case when collected is not null and destroyed is not null and not is_in_order and not is_wrong_order then
            'the two dates cannot be ordered' end
    ]) as caveats
from media_disposals
cross join settings
union all
select null, 'attested', (select to_json(min(value)) from claims where topic = 'Q54'), null, evidence,
    coverage_of(['disposals']), []
from asserted
where topic = 'Q54' and not exists (from media_disposals)
order by subject
