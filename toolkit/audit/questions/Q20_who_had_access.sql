-- Which post-holders of the recipient had access, and how many?
-- Report:   p6.
-- Grain:    one row each for the authorised operator and the senior managers.
-- Reads:    clauses, posts, claims, settings, complete_spans, registers_examined, duties.
-- Awaits:   posts.
-- States:   established, attested, not_found, no_duty, not_searched.
-- By the roster of posts; who in fact used the server, only an access log says (Q23).
with kinds as (select unnest(['authorised_operator', 'senior_manager']) as post),

held as (
    select post, count(distinct post_ref) as n, set_of(post_ref) as holders, records_of(origin_of(source, locator)) as evidence
    from posts
    group by post
),

stated as (
    select about_ref as post, max("count") as n, records_of(evidence) as evidence
    from claims
    where topic = 'Q20' and "count" is not null
    group by about_ref
)

select
    post as subject,
    case
        when held.n > 0 then 'established'
        when stated.n is not null then 'attested'
        else silent_state('posts', null, 'Q20', from_earliest, to_latest, false, false)
    end as state,
    to_json(coalesce(held.n, stated.n)) as value,
    case when coalesce(held.n, stated.n) is not null then 'persons' end as unit,
    coalesce(held.evidence, stated.evidence, []) as evidence,
    coverage_of(['posts']) as coverage,
    case when held.n > 0 then ['by the roster: ' || list_aggregate(holders, 'string_agg', ', ')] else [] end as caveats
from kinds
left join held using (post)
left join stated using (post)
cross join settings
order by subject
