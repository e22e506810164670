-- Was the person who shared the SPOC on that date?
-- Report:   p8.
-- Grain:    one row per occasion_ref.
-- Reads:    senders, disclosures, posts, complete_spans.
-- Register: entries.
-- Awaits:   posts.
-- States:   established, established_not, conflicting, not_found, not_searched.
-- established_not needs a roster declared complete for that time. conflicting: the tenure and the date cannot be ordered.
select
    occasion_ref as subject,
    case
        when len(post_refs) = 0 then 'not_found'
        when is_spoc then 'established'
        when is_possibly_spoc then 'conflicting'
        when is_complete('posts', unit_ref, earliest, latest) then 'established_not'
        when exists (from posts) then 'not_found'
        else 'not_searched'
    end as state,
    case when is_spoc then to_json(true) end as value,
    null as unit,
    all_of([disclosures.evidence, senders.evidence]) as evidence,
    coverage_of(['posts']) as coverage,
    given([
        case when len(post_refs) = 0 then 'no entry names the post-holder' end,
        case when not is_spoc and is_possibly_spoc then 'the begin or end of the tenure is not known well enough' end
    ]) as caveats
from disclosures
left join senders using (occasion_ref)
order by subject
