-- Would a sweep of the surviving footage find the person now?
-- Report: p11.
-- Grain:  one row per probe_id.
-- Reads:  probes, candidates, archive_searched, settings, tombstones.
-- States: established, not_found, not_searched, destroyed.
-- destroyed: the image was erased from this case; what an earlier sweep found with it went with it.
-- The answer is about the sweep: candidates are pairs worth a person's look, not matches.
with found as (
    select probe_id, count(*) as n, list_sort(list_distinct(list(camera_id))) as cameras,
        records_of(origin_of(source, 'frame ' || frame)) as evidence
    from candidates
    group by probe_id
),

asked as (
    select probe_id, bool_or(searched) as is_searched, records_of(origin_of(probe_source, '')) as evidence
    from probes
    group by probe_id
),

gone as (
    select
        image_ref as probe_id,
        list(struct_pack(
            "when" := struct_pack(
                "text" := destroyed[:10], earliest := destroyed, latest := destroyed, "precision" := 'day'
            ),
            witness := witness
        ) order by destroyed) as acts,
        records_of(origin_of("certificate", '')) as evidence
    from tombstones
    group by image_ref
),

looked as (
    select
        coalesce(max(examined) filter (where measure = 'frames'), 0) as frames,
        coalesce(min(coverage) filter (where measure = 'frames'), min(coverage)) as coverage
    from archive_searched
)

select
    probe_id as subject,
    case
        when not is_searched and acts is not null then 'destroyed'
        when not is_searched or frames = 0 then 'not_searched'
        when coalesce(n, 0) > 0 then 'established'
        else 'not_found'
    end as state,
    case when n > 0 then to_json(n) when not is_searched then to_json(acts) end as value,
    case when n > 0 then 'candidates' end as unit,
    all_of([asked.evidence, found.evidence, gone.evidence]) as evidence,
    looked.coverage,
    list_filter(
        [
            case when n > 0 then 'candidates, not reviewed' end,
            case when n > 0 then 'seen by ' || list_aggregate(cameras, 'string_agg', ', ') end,
            case when not is_searched and acts is not null then 'erased from this case, with what a sweep had found' end,
            case when not is_searched and acts is null then 'no descriptor could be made of the image' end,
            case when is_searched and threshold is not null then
                'distance at most ' || threshold || ', faces of at least ' || coalesce(min_face_px::varchar, '?')
                || ' px, ' || coalesce(looks_per_s::varchar, '?') || ' frames a second' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from asked
left join found using (probe_id)
left join gone using (probe_id)
cross join looked
cross join settings
order by probe_id
