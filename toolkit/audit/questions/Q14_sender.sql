-- Which unit and which post-holder shared?
-- Report: p8.
-- Grain:  one row per occasion_ref.
-- Reads:  disclosures, entries.
-- Register: entries.
-- States: established, conflicting, not_found, not_searched.
select
    occasion_ref as subject,
    case
        when len(unit_refs) > 1 or len(post_refs) > 1 then 'conflicting'
        when len(unit_refs) + len(post_refs) = 0 then 'not_found'
        else 'established'
    end as state,
    case
        when len(unit_refs) > 1 or len(post_refs) > 1
            then to_json(struct_pack(unit := unit_refs, post := post_refs))
        when len(unit_refs) + len(post_refs) > 0 then to_json(struct_pack(unit := unit_refs[1], post := post_refs[1]))
    end as value,
    null as unit,
    evidence,
    coverage_of(['entries']) as coverage,
    list_filter(
        [
            case when len(unit_refs) = 0 then 'no entry names the unit' end,
            case when len(post_refs) = 0 then 'no entry names the post-holder' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from disclosures
order by subject
