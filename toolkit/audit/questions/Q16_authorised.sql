-- Who authorised it, and in which post?
-- Report:   p8.
-- Grain:    one row per occasion_ref.
-- Reads:    disclosures, posts, documents.
-- Register: entries.
-- Awaits:   documents.
-- States:   established, conflicting, not_found.
with holders as (
    select post_ref, set_of(post) as posts, records_of(origin_of(source, locator)) as evidence from posts group by post_ref
),

papers as (
    select about_ref, set_of(by_ref) as by_refs, records_of(origin_of(source, locator)) as evidence
    from documents
    where document_kind = 'authorisation'
    group by about_ref
),

named as (
    select
        disclosures.occasion_ref,
        list_sort(list_distinct(list_concat(authorised_by, coalesce(papers.by_refs, [])))) as authorised_by,
        all_of([disclosures.evidence, papers.evidence]) as evidence
    from disclosures
    left join papers on disclosures.occasion_ref = papers.about_ref
)

select
    occasion_ref as subject,
    case when len(authorised_by) > 1 then 'conflicting' when len(authorised_by) = 1 then 'established' else 'not_found' end
        as state,
    case
        when len(authorised_by) > 1 then to_json(authorised_by)
        when len(authorised_by) = 1 then to_json(struct_pack(post_holder := authorised_by[1], post := posts[1]))
    end as value,
    null as unit,
    all_of([named.evidence, holders.evidence]) as evidence,
    coverage_of(['entries', 'documents']) as coverage,
    given([
        case when len(authorised_by) = 0 then 'no entry names who authorised it' end,
        case when len(authorised_by) = 1 and posts is null then 'the roster does not have that post-holder' end
    ]) as caveats
from named
left join holders on named.authorised_by[1] = holders.post_ref
order by subject
