-- Which systems, units and dates were searched?
-- Report:   p1.
-- Grain:    one row per source that is a register; one for the case where there is none.
-- Reads:    sources.
-- States:   established, not_searched.
select
    source as subject,
    case when "table" is not null then 'established' else 'not_searched' end as state,
    to_json(struct_pack(
        system := system, unit := unit_ref, covers := covers_text, complete := complete, rows := accepted
    )) as value,
    null as unit,
    [origin_of(source, '')] as evidence,
    to_json(struct_pack(
        measure := 'rows',
        declared := case when "table" is not null then greatest(coalesce(declared_rows, 0), accepted + quarantined) end,
        examined := coalesce(accepted, 0),
        not_examined := map_from_entries(list_filter(
            [
                ('row_rejected', coalesce(quarantined, 0)),
                ('not_supplied', greatest(coalesce(declared_rows, 0) - accepted - quarantined, 0))
            ],
            lambda cause: cause[2] > 0
        ))
    )) as coverage,
    given([
        case when "table" is null then 'it could not be read as a table' end,
        case when covers_text is null then 'the time it covers is not declared' end,
        case when coalesce(complete, 'unknown') <> 'yes' then 'it is not declared complete' end
    ]) as caveats
from sources
where kind not in ('images', 'footage')
union all
select null, 'not_searched', null, null, [], null, ['no register was supplied']
where not exists (from sources where kind not in ('images', 'footage'))
order by subject
