-- Where is each medium now?
-- Report:   p8.
-- Grain:    one row per medium_ref that carried images, or was disposed of.
-- Reads:    clauses, media_disposals, settings, complete_spans, registers_examined, duties, claims, agreement_versions.
-- Register: transfers.
-- Awaits:   disposals.
-- States:   destroyed, established, record_missing, not_found, no_duty, not_searched.
select
    medium_ref as subject,
    case
        when destroyed is not null then 'destroyed'
        when collected is not null then 'established'
        else silent_state('disposals', 'disposals', 'Q38', from_earliest, coalesce(as_at_latest, to_latest), false, true)
    end as state,
    case
        when destroyed is not null then to_json([struct_pack(
            act := 'destruction', "when" := struct_pack(
                "text" := destroyed, earliest := moment(destroyed_earliest), latest := moment(destroyed_latest),
                "precision" := null
            ), witness := null
        )])
        when collected is not null then to_json('collected ' || collected)
    end as value,
    null as unit,
    evidence,
    coverage_of(['transfers', 'disposals']) as coverage,
    case when collected is null then ['no collection is recorded'] else [] end as caveats
from media_disposals
cross join settings
order by subject
