-- How many records does each answer rest on memory for?
-- Report:   p1, p14.
-- Grain:    one row per question that was answered.
-- Reads:    answers_given, attestations, sources, register_counts.
-- States:   established.
-- Each record an answer rests on is of one class: contemporaneous_record, attested (a return), asserted (a statement).
with cited as (
    select answers_given.question, unnest(answers_given.evidence) as origin from answers_given
),

classed as (
    select
        cited.question,
        cited.origin,
        case sources.kind when 'attestations' then 'attested' when 'statements' then 'asserted'
            else 'contemporaneous_record' end as class
    from cited
    left join sources on cited.origin.source = sources.source
),

from_memory as (
    select source, locator from attestations where "method" in ('memory', 'both')
),

counted as (
    select
        question,
        count(distinct origin) filter (where class = 'contemporaneous_record') as contemporaneous_record,
        count(distinct origin) filter (where class = 'attested') as attested,
        count(distinct origin) filter (where class = 'asserted') as asserted,
        count(distinct origin) filter (where from_memory.source is not null) as memory
    from classed
    left join from_memory on classed.origin.source = from_memory.source and classed.origin.locator = from_memory.locator
    group by question
)

select
    answered.question as subject,
    'established' as state,
    to_json(struct_pack(
        contemporaneous_record := coalesce(contemporaneous_record, 0),
        attested := coalesce(attested, 0),
        asserted := coalesce(asserted, 0),
        from_memory := coalesce(memory, 0)
    )) as value,
    null as unit,
    []::struct(source varchar, locator varchar)[] as evidence,
    coverage_of((select list(distinct table_name) from register_counts)) as coverage,
    case when coalesce(contemporaneous_record, 0) = 0 then ['rests on no contemporaneous record'] else [] end as caveats
from (select distinct question from answers_given) as answered
left join counted using (question)
order by subject
