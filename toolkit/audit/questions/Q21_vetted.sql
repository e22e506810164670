-- Was each of them vetted to NPPV2 on the dates of access?
-- Report:   p6.
-- Grain:    one row per post_ref that received, enrolled or accessed; one for the case where only statements speak.
-- Reads:    receipts, enrolments, accesses, tenures, posts, claims, asserted.
-- Register: receipts.
-- Awaits:   posts.
-- States:   established, established_not, conflicting, not_found, attested, not_searched.
-- established_not: on at least one date of access the vetting definitely did not reach.
with used as (
    select post_ref, occurred_earliest as earliest, occurred_latest as latest, origin_of(source, locator) as evidence
    from receipts
    union all
    select post_ref, enrolled_earliest, enrolled_latest, origin_of(source, locator) from enrolments
    union all
    select post_ref, occurred_earliest, occurred_latest, origin_of(source, locator) from accesses
),

judged as (
    select
        used.post_ref,
        used.evidence,
        bool_or(tenures.post_ref is not null) as is_known,
        bool_or(coalesce(regexp_matches(upper(vetting_level), 'NPPV *(LEVEL *)?[23]'), false) and cover(
            used.earliest, used.latest, vetted_begin_earliest, vetted_begin_latest, vetted_end_earliest, vetted_end_latest
        ) = 'definite') as is_vetted,
        bool_or(tenures.post_ref is not null and cover(
            used.earliest, used.latest, vetted_begin_earliest, vetted_begin_latest, vetted_end_earliest, vetted_end_latest
        ) <> 'outside') as is_possibly_vetted,
        records_of(tenures.evidence) as roster
    from used
    left join tenures using (post_ref)
    where used.post_ref is not null
    group by used.post_ref, used.evidence
)

select
    post_ref as subject,
    case
        when bool_and(is_vetted) then 'established'
        when bool_or(is_known and not is_possibly_vetted) then 'established_not'
        when bool_or(is_known) then 'conflicting'
        when exists (from posts) then 'not_found'
        else 'not_searched'
    end as state,
    case when bool_or(is_known) then to_json(struct_pack(
        accesses := count(*), vetted := count(*) filter (where is_vetted)
    )) end as value,
    null as unit,
    all_of([list(evidence), flatten(list(roster))]) as evidence,
    coverage_of(['posts', 'receipts', 'enrolments', 'accesses']) as coverage,
    case
        when bool_or(is_known and not is_possibly_vetted)
            then ['without vetting on: ' || count(*) filter (where is_known and not is_possibly_vetted)]
        when bool_or(is_known and not is_vetted) then ['the dates of the vetting are blank or too coarse']
        else []
    end as caveats
from judged
group by post_ref
union all
select null, 'attested', to_json((select min(value) from claims where topic = 'Q21')), null, evidence,
    coverage_of(['posts']), []
from asserted
where topic = 'Q21' and not exists (from judged)
order by subject
