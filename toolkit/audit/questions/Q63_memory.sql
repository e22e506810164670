-- How many records does each answer rest on memory for?
-- Report:   p1, p14.
-- Grain:    one row per question that was answered.
-- Reads:    answers_given, sources_cited, returns_cited, attestations, sources, register_counts.
-- States:   established.
-- Each record an answer rests on is of one class: contemporaneous_record, attested (a return), asserted (a statement).
with counted as (
    select
        sources_cited.question,
        sum(sources_cited.records) filter (where coalesce(sources.kind not in ('attestations', 'statements'), true))
            as contemporaneous_record,
        sum(sources_cited.records) filter (where sources.kind = 'attestations') as attested,
        sum(sources_cited.records) filter (where sources.kind = 'statements') as asserted
    from sources_cited
    left join sources using (source)
    group by sources_cited.question
),

remembered as (
    select question, count(*) as memory
    from returns_cited
    where origin in (select origin_of(source, locator) from attestations where "method" in ('memory', 'both'))
    group by question
)

select
    answered.question as subject,
    'established' as state,
    to_json(struct_pack(
        contemporaneous_record := coalesce(contemporaneous_record, 0)::bigint,
        attested := coalesce(attested, 0)::bigint,
        asserted := coalesce(asserted, 0)::bigint,
        from_memory := coalesce(memory, 0)::bigint
    )) as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of((select list(distinct table_name) from register_counts)) as coverage,
    case when coalesce(contemporaneous_record, 0) = 0 then ['rests on no contemporaneous record'] else [] end as caveats
from (select distinct question from answers_given) as answered
left join counted using (question)
left join remembered using (question)
order by subject
